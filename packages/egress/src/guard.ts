import { isIP } from 'node:net';
import { classOf, embeddedV4, isIn, parseCidr, parseIp, type Cidr, type Ip } from './address.ts';
import { EgressError } from './errors.ts';

/** Where outbound calls may go beyond the public internet. */
export interface EgressPolicy {
  /** Lets 127.0.0.0/8 and ::1 through (the local profile); 0.0.0.0 stays denied. */
  readonly allowLoopback: boolean;
  /**
   * Private networks a call may reach: a CIDR, an address, or a host name whose addresses may be private.
   * Grants 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7 and NAT64 only; cloud metadata and link-local never.
   */
  readonly allowPrivate?: readonly string[];
  /** The only ports allowed. Default: every port but those of well-known services that do not serve agents. */
  readonly allowedPorts?: readonly number[];
}

/** The decisions of one policy. Both throw {@link EgressError}. */
export interface Guard {
  /** Parses and judges a URL: `bad_url`, `blocked_scheme`, `blocked_port`, and `blocked_address` for IP literals. */
  readonly checkUrl: (url: string, base?: URL) => URL;
  /** Judges one address that `hostname` resolved to, or that a socket is connected to: `blocked_address`. */
  readonly checkAddress: (hostname: string, address: string) => void;
}

const MAX_URL = 16_384;

/** Ports that browsers refuse (Fetch, "bad port"), most of them of old services. */
const BROWSERS_REFUSE =
  '0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 ' +
  '135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 ' +
  '1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080';

/** Data stores, brokers and control planes. */
const NEVER_AN_AGENT = '445 1433 1521 2375 2376 2379 2380 3306 5432 6379 7233 9092 10250 11211 27017';

const SERVICE_PORTS: ReadonlySet<number> = new Set(
  `${BROWSERS_REFUSE} ${NEVER_AN_AGENT}`.split(' ').map(Number),
);

/** Compiles a policy; `bad_policy` when an entry of `allowPrivate` is neither network nor host name. */
export function createGuard(policy: EgressPolicy): Guard {
  const grants = parseGrants(policy.allowPrivate ?? []);
  const ports = policy.allowedPorts === undefined ? null : new Set(policy.allowedPorts);

  const checkAddress = (hostname: string, address: string): void => {
    const ip = parseIp(address);
    const granted = (part: Ip): boolean =>
      grants.hosts.has(bareHost(hostname)) || grants.networks.some((network) => isIn(part, network));
    if (ip === null || !isAllowed(ip, policy.allowLoopback, granted)) {
      throw blocked(bareHost(hostname), address);
    }
  };

  const checkUrl = (text: string, base?: URL): URL => {
    const url = parseUrl(text, base);
    const port = portOf(url);
    if (ports === null ? SERVICE_PORTS.has(port) : !ports.has(port)) {
      throw new EgressError('blocked_port', `Calls to port ${port} are not allowed by the egress policy.`);
    }
    const host = bareHost(url.hostname);
    if (isIP(host) !== 0) checkAddress(host, host);
    return url;
  };

  return { checkUrl, checkAddress };
}

/** The address that a name stands for stays out of the message: it would make us a resolver of inner names. */
function blocked(host: string, address: string): EgressError {
  const why = address === host ? '' : ': not all of its addresses are public';
  return new EgressError('blocked_address', `Calls to ${host} are not allowed by the egress policy${why}.`, {
    address,
  });
}

function isAllowed(ip: Ip, allowLoopback: boolean, granted: (ip: Ip) => boolean): boolean {
  const passes = (part: Ip): boolean => {
    const kind = classOf(part);
    return kind === 'public' || (kind === 'private' && granted(part));
  };
  if (classOf(ip) === 'loopback') return allowLoopback;
  const inner = embeddedV4(ip);
  return passes(ip) && (inner === null || passes(inner));
}

function parseUrl(text: string, base: URL | undefined): URL {
  if (text.length > MAX_URL)
    throw new EgressError('bad_url', `The URL is longer than ${MAX_URL} characters.`);
  const url = URL.parse(text, base?.href);
  if (url === null) throw new EgressError('bad_url', `"${text.slice(0, 200)}" is not an absolute URL.`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new EgressError(
      'blocked_scheme',
      `Calls over "${url.protocol}" are not allowed; use http or https.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new EgressError('bad_url', 'A URL must not carry credentials; use the Authorization header.');
  }
  return url;
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** A host without the brackets of IPv6 and without the dot of an absolute name. */
function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

interface Grants {
  readonly networks: readonly Cidr[];
  readonly hosts: ReadonlySet<string>;
}

function parseGrants(entries: readonly string[]): Grants {
  const networks: Cidr[] = [];
  const hosts = new Set<string>();
  for (const entry of entries) {
    const network = parseCidr(entry);
    if (network !== null) networks.push(network);
    else if (/^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i.test(entry)) hosts.add(entry.toLowerCase());
    else throw new EgressError('bad_policy', `"${entry}" is neither a network (10.0.0.0/8) nor a host name.`);
  }
  return { networks, hosts };
}
