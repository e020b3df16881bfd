/**
 * A UUID (version 8, made from given bits) out of a SHA-256 in hexadecimal: the same text, the same id. For ids that a
 * repeated delivery must find again.
 */
export function uuidFromHash(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
