import { isIP } from 'node:net';

/** An IP address as a number, 32 or 128 bits wide. */
export interface Ip {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A network: all addresses of the family that share the first `prefix` bits. */
export interface Cidr extends Ip {
  readonly prefix: number;
}

/**
 * What an address is, from the point of view of a server that must not be talked into calling its own house:
 * `private` can be granted by policy, `denied` never.
 */
export type AddressClass = 'public' | 'loopback' | 'private' | 'denied';

const WIDTH = { 4: 32n, 6: 128n } as const;

/** Parses an IP literal (no brackets); null for anything else, also for an address with a zone. */
export function parseIp(text: string): Ip | null {
  if (text.includes('%')) return null;
  const family = isIP(text);
  if (family === 4) return { family: 4, value: parseV4(text) };
  return family === 6 ? { family: 6, value: parseV6(text) } : null;
}

/** Parses `address/prefix` or a single address; null when it is neither. */
export function parseCidr(text: string): Cidr | null {
  const [address = '', length, ...rest] = text.split('/');
  const ip = parseIp(address);
  if (ip === null || rest.length > 0) return null;
  const width = Number(WIDTH[ip.family]);
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const prefix = length === undefined ? width : Number(length);
  return prefix > width ? null : { ...ip, prefix };
}

/** True when the address lies in the network. */
export function isIn(ip: Ip, network: Cidr): boolean {
  if (ip.family !== network.family) return false;
  const shift = WIDTH[ip.family] - BigInt(network.prefix);
  return ip.value >> shift === network.value >> shift;
}

function parseV4(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function parseV6(text: string): bigint {
  const dotted = text.lastIndexOf('.') < 0 ? -1 : text.lastIndexOf(':') + 1;
  const hex = dotted < 0 ? text : text.slice(0, dotted) + hexOfV4(text.slice(dotted));
  const [head = '', tail] = hex.split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0n);
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | group, 0n);
}

function groups(text: string): bigint[] {
  return text === '' ? [] : text.split(':').map((group) => BigInt(`0x${group}`));
}

function hexOfV4(text: string): string {
  const value = parseV4(text);
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

function networks(...texts: readonly string[]): readonly Cidr[] {
  return texts.flatMap((text) => parseCidr(text) ?? []);
}

const LOOPBACK = networks('127.0.0.0/8', '::1/128');

/** Where clouds answer with credentials; never granted, though some lie in ranges that can be. */
const METADATA = networks(
  '169.254.169.254/32',
  '100.100.100.200/32',
  '168.63.129.16/32',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
);

const PRIVATE = networks(
  '10.0.0.0/8',
  '100.64.0.0/10',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
  // NAT64: reachable only where an operator grants it, and then the embedded address is judged too.
  '64:ff9b::/96',
);

const DENIED = networks(
  '0.0.0.0/8',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
);

/** The only part of IPv6 that is handed out as global unicast: everything outside it is denied without a list. */
const GLOBAL_V6 = networks('2000::/3');

const has = (list: readonly Cidr[], ip: Ip): boolean => list.some((network) => isIn(ip, network));

/** Sorts an address. An IPv4 address embedded in an IPv6 one is the caller's to ask for: {@link embeddedV4}. */
export function classOf(ip: Ip): AddressClass {
  if (has(LOOPBACK, ip)) return 'loopback';
  if (has(METADATA, ip)) return 'denied';
  if (has(PRIVATE, ip)) return 'private';
  if (has(DENIED, ip)) return 'denied';
  return ip.family === 4 || has(GLOBAL_V6, ip) ? 'public' : 'denied';
}

const LOW_EMBEDDING = networks('::ffff:0:0/96', '::/96', '64:ff9b::/96');
const SIX_TO_FOUR = networks('2002::/16');

/** The IPv4 address inside a mapped, compatible, NAT64, 6to4 or ISATAP address; null when there is none. */
export function embeddedV4(ip: Ip): Ip | null {
  if (ip.family === 4 || has(LOOPBACK, ip)) return null;
  const low = { family: 4, value: ip.value & 0xffff_ffffn } as const;
  if (has(LOW_EMBEDDING, ip)) return low;
  if (has(SIX_TO_FOUR, ip)) return { family: 4, value: (ip.value >> 80n) & 0xffff_ffffn };
  const isatap = (ip.value >> 32n) & 0xfdff_ffffn;
  return isatap === 0x0000_5efen ? low : null;
}
