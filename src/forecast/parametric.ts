import { WeatherglassError } from '../errors.ts';
import type { LawName, Transform } from '../weather/variable.ts';
import type { Distributions } from './distributions.ts';
import { crpsOf, type Law, lawCdf, lawCdfBelow, lawMean, lawQuantile, makeLaw } from './law.ts';
import { integrate } from './quadrature.ts';
import { back, forth } from './transform.ts';

/** What says which parametric family a block of distributions is of. */
export interface Family {
  readonly law: LawName;
  /** The law holds on this scale of the variable: `sqrt` means the root of the value has the law. */
  readonly transform: Transform;
  /** Bounds in the variable's unit; used by truncated and censored laws. */
  readonly lower: number;
  readonly upper: number;
}

/** Name of a family as exports show it: `normal`, `censored-logistic(sqrt)`. */
export function familyName({ law, transform }: Family): string {
  return transform === 'none' ? law : `${law}(${transform})`;
}

/** The family's law on the scale it is fitted on. */
export function fittedLaw({ law, transform, lower, upper }: Family) {
  const bounded = law !== 'normal' && law !== 'logistic';
  if (transform === 'sqrt' && !(bounded && lower >= 0))
    throw new WeatherglassError(
      'Usage',
      `--transform sqrt needs a truncated or censored law of a variable that is never negative, not ${law} from ${lower}`,
    );
  return makeLaw(law, forth(transform, lower), forth(transform, upper));
}

/** Scales below this count as 0: a distance divided by them may overflow. */
const LEAST_SCALE = 1e-100;

/**
 * Distributions of one family, `location[i]` and `scale[i]` on the fitted scale; a scale of 0 is a point.
 *
 * On the scale itself the CRPS is the closed form of law.ts. Of a transformed law it is
 *   ∫_0^y F(√v)² dv + ∫_y^∞ (1 − F(√v))² dv,  v = u²,
 * integrated numerically to about 1e-10 of the scale.
 */
export function parametric(family: Family, location: Float64Array, scale: Float64Array): Distributions {
  const law = fittedLaw(family);
  const { transform } = family;
  const gradient = new Float64Array(2);
  const closedForm = crpsOf(law);
  const isPoint = (i: number) => scale[i] < LEAST_SCALE;
  const pointOf = (i: number) => back(transform, Math.min(law.upper, Math.max(law.lower, location[i])));

  const crps = (i: number, y: number) => {
    if (isPoint(i)) return Math.abs(y - pointOf(i));
    const [m, s] = [location[i], scale[i]];
    // A difference of integrals: rounding may leave less than nothing.
    if (transform === 'none') return Math.max(0, closedForm(y, m, s, gradient));
    const split = Math.min(Math.max(forth(transform, y), law.lower), law.upper);
    const frame = frameOf(law, m, s);
    const below = integrate((u) => 2 * u * lawCdf(law, u, m, s) ** 2, law.lower, split, ...frame);
    const above = integrate((u) => 2 * u * (1 - lawCdf(law, u, m, s)) ** 2, split, law.upper, ...frame);
    return below + above + Math.abs(y - back(transform, split));
  };
  return {
    size: location.length,
    law: familyName(family),
    cdf: (i, x) =>
      isPoint(i) ? step(x - pointOf(i), true) : lawCdf(law, forth(transform, x), location[i], scale[i]),
    cdfBelow: (i, x) =>
      isPoint(i) ? step(x - pointOf(i), false) : lawCdfBelow(law, forth(transform, x), location[i], scale[i]),
    quantile: (i, p) =>
      isPoint(i) ? pointOf(i) : back(transform, lawQuantile(law, p, location[i], scale[i])),
    mean(i) {
      if (isPoint(i)) return pointOf(i);
      const [m, s] = [location[i], scale[i]];
      if (transform === 'none') return lawMean(law, m, s);
      const tail = (u: number) => 2 * u * (1 - lawCdf(law, u, m, s));
      return back(transform, law.lower) + integrate(tail, law.lower, law.upper, ...frameOf(law, m, s));
    },
    crps,
    fairCrps: crps,
  };
}

/** The cdf of a point, `distance` beyond it; at the point itself 1 (`orEqual`) or 0. */
function step(distance: number, orEqual: boolean): number {
  if (Number.isNaN(distance)) return Number.NaN;
  return distance > 0 || (orEqual && distance === 0) ? 1 : 0;
}

/** Where a law bends and over what length: one truncated to a tail falls off from its bound like an exponential. */
function frameOf(law: Law, location: number, scale: number): readonly [centre: number, length: number] {
  if (law.bounding !== 'truncated' || (law.lower <= location && location <= law.upper))
    return [location, scale];
  const bound = location < law.lower ? law.lower : law.upper;
  const slope = law.standard.logCdfSlope(-Math.abs(bound - location) / scale);
  return [bound, scale / Math.max(1, slope)];
}
