/** Rounds to the nearest whole number, halves to the even one. */
export function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** The gamma function, by Lanczos' approximation. Whole numbers give exact factorials. */
export function trueGamma(x: number): number {
  if (Number.isInteger(x)) {
    if (x <= 0) return x === 0 ? Infinity : Number.NaN;
    if (x > 171) return Infinity;
    let product = 1;
    for (let factor = 2; factor < x; factor += 1) product *= factor;
    return product;
  }
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * trueGamma(1 - x));
  const sign = gammaSign(x);
  return sign * Math.exp(logGamma(x));
}

/** The logarithm of the absolute value of the gamma function. */
export function logGamma(x: number): number {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x) || (x <= 0 && Number.isInteger(x))) return Infinity;
  if (Number.isInteger(x) && x <= 171) return Math.log(trueGamma(x));
  // Gamma is 1/x this close to zero, and the reflection below would overflow.
  if (Math.abs(x) < 1e-17) return -Math.log(Math.abs(x));
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const shifted = x - 1;
  const base = shifted + 7.5;
  const series = lanczos.reduce(
    (sum, value, index) => (index === 0 ? value : sum + value / (shifted + index)),
    0,
  );
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}

/** The sign of the gamma function: 1 or -1; 1 at its poles. */
export function gammaSign(x: number): number {
  return x < 0 && !Number.isInteger(x) && Math.floor(x) % 2 !== 0 ? -1 : 1;
}

/** The error function: its series near zero, its complement elsewhere. */
export function errorFunction(x: number): number {
  if (Math.abs(x) > 1) return x > 0 ? 1 - complementaryErrorFunction(x) : complementaryErrorFunction(-x) - 1;
  let term = x;
  let sum = x;
  for (let k = 1; k < 40; k += 1) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 minus the error function, exact to the last digits where that is near 1: a continued fraction, from its end. */
export function complementaryErrorFunction(x: number): number {
  if (x <= 1) return 1 - errorFunction(x);
  let fraction = x;
  for (let k = 200; k > 0; k -= 1) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}
