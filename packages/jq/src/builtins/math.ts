import type { Meter } from '../engine/meter.ts';
import { JqError } from '../errors.ts';
import type { Json } from '../json.ts';
import { describeValue } from '../values/text.ts';
import { besselJ, besselY } from './bessel.ts';
import type { Native, NativeTable } from './native.ts';
import {
  complementaryErrorFunction,
  errorFunction,
  gammaSign,
  logGamma,
  roundHalfEven,
  trueGamma,
} from './special-functions.ts';

/** The number an operand is. Throws `JqError` for anything else. */
function toNumber(value: Json): number {
  if (typeof value !== 'number') throw new JqError(`${describeValue(value)} number required`);
  return value;
}

const unary =
  (compute: (x: number) => Json): Native =>
  (_meter, input) =>
    compute(toNumber(input));

/** What is no number has none of these qualities. */
const judge =
  (holds: (x: number) => boolean): Native =>
  (_meter, input) =>
    typeof input === 'number' && holds(input);

const binary =
  (compute: (x: number, y: number) => Json): Native =>
  (_meter, _input, [x = null, y = null]) =>
    compute(toNumber(x), toNumber(y));

/** A Bessel function of a fixed order, or of the order that is the first argument, whose fraction does not count. */
function bessel(of: typeof besselJ, order: 0 | 1 | 'argument'): Native {
  return (meter, input, [n = null, x = null]) => {
    const charge = (steps: number): void => meter.charge(steps);
    return order === 'argument'
      ? of(Math.trunc(toNumber(n)), toNumber(x), charge)
      : of(order, toNumber(input), charge);
  };
}

const round = (x: number): number => (x < 0 ? -Math.round(-x) : Math.round(x));

/** Splits x into m × 2^e with 0.5 ≤ |m| < 1. */
function frexp(x: number): readonly [number, number] {
  if (x === 0 || !Number.isFinite(x)) return [x, 0];
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1);
  let mantissa = scale(x, -exponent);
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2;
    exponent -= 1;
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2;
    exponent += 1;
  }
  return [mantissa, exponent];
}

/** x × 2^exponent without overflow on the way. */
function scale(x: number, exponent: number): number {
  let rest = Math.min(Math.max(Math.trunc(exponent), -4000), 4000);
  let result = x;
  while (rest > 1000) {
    result *= 2 ** 1000;
    rest -= 1000;
  }
  while (rest < -1000) {
    result *= 2 ** -1000;
    rest += 1000;
  }
  return result * 2 ** rest;
}

/** IEEE remainder: x − n·y with n the whole number nearest to x/y. */
function remainder(x: number, y: number): number {
  if (y === 0 || !Number.isFinite(x) || Number.isNaN(y)) return Number.NaN;
  if (!Number.isFinite(y)) return x;
  const size = Math.abs(y);
  let rest = Math.abs(x) % (2 * size);
  if (rest * 2 > size) {
    rest -= size;
    if (rest * 2 >= size) rest -= size;
  }
  return x < 0 ? -rest : rest;
}

function nextAfter(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y) || x === y) return x === y ? y : Number.NaN;
  if (x === 0) return y > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const away = x < y === x > 0;
  view.setBigInt64(0, view.getBigInt64(0) + (away ? 1n : -1n));
  return view.getFloat64(0);
}

function logb(x: number): number {
  if (x === 0) return -Infinity;
  return Number.isFinite(x) ? frexp(x)[1] - 1 : Math.abs(x);
}

function power(x: number, y: number): number {
  // C, unlike JavaScript, gives 1 for 1^NaN and (±1)^±Infinity.
  if (x === 1 || (x === -1 && !Number.isFinite(y) && !Number.isNaN(y))) return 1;
  return x ** y;
}

const modf = (x: number): Json => {
  const whole = Math.trunc(x);
  return [Number.isFinite(x) ? x - whole : Number.isNaN(x) ? x : 0, whole];
};

