/** Cuts `text` at every `separator`; the empty separator cuts between code points, the empty text has no parts. */
export function splitText(text: string, separator: string): string[] {
  if (text === '') return [];
  return separator === '' ? [...text] : text.split(separator);
}

/** Cuts by code points, as jq's slices of strings do. Bounds are already within the string. */
export function sliceText(text: string, from: number, to: number): string {
  if (isBasic(text)) return text.slice(from, to);
  return [...text].slice(from, to).join('');
}

/** The number of code points. */
export function codePointLength(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = text.charCodeAt(index + 1);
      if (next >= 0xdc00 && next <= 0xdfff) {
        count -= 1;
        index += 1;
      }
    }
  }
  return count;
}

/** Tells whether every unit is a code point of its own. */
function isBasic(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}
