/** Version of the Temporal command line (and the server inside it) that Baton is tested with. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

/** Oldest server Baton works with: priority and fairness of task queues came with it. */
export const MINIMUM_SERVER: readonly [number, number] = [1, 29];

/** Oldest command line accepted from PATH. */
export const MINIMUM_CLI: readonly [number, number] = [1, 5];

/** SHA-256 of each official archive, by `<os>_<arch>` as the archives are named. */
export const ARCHIVE_SHA256: Readonly<Record<string, string>> = {
  linux_amd64: 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
  linux_arm64: 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
  darwin_amd64: 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
  darwin_arm64: 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
};

/** Where the official archives are published; one folder per version tag. */
export const ARCHIVE_BASE_URL = 'https://github.com/temporalio/cli/releases/download';

/** What `go install` builds when no archive can be had. */
export const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;

const OS_NAMES: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };
const ARCH_NAMES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Names this machine the way the official archives do (`linux_amd64`, `darwin_arm64`).
 * Returns `null` for a machine that has no official archive.
 */
export function archivePlatform(platform: string, arch: string): string | null {
  const os = OS_NAMES[platform];
  const cpu = ARCH_NAMES[arch];
  return os === undefined || cpu === undefined ? null : `${os}_${cpu}`;
}
