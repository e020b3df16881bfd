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
/** Codes of PostgreSQL for JSON that it keeps and cannot take apart: U+0000, half a surrogate pair. */
const UNREADABLE_JSON = new Set(['22P02', '22P05']);
const CONNECTION_CLASS = /^08[0-9A-Z]{3}$/;
const TELLING =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|server closed the connection|not queryable|Socket ?Timeout|ConnectionClosed|DatabaseNotReachable|TooManyConnections/i;
const DEPTH = 6;

/** True when an error means that the database is away, full or too slow, so that the same call may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return says(error, DEPTH, {
    isCode: (code) => UNAVAILABLE.has(code) || CONNECTION_CLASS.test(code),
    telling: TELLING,
  });
}

/** True when a statement failed because it took JSON apart that only a program can read. */
export function isUnreadableJson(error: unknown): boolean {
  return says(error, DEPTH, { isCode: (code) => UNREADABLE_JSON.has(code) });
}

/** What an error is looked through for. */
interface Wanted {
  readonly isCode: (code: string) => boolean;
  readonly telling?: RegExp;
}

function says(error: unknown, depth: number, wanted: Wanted): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false;
  const codes = ['code', 'originalCode', 'errorCode'].map((name) => field(error, name));
  if (codes.some((code) => typeof code === 'string' && wanted.isCode(code))) return true;
  if (error instanceof Error && wanted.telling?.test(`${error.name} ${error.message}`) === true) return true;
  const inside = [field(error, 'cause'), field(error, 'meta'), field(error, 'driverAdapterError')];
  const many: unknown = field(error, 'errors');
  const others: readonly unknown[] = Array.isArray(many) ? many : [];
  return [...inside, ...others].some((part) => says(part, depth - 1, wanted));
}

function field(value: object, name: string): unknown {
  return Reflect.get(value, name);
}
