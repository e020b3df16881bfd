/** Euler's constant. */
const gamma = 0.577_215_664_901_532_9;

/** From here on Hankel's series is exact to the last digits; below it, recurrence downwards is. */
const far = 25;

/** Below this the first term of each power series is all there is. */
const tiny = 1e-9;

/** Values that grow beyond this are brought down by the same factor. */
const huge = 1e250;

/** Functions of the first kind, `j`, and of the second, `y`, of orders 0 and 1. */
interface Pair {
  readonly j: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Orders 0 and 1 for x > 0 (NIST Digital Library of Mathematical Functions, 10.2, 10.17 and 10.74). */
function pairAt(x: number): Pair {
  if (x < tiny) {
    return { j: [1, x / 2], y: [(2 * (Math.log(x / 2) + gamma)) / Math.PI, -2 / (Math.PI * x)] };
  }
  if (x < far) return near(x);
  const [j0, y0] = hankel(0, x);
  const [j1, y1] = hankel(1, x);
  return { j: [j0, j1], y: [y0, y1] };
}

/** Hankel's series for large x. */
function hankel(order: 0 | 1, x: number): readonly [j: number, y: number] {
  let term = 1;
  let even = 0;
  let odd = 0;
  for (let k = 0; k < 2 * far && Math.abs(term) > 1e-18; k += 1) {
    const sign = k % 4 < 2 ? 1 : -1;
    if (k % 2 === 0) even += sign * term;
    else odd += sign * term;
    term *= (4 * order ** 2 - (2 * k + 1) ** 2) / ((k + 1) * 8 * x);
  }
  // The phase is x - π/4 or x - 3π/4; a difference would lose the digits of a large x.
  const [sine, cosine] = [Math.sin(x), Math.cos(x)];
  const [along, across] = order === 0 ? [cosine + sine, sine - cosine] : [sine - cosine, -sine - cosine];
  const scale = 1 / Math.sqrt(Math.PI * x);
  return [scale * (even * along - odd * across), scale * (even * across + odd * along)];
}

/** Miller's recurrence downwards from an order so high that its value does not matter, with Neumann's series for `y`. */
function near(x: number): Pair {
  let [above, here] = [0, 1e-300];
  let [sum, y0, y1] = [0, 0, 0];
  for (let order = 2 * (far + Math.ceil(x)); order > 0; order -= 1) {
    // `here` is the value of this order, up to the factor that `sum` tells in the end.
    const half = Math.floor(order / 2);
    const sign = half % 2 === 0 ? 1 : -1;
    if (order % 2 === 0) {
      sum += 2 * here;
      y0 += (sign * here) / half;
    } else if (order > 1) y1 += (sign * order * here) / (half * (half + 1));
    [above, here] = [here, (2 * order * here) / x - above];
    if (Math.abs(here) > huge) {
      [above, here, sum, y0, y1] = [above / huge, here / huge, sum / huge, y0 / huge, y1 / huge];
    }
  }
  const whole = sum + here;
  const [j0, j1] = [here / whole, above / whole];
  const log = Math.log(x / 2) + gamma;
  return {
    j: [j0, j1],
    y: [
      (2 * log * j0 - (4 * y0) / whole) / Math.PI,
      (2 * (log - 1) * j1 - (2 * j0) / x - (2 * y1) / whole) / Math.PI,
    ],
  };
}

/** The function of the first kind of a whole order. `charge` is told how many steps it takes. */
export function besselJ(order: number, x: number, charge: (steps: number) => void): number {
  const n = Math.abs(order);
  if (Number.isNaN(x) || Number.isNaN(n)) return Number.NaN;
  // Odd functions of odd orders, and J(-n) is J(n) of -x.
  const sign = n % 2 === 1 && order < 0 !== x < 0 ? -1 : 1;
  const size = Math.abs(x);
  if (size === 0) return n === 0 ? 1 : 0;
  if (!Number.isFinite(size) || !Number.isFinite(n)) return 0;
  const { j } = pairAt(size);
  if (n === 0 || n === 1) return sign * j[n];
  charge(Math.max(n, 1));
  return sign * (n <= size ? upwards(j, n, size) : downwards(j, n, size));
}

/** The function of the second kind of a whole order; not a number below zero. `charge` is told how many steps it takes. */
export function besselY(order: number, x: number, charge: (steps: number) => void): number {
  const n = Math.abs(order);
  if (Number.isNaN(n) || Number.isNaN(x) || x < 0) return Number.NaN;
  const sign = n % 2 === 1 && order < 0 ? -1 : 1;
  if (x === 0) return -sign * Infinity;
  if (!Number.isFinite(x)) return 0;
  const { y } = pairAt(x);
  if (n === 0 || n === 1) return sign * y[n];
  charge(Math.max(n, 1));
  return sign * upwards(y, n, x);
}

function upwards([first, second]: readonly [number, number], n: number, x: number): number {
  let [below, here] = [first, second];
  for (let order = 1; order < n && Number.isFinite(here); order += 1) {
    [below, here] = [here, (2 * order * here) / x - below];
  }
  return here;
}

/** Where the order is above x, going up would multiply errors; going down and comparing with a known value does not. */
function downwards([j0, j1]: readonly [number, number], n: number, x: number): number {
  if (x < tiny) {
    let first = 1;
    for (let order = 1; order <= n && first > 0; order += 1) first *= x / 2 / order;
    return first;
  }
  let [above, here, wanted] = [0, 1e-300, 0];
  for (let order = n + 2 * Math.ceil(Math.sqrt(40 * n) / 2) + far; order > 0; order -= 1) {
    if (order === n) wanted = here;
    [above, here] = [here, (2 * order * here) / x - above];
    if (Math.abs(here) > huge) [above, here, wanted] = [above / huge, here / huge, wanted / huge];
  }
  return Math.abs(j0) > Math.abs(j1) ? (wanted / here) * j0 : (wanted / above) * j1;
}