/** Functions of numbers, named as in C. */
export const math: NativeTable = {
  'abs/0': (_meter, input) => absolute(input),
  'fabs/0': unary(Math.abs),
  'floor/0': unary(Math.floor),
  'ceil/0': unary(Math.ceil),
  'round/0': unary(round),
  'trunc/0': unary(Math.trunc),
  'rint/0': unary(roundHalfEven),
  'nearbyint/0': unary(roundHalfEven),
  'sqrt/0': unary(Math.sqrt),
  'cbrt/0': unary(Math.cbrt),
  'exp/0': unary(Math.exp),
  'exp2/0': unary((x) => 2 ** x),
  'exp10/0': unary((x) => 10 ** x),
  'expm1/0': unary(Math.expm1),
  'log/0': unary(Math.log),
  'log2/0': unary(Math.log2),
  'log10/0': unary(Math.log10),
  'log1p/0': unary(Math.log1p),
  'logb/0': unary(logb),
  'sin/0': unary(Math.sin),
  'cos/0': unary(Math.cos),
  'tan/0': unary(Math.tan),
  'asin/0': unary(Math.asin),
  'acos/0': unary(Math.acos),
  'atan/0': unary(Math.atan),
  'sinh/0': unary(Math.sinh),
  'cosh/0': unary(Math.cosh),
  'tanh/0': unary(Math.tanh),
  'asinh/0': unary(Math.asinh),
  'acosh/0': unary(Math.acosh),
  'atanh/0': unary(Math.atanh),
  'lgamma/0': unary(logGamma),
  'gamma/0': unary(logGamma),
  'tgamma/0': unary(trueGamma),
  'lgamma_r/0': unary((x) => [logGamma(x), gammaSign(x)]),
  'erf/0': unary(errorFunction),
  'erfc/0': unary(complementaryErrorFunction),
  'j0/0': bessel(besselJ, 0),
  'j1/0': bessel(besselJ, 1),
  'jn/2': bessel(besselJ, 'argument'),
  'y0/0': bessel(besselY, 0),
  'y1/0': bessel(besselY, 1),
  'yn/2': bessel(besselY, 'argument'),
  'frexp/0': unary((x) => [...frexp(x)]),
  'modf/0': unary(modf),
  'significand/0': unary((x) => (x === 0 || !Number.isFinite(x) ? x : scale(x, -logb(x)))),
  'pow/2': binary(power),
  'atan2/2': binary(Math.atan2),
  'fmin/2': binary((x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.min(x, y))),
  'fmax/2': binary((x, y) => (Number.isNaN(x) ? y : Number.isNaN(y) ? x : Math.max(x, y))),
  'fdim/2': binary((x, y) => (x > y ? x - y : Number.isNaN(x) || Number.isNaN(y) ? Number.NaN : 0)),
  'fmod/2': binary((x, y) => x % y),
  'hypot/2': binary(Math.hypot),
  'copysign/2': binary((x, y) => (Object.is(Math.sign(y), -0) || y < 0 ? -Math.abs(x) : Math.abs(x))),
  'drem/2': binary(remainder),
  'remainder/2': binary(remainder),
  'ldexp/2': binary(scale),
  'scalb/2': binary((x, y) => (Number.isFinite(y) && !Number.isInteger(y) ? Number.NaN : scale(x, y))),
  'scalbln/2': binary(scale),
  'nextafter/2': binary(nextAfter),
  'nexttoward/2': binary(nextAfter),
  'fma/3': (_meter, _input, [x = null, y = null, z = null]) => toNumber(x) * toNumber(y) + toNumber(z),
  'infinite/0': () => Infinity,
  'nan/0': () => Number.NaN,
  'isinfinite/0': judge((x) => x === Infinity || x === -Infinity),
  'isnan/0': judge(Number.isNaN),
  'isfinite/0': judge(Number.isFinite),
  'isnormal/0': judge((x) => Number.isFinite(x) && Math.abs(x) >= 2 ** -1022),
  'now/0': (meter: Meter) => meter.clock() / 1000,
};

/** Anything that is not below zero is its own absolute value. */
function absolute(value: Json): Json {
  if (typeof value === 'number') return Math.abs(value);
  if (value === null || typeof value === 'boolean')
    throw new JqError(`${describeValue(value)} cannot be negated`);
  return value;
}
