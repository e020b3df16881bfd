import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startProcess, waitUntil, type SupervisedProcess } from '@baton/stand';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where a vendor's packages lie. Throws a sentence when they are not there. */
export function packagesOf(vendor: string): string {
  const folder = join(root, '.baton', 'vendors', vendor);
  if (!existsSync(join(folder, 'installed.json')))
    throw new Error(`${vendor} is not installed below .baton/vendors; "npm run test:vendors" installs it.`);
  return folder;
}

/** How a vendor's server is started. */
export interface ServerParams {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Beside `PATH` and a home of its own. */
  readonly env: (place: ServerPlace) => Readonly<Record<string, string>>;
  /** Answers with a status below 400 once it is ready. */
  readonly readyPath: string;
}

/** What a server has for itself. */
export interface ServerPlace {
  /** A folder that is removed with it. */
  readonly home: string;
  readonly port: number;
  readonly origin: string;
}

/** A vendor's server that runs. */
export interface VendorServer extends ServerPlace {
  readonly process: SupervisedProcess;
  stop(): Promise<void>;
}

/** Starts a vendor's server on loopback and waits until it is ready. Throws a sentence with the end of its log. */
export async function startServer(params: ServerParams): Promise<VendorServer> {
  const home = await mkdtemp(join(tmpdir(), 'baton-vendor-'));
  const port = await freePort();
  const place = { home, port, origin: `http://127.0.0.1:${port}` };
  const server = await startProcess({
    name: params.name,
    command: params.command,
    args: params.args,
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, ...params.env(place) },
    logFile: join(root, '.baton', 'vendors', `${params.name}.log`),
    graceMs: 5_000,
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
  const gone = new AbortController();
  void server.ended.then(() => gone.abort(new Error(`${params.name} ended as soon as it was started.`)));
  try {
    await waitUntil({
      what: `${params.name} on its port`,
      look: async () => {
        const { status } = await fetch(`${place.origin}${params.readyPath}`);
        return status < 400 ? null : `it answers ${status}`;
      },
      timeoutMs: 240_000,
      everyMs: 200,
      signal: gone.signal,
    });
  } catch (error) {
    await stop();
    throw new Error(`${params.name} did not start: ${await server.logTail(15)}`, { cause: error });
  }
  return { ...place, process: server, stop };
}
