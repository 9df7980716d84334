import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lawNames } from '../weather/variable.ts';
import { crpsOf, type Law, lawCdf, lawCdfBelow, lawMean, lawQuantile, logScoreOf, makeLaw } from './law.ts';

/** log density of the standard laws, written out again. */
function logDensity(law: Law, z: number): number {
  const size = Math.abs(z);
  if (law.name.endsWith('logistic')) return -size - 2 * Math.log1p(Math.exp(-size));
  return -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);
}

/** Three-point Gauss rule. */
function integral(f: (x: number) => number, from: number, to: number): number {
  const [centre, half] = [(from + to) / 2, (to - from) / 2];
  const step = half * Math.sqrt(0.6);
  return (half * (5 * f(centre - step) + 8 * f(centre) + 5 * f(centre + step))) / 9;
}

/**
 * CRPS and mean of a law from its density alone, by cumulative integration: ∫F² up to the outcome, ∫(1 − F)² beyond.
 *
 * The density is taken relative to its greatest value within the bounds, so nothing underflows, and cut where it
 * has fallen by e⁻⁴².
 */
function reference(law: Law, y: number, location: number, scale: number) {
  const l = (law.lower - location) / scale;
  const u = (law.upper - location) / scale;
  const inside = Math.min(law.upper, Math.max(law.lower, y));
  const at = (inside - location) / scale;
  const mode = law.bounding === 'truncated' ? Math.min(u, Math.max(l, 0)) : 0;
  const reach = law.name.endsWith('logistic') ? 43 : 84 / (Math.abs(mode) + Math.sqrt(mode * mode + 84));
  const from = law.bounding === 'truncated' ? Math.max(l, mode - reach) : -reach;
  const to = law.bounding === 'truncated' ? Math.min(u, mode + reach) : reach;

  const density = (z: number) => Math.exp(logDensity(law, z) - logDensity(law, mode));
  const kinks = [from, l, at, u, to].map((z) => Math.min(to, Math.max(from, z))).sort((a, b) => a - b);
  const edges = kinks.flatMap((left, k) => {
    const width = (kinks[k + 1] ?? left) - left;
    return Array.from({ length: width > 0 ? 500 : 1 }, (_, cell) => left + (width * cell) / 500);
  });
  const before = [0];
  for (let k = 1; k < edges.length; k++)
    before.push(before[k - 1] + integral(density, edges[k - 1], edges[k]));
  const mass = before[edges.length - 1];

  // Where the law has nothing left, F is 0 or 1.
  let crps =
    Math.max(0, Math.min(from, u) - Math.max(at, l)) + Math.max(0, Math.min(at, u) - Math.max(to, l));
  let mean = 0;
  for (let k = 0; k + 1 < edges.length; k++) {
    const [left, right] = [edges[k], edges[k + 1]];
    const F = (z: number) => (before[k] + integral(density, left, z)) / mass;
    if (left >= l && right <= u) crps += integral((z) => (right <= at ? F(z) : 1 - F(z)) ** 2, left, right);
    mean += integral((z) => Math.min(u, Math.max(l, z)) * density(z), left, right) / mass;
  }
  return { crps: crps * scale + Math.abs(y - inside), mean: location + scale * mean };
}

/** Bounds and outcome stand in scales around a location that may lie far outside the bounds. */
const cases = fc
  .record({
    name: fc.constantFrom(...lawNames),
    open: fc.constantFrom('below', 'above', 'neither'),
    nearer: fc.double({ min: -60, max: 60, noNaN: true }),
    logWidth: fc.double({ min: -6, max: 2, noNaN: true }),
    outcome: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
    location: fc.double({ min: -30, max: 30, noNaN: true }),
    logScale: fc.double({ min: -3, max: 3, noNaN: true }),
  })
  .map(({ name, open, nearer, logWidth, outcome, location, logScale }) => {
    const scale = 10 ** logScale;
    const lower = location + scale * nearer;
    const upper = lower + scale * 10 ** logWidth;
    const y = lower + outcome * (upper - lower);
    return {
      name,
      y,
      location,
      scale,
      lower: open === 'below' ? -Infinity : lower,
      upper: open === 'above' ? Infinity : upper,
    };
  });

