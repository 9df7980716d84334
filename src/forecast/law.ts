import { WeatherglassError } from '../errors.ts';
import type { LawName } from '../weather/variable.ts';
import { standardLogistic } from './logistic.ts';
import { normalCrps, standardNormal } from './normal.ts';
import { gauss } from './quadrature.ts';
import type { LawIntegrals, StandardLaw } from './standard-law.ts';

/**
 * A location-scale law that may be confined to [lower, upper]: `truncated` conditions on the interval, `censored`
 * puts what lies beyond on its ends (a dry day is an atom at 0).
 */
export interface Law {
  readonly name: LawName;
  readonly standard: StandardLaw;
  readonly bounding: 'none' | 'truncated' | 'censored';
  readonly lower: number;
  readonly upper: number;
}

/**
 * The law of a name. Bounds count for truncated and censored laws only, and default to [0, ∞).
 *
 * @throws WeatherglassError Usage for an empty interval.
 */
export function makeLaw(name: LawName, lower = 0, upper = Infinity): Law {
  const standard = name.endsWith('logistic') ? standardLogistic : standardNormal;
  if (name === 'normal' || name === 'logistic')
    return { name, standard, bounding: 'none', lower: -Infinity, upper: Infinity };
  if (!(lower < upper))
    throw new WeatherglassError('Usage', `law ${name} needs lower < upper, not [${lower}, ${upper}]`);
  return { name, standard, bounding: name.startsWith('truncated') ? 'truncated' : 'censored', lower, upper };
}

/** P(X ≤ x); NaN in, NaN out. */
export function lawCdf(law: Law, x: number, location: number, scale: number): number {
  if (Number.isNaN(location + scale)) return Number.NaN;
  if (x < law.lower) return 0;
  if (x >= law.upper) return 1;
  const { standard } = law;
  if (law.bounding !== 'truncated') return standard.cdf((x - location) / scale);
  const l = (law.lower - location) / scale;
  const u = (law.upper - location) / scale;
  const z = (x - location) / scale;
  // Below the interval's far side both differences would be 1 − 1; mirrored, they keep their digits.
  const part = partBelow(standard, l > 0 ? -l : u);
  return l > 0
    ? 1 - massBetween(part, -u, -z) / massBetween(part, -u, -l)
    : massBetween(part, l, z) / massBetween(part, l, u);
}

/** P(X < x) */
export function lawCdfBelow(law: Law, x: number, location: number, scale: number): number {
  if (law.bounding === 'censored' && !Number.isNaN(location + scale)) {
    if (x <= law.lower) return 0;
    if (x > law.upper) return 1;
    return law.standard.cdf((x - location) / scale);
  }
  return lawCdf(law, x, location, scale);
}

/** The least x with P(X ≤ x) ≥ p. */
export function lawQuantile(law: Law, p: number, location: number, scale: number): number {
  const { standard } = law;
  if (law.bounding !== 'truncated') {
    const x = location + scale * standard.quantile(p);
    return x < law.lower ? law.lower : x > law.upper ? law.upper : x;
  }
  const l = (law.lower - location) / scale;
  const u = (law.upper - location) / scale;
  const part = partBelow(standard, l > 0 ? -l : u);
  const z =
    l > 0
      ? -part.quantile(part.cdf(-u) + (1 - p) * massBetween(part, -u, -l))
      : part.quantile(part.cdf(l) + p * massBetween(part, l, u));
  return Math.min(law.upper, Math.max(law.lower, location + scale * z));
}

/** Expected value. */
export function lawMean(law: Law, location: number, scale: number): number {
  const { standard, lower, upper } = law;
  const l = (lower - location) / scale;
  const u = (upper - location) / scale;
  let mean: number;
  if (law.bounding === 'none') mean = Number.isNaN(scale) ? scale : location;
  else if (law.bounding === 'truncated') {
    const part = partBelow(standard, l > 0 ? -l : u);
    const z =
      l > 0
        ? -momentBetween(part, -u, -l) / massBetween(part, -u, -l)
        : momentBetween(part, l, u) / massBetween(part, l, u);
    mean = location + scale * z;
  } else {
    // E clamp(Z, l, u) = l + E(Z − l)⁺ − E(Z − u)⁺, and E(Z − l)⁺ = ∫_l^∞ (1 − G) = ∫_{−∞}^{−l} G.
    mean =
      lower === -Infinity
        ? location - scale * standard.integral(-u)
        : lower + scale * (standard.integral(-l) - standard.integral(-u));
  }
  return Math.min(upper, Math.max(lower, mean));
}

