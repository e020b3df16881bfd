/** Codes of PostgreSQL, of the network and of Prisma that say: not now. */
const UNAVAILABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  '53300',
  '57014',
  '57P01',
  '57P02',
  '57P03',
  '55P03',
  '40001',
  '40P01',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2034',
  'P2037',
]);
const CONNECTION_CLASS = /^08[0-9A-Z]{3}$/;
const TELLING =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|server closed the connection|not queryable|Socket ?Timeout|ConnectionClosed|DatabaseNotReachable|TooManyConnections/i;
const DEPTH = 6;

/** True when an error means that the database is away, full or too slow, so that the same call may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return saysUnavailable(error, DEPTH);
}

function saysUnavailable(error: unknown, depth: number): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false;
  const code = field(error, 'code') ?? field(error, 'originalCode') ?? field(error, 'errorCode');
  if (typeof code === 'string' && (UNAVAILABLE.has(code) || CONNECTION_CLASS.test(code))) return true;
  if (error instanceof Error && TELLING.test(`${error.name} ${error.message}`)) return true;
  const original = field(error, 'originalCode');
  if (typeof original === 'string' && UNAVAILABLE.has(original)) return true;
  const inside = [field(error, 'cause'), field(error, 'meta'), field(error, 'driverAdapterError')];
  const many: unknown = field(error, 'errors');
  const others: readonly unknown[] = Array.isArray(many) ? many : [];
  return [...inside, ...others].some((part) => saysUnavailable(part, depth - 1));
}

function field(value: object, name: string): unknown {
  return Reflect.get(value, name);
}