/** Runs a check on many cases; `grain` is what the rounding of location and bounds amounts to, in scales. */
function onManyCases(check: (law: Law, y: number, location: number, scale: number, grain: number) => void) {
  const property = fc.property(cases, ({ name, y, location, scale, lower, upper }) => {
    const sizes = [location, lower, upper, scale].filter(Number.isFinite).map(Math.abs);
    check(makeLaw(name, lower, upper), y, location, scale, (2e-14 * Math.max(...sizes)) / scale);
  });
  fc.assert(property, { numRuns: 500 });
}

const gradient = new Float64Array(2);
const ignored = new Float64Array(2);

/** Fourth-order central difference. */
function slope(f: (step: number) => number, h: number): number {
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

test('CRPS and mean agree with integration of the density', () => {
  onManyCases((law, y, location, scale, grain) => {
    const expected = reference(law, y, location, scale);
    const crps = crpsOf(law)(y, location, scale, gradient);
    expect(Math.abs(crps - expected.crps) / scale).toBeLessThan(1e-11 + grain);
    expect(Math.abs(lawMean(law, location, scale) - expected.mean) / scale).toBeLessThan(1e-11 + grain);
  });
});

test.each([
  ['CRPS', crpsOf],
  ['log score', logScoreOf],
])('the gradient of the %s agrees with differences', (_, scoreOf) => {
  onManyCases((law, y, location, scale, grain) => {
    const score = scoreOf(law);
    const value = score(y, location, scale, gradient);
    if (value === Infinity) return;
    const farthest = [y, law.lower, law.upper]
      .filter(Number.isFinite)
      .map((x) => Math.abs(x - location) / scale);
    const h = (1e-3 * scale) / Math.max(1, ...farthest);
    const unit = scoreOf === crpsOf ? 1 : scale;
    const width = Math.min(1, (law.upper - law.lower) / scale);
    const tolerance = (1e-7 + (grain * scale) / (h * width)) * (1 + (Math.abs(value) * unit) / scale);
    const byLocation = slope((step) => score(y, location + step, scale, ignored), h);
    const byScale = slope((step) => score(y, location, scale + step, ignored), h);
    expect(Math.abs(gradient[0] - byLocation) * unit).toBeLessThan(tolerance);
    expect(Math.abs(gradient[1] - byScale) * unit).toBeLessThan(tolerance);
  });
});

test('the log score is minus the log of the slope of the cdf, or of the probability of an end', () => {
  onManyCases((law, y, location, scale, grain) => {
    const likelihood = Math.exp(-logScoreOf(law)(y, location, scale, gradient));
    const cdf = (x: number) => lawCdf(law, x, location, scale);
    if (law.bounding === 'censored' && y <= law.lower) expect(likelihood).toBeCloseTo(cdf(law.lower), 14);
    else if (law.bounding === 'censored' && y >= law.upper)
      expect(likelihood).toBeCloseTo(1 - lawCdfBelow(law, law.upper, location, scale), 14);
    else if (y < law.lower || y > law.upper) expect(likelihood).toBe(0);
    else {
      const z = Math.max(1, Math.abs(y - location) / scale);
      const h = Math.min((1e-3 * scale) / z, (y - law.lower) / 3, (law.upper - y) / 3);
      if (h < (1e-5 * scale) / z) return;
      const expected = slope((step) => cdf(y + step), h) * scale;
      expect(Math.abs(likelihood * scale - expected)).toBeLessThan((1e-8 + (grain * scale) / h) * z);
    }
  });
});

test('the cdf rises from 0 to 1, and the quantile inverts it', () => {
  onManyCases((law, _, location, scale, grain) => {
    const farther = Math.abs(Math.min(law.upper, Math.max(law.lower, location)) - location);
    const tolerance = 1e-14 + grain * (1 + farther / scale + scale / (law.upper - law.lower));
    let last = -Infinity;
    for (const p of [1e-12, 0.01, 0.3, 0.5, 0.9, 1 - 1e-12]) {
      const q = lawQuantile(law, p, location, scale);
      expect(q).toBeGreaterThanOrEqual(Math.max(law.lower, last));
      expect(q).toBeLessThanOrEqual(law.upper);
      expect(lawCdfBelow(law, q, location, scale)).toBeLessThan(p + tolerance);
      expect(lawCdf(law, q, location, scale)).toBeGreaterThan(p - tolerance);
      last = q;
    }
  });
});