/** The law that probabilities up to u are measured by: far out, relative to G(u), which may be nothing. */
function partBelow(standard: StandardLaw, u: number): LawIntegrals {
  return u < -10 ? standard.below(u) : standard;
}

/** Whether differences of cdfs and of their integrals over [l, u] would cancel; there a polynomial follows the law. */
function isNarrow(l: number, u: number): boolean {
  return (u - l) * (1 + Math.abs(l)) < 0.1;
}

/** ∫_l^u g, for l ≤ u on the lower side of the law. */
function massBetween(part: LawIntegrals, l: number, u: number): number {
  return isNarrow(l, u) ? gauss(part.pdf, l, u) : part.cdf(u) - part.cdf(l);
}

/** ∫_l^u t g(t) dt = [t G(t) − ∫G]. */
function momentBetween(part: LawIntegrals, l: number, u: number): number {
  if (isNarrow(l, u)) return gauss((t) => t * part.pdf(t), l, u);
  return partialMoment(part, u) - partialMoment(part, l);
}

function partialMoment(part: LawIntegrals, z: number): number {
  if (!Number.isFinite(z)) return 0;
  return z * part.cdf(z) - part.integral(z);
}

/** A score of the outcome y under (location, scale); sets `gradient` to [∂/∂location, ∂/∂scale]. */
export type ScoreWithGradient = (
  y: number,
  location: number,
  scale: number,
  gradient: Float64Array,
) => number;

/**
 * CRPS of a law in closed form, with its gradient.
 *
 * With z-values of the outcome and bounds, G the standard cdf, A(z) = ∫_{−∞}^z G² and B(z) = ∫_z^∞ (1 − G)²:
 *   no bounds  σ{A(y) + B(y)}
 *   censored   σ{A(y) − A(l) + B(y) − B(u)} for an outcome inside, plus its distance from [l, u] otherwise
 *   truncated  the same two integrals of F = (G − G(l)) / (G(u) − G(l))
 * which are the formulas of Gneiting & Raftery 2007 (doi 10.1198/016214506000001437), Thorarinsdottir & Gneiting
 * 2010 (doi 10.1111/j.1467-985X.2009.00616.x) and Jordan, Krüger & Lerch 2019 (doi 10.18637/jss.v090.i12).
 * Scale must be positive; NaN in, NaN out.
 */
export function crpsOf(law: Law): ScoreWithGradient {
  if (law.name === 'normal') return normalCrps;
  if (law.bounding === 'truncated') return truncatedCrps(law);
  const { standard, lower, upper } = law;
  return (y, location, scale, gradient) => {
    const inside = y < lower ? lower : y > upper ? upper : y;
    const z = (inside - location) / scale;
    const l = (lower - location) / scale;
    const u = (upper - location) / scale;
    const cdf = standard.cdf(z);
    const cdfLower = standard.cdf(l);
    const survivalUpper = standard.cdf(-u);
    const sum =
      standard.integralOfSquare(z) +
      standard.integralOfSquare(-z) -
      standard.integralOfSquare(l) -
      standard.integralOfSquare(-u);
    const byOutcome = 2 * cdf - 1;
    const byLower = -cdfLower * cdfLower;
    const byUpper = survivalUpper * survivalUpper;
    gradient[0] = -(byOutcome + byLower + byUpper);
    gradient[1] = sum - z * byOutcome - (byLower === 0 ? 0 : l * byLower) - (byUpper === 0 ? 0 : u * byUpper);
    return scale * sum + Math.abs(y - inside);
  };
}

function truncatedCrps({ standard, lower, upper }: Law): ScoreWithGradient {
  return (y, location, scale, gradient) => {
    const inside = y < lower ? lower : y > upper ? upper : y;
    // Both standard laws are symmetric: turn the interval so that it lies in the lower tail, where small
    // probabilities keep their digits.
    const mirrored = lower > location;
    const sign = mirrored ? -1 : 1;
    const l = mirrored ? (location - upper) / scale : (lower - location) / scale;
    const u = mirrored ? (location - lower) / scale : (upper - location) / scale;
    const z = (sign * (inside - location)) / scale;
    const part = partBelow(standard, u);
    const narrow = isNarrow(l, u);
    const gl = part.cdf(l);
    const mass = massBetween(part, l, u);
    const massBelow = narrow ? massBetween(part, l, z) : part.cdf(z) - gl;
    // ∫_l^z F and ∫_l^z F², ∫_z^u (1 − F) and ∫_z^u (1 − F)²
    let first: number;
    let firstSquare: number;
    let rest: number;
    let restSquare: number;
    if (narrow) [first, firstSquare, rest, restSquare] = narrowIntegrals(part, mass, l, z, u);
    else {
      const I = part.integral;
      const A = part.integralOfSquare;
      const glBelow = gl === 0 ? 0 : gl * (z - l);
      const area = I(z) - I(l);
      first = (area - glBelow) / mass;
      firstSquare = (A(z) - A(l) - 2 * gl * area + gl * glBelow) / (mass * mass);
      if (u === Infinity) {
        rest = I(-z) / mass;
        restSquare = A(-z) / (mass * mass);
      } else {
        const gu = part.cdf(u);
        const areaAbove = I(u) - I(z);
        rest = (gu * (u - z) - areaAbove) / mass;
        restSquare = (gu * gu * (u - z) - 2 * gu * areaAbove + A(u) - A(z)) / (mass * mass);
      }
    }
    const sum = firstSquare + restSquare;
    const byOutcome = (2 * massBelow) / mass - 1;
    const byLower = gl === 0 ? 0 : (-2 * part.pdf(l) * (first - firstSquare - restSquare)) / mass;
    const byUpper = u === Infinity ? 0 : (-2 * part.pdf(u) * (firstSquare - rest + restSquare)) / mass;
    gradient[0] = -sign * (byOutcome + byLower + byUpper);
    gradient[1] = sum - z * byOutcome - (byLower === 0 ? 0 : l * byLower) - (byUpper === 0 ? 0 : u * byUpper);
    return scale * sum + Math.abs(y - inside);
  };
}

/** The four integrals of truncatedCrps by quadrature, for an interval in which their closed forms would cancel. */
function narrowIntegrals(part: LawIntegrals, mass: number, l: number, z: number, u: number) {
  const F = (t: number) => gauss(part.pdf, l, t) / mass;
  const first = gauss(F, l, z);
  const firstSquare = gauss((t) => F(t) ** 2, l, z);
  const rest = gauss((t) => 1 - F(t), z, u);
  const restSquare = gauss((t) => (1 - F(t)) ** 2, z, u);
  return [first, firstSquare, rest, restSquare] as const;
}

/**
 * Logarithmic score −log f(y), with its gradient; an atom's probability takes the place of the density for
 * outcomes on the ends of a censored law (so exp of minus the sum is the likelihood that crch maximises).
 *
 * ∞ for an outcome outside the bounds of a truncated law.
 */
export function logScoreOf(law: Law): ScoreWithGradient {
  const { standard, bounding, lower, upper } = law;
  return (y, location, scale, gradient) => {
    if (bounding === 'censored' && (y <= lower || y >= upper)) {
      // Both ends at once by symmetry: P(X ≤ lower) = G(l), P(X ≥ upper) = G(−u).
      const side = y <= lower ? 1 : -1;
      const bound = y <= lower ? lower : upper;
      const z = (side * (bound - location)) / scale;
      const ratio = standard.logCdfSlope(z);
      gradient[0] = (side * ratio) / scale;
      gradient[1] = (z * ratio) / scale;
      return -standard.logCdf(z);
    }
    const z = (y - location) / scale;
    const slope = standard.logPdfSlope(z);
    let score = Math.log(scale) - standard.logPdf(z);
    gradient[0] = slope / scale;
    gradient[1] = (1 + z * slope) / scale;
    if (bounding === 'truncated') {
      if (y < lower || y > upper) return Infinity;
      const mirrored = lower > location;
      const l = mirrored ? (location - upper) / scale : (lower - location) / scale;
      const u = mirrored ? (location - lower) / scale : (upper - location) / scale;
      const part = partBelow(standard, u);
      const mass = massBetween(part, l, u);
      const byLower = l === -Infinity ? 0 : part.pdf(l);
      const byUpper = u === Infinity ? 0 : part.pdf(u);
      score += Math.log(mass) + (part === standard ? 0 : standard.logCdf(u));
      gradient[0] += ((mirrored ? -1 : 1) * (byLower - byUpper)) / (mass * scale);
      gradient[1] += ((byLower === 0 ? 0 : l * byLower) - (byUpper === 0 ? 0 : u * byUpper)) / (mass * scale);
    }
    return score;
  };
}
