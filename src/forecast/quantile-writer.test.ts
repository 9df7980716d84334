import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LawName, lawNames } from '../weather/variable.ts';
import { type Family, fittedLaw, parametric } from './parametric.ts';
import { openQuantileWriter } from './quantile-writer.ts';

const NaNs = (count: number) => new Array<number>(count).fill(Number.NaN);

/** Quantiles of some laws, behind a number that is none of them and before another. */
function written(family: Family, levels: readonly number[], location: number[], scale: number[]): number[] {
  const count = location.length;
  const out = new Float32Array(count * levels.length + 2).fill(-7);
  openQuantileWriter(family, Float64Array.from(levels)).write(
    Float64Array.from(location),
    Float64Array.from(scale),
    count,
    out,
    1,
  );
  expect([out[0], out.at(-1)]).toEqual([-7, -7]);
  return [...out.subarray(1, -1)];
}

const positive = (law: LawName): Family => ({ law, transform: 'none', lower: 0, upper: Infinity });

describe('by hand', () => {
  test('a normal law', () => {
    const [a, b, c] = written(positive('normal'), [0.025, 0.5, 0.975], [10], [2]);
    expect([a, b, c]).toEqual([expect.closeTo(6.080072, 6), 10, expect.closeTo(13.919928, 6)]);
  });

  test('a logistic law: log 3 at three quarters', () => {
    expect(written(positive('logistic'), [0.25, 0.75], [1], [2])).toEqual([
      expect.closeTo(1 - 2 * Math.log(3), 6),
      expect.closeTo(1 + 2 * Math.log(3), 6),
    ]);
  });

  test('a censored law stops at its bounds', () => {
    const share: Family = { law: 'censored-normal', transform: 'none', lower: 0, upper: 100 };
    const [low, middle, high] = written(share, [0.1, 0.5, 0.9], [50], [100]);
    expect([low, middle, high]).toEqual([0, 50, 100]);
  });

  test('half of a normal law: its median is the quantile at three quarters', () => {
    expect(written(positive('truncated-normal'), [0.5], [0], [1])[0]).toBeCloseTo(0.67449, 5);
  });

  test('half of a logistic law: (1 + p)/2 at p', () => {
    expect(written(positive('truncated-logistic'), [0.5], [0], [2])[0]).toBeCloseTo(2 * Math.log(3), 6);
  });

  test('a root is squared', () => {
    const rain: Family = { ...positive('censored-logistic'), transform: 'sqrt' };
    expect(written(rain, [0.1, 0.5, 0.75], [2], [1])).toEqual([
      0,
      4,
      expect.closeTo((2 + Math.log(3)) ** 2, 5),
    ]);
  });
});

const bounds = [
  [0, Infinity],
  [0, 100],
  [1, Infinity],
  [0.5, 7],
] as const;

const laws = fc.record({
  law: fc.constantFrom(...lawNames),
  root: fc.boolean(),
  bound: fc.constantFrom(...bounds),
  away: fc.oneof(
    fc.double({ min: -45, max: 45, noNaN: true }),
    fc.double({ min: -7, max: 7, noNaN: true }),
    fc.constantFrom(-6, 0, 6, -1 / 32, 8),
  ),
  logScale: fc.double({ min: -3, max: 3, noNaN: true }),
});

function familyOf({
  law,
  root,
  bound: [lower, upper],
}: {
  law: LawName;
  root: boolean;
  bound: readonly [number, number];
}) {
  const isRoot = root && law.includes('-');
  return { law, transform: isRoot ? 'sqrt' : 'none', lower, upper } satisfies Family;
}

describe('as parametric says', () => {
  test.each([
    ['deciles', [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]],
    ['far out', [0.001, 0.5, 0.999]],
    ['one level', [0.37]],
    ['almost all', [1e-9, 1 - 1e-9]],
  ])('%s', (_, levels) => {
    // Opening makes a table, so that each is opened once.
    const writers = new Map<string, ReturnType<typeof openQuantileWriter>>();
    const out = new Float32Array(levels.length);
    fc.assert(
      fc.property(laws, (drawn) => {
        const family = familyOf(drawn);
        const name = JSON.stringify(family);
        const writer = writers.get(name) ?? openQuantileWriter(family, Float64Array.from(levels));
        writers.set(name, writer);
        const scale = 10 ** drawn.logScale;
        const location =
          fittedLaw(family).lower === -Infinity ? drawn.away : fittedLaw(family).lower + drawn.away * scale;
        const [m, s] = [Float64Array.of(location), Float64Array.of(scale)];
        writer.write(m, s, 1, out, 0);
        const expected = parametric(family, m, s);
        levels.forEach((level, k) => {
          const exact = expected.quantile(0, level);
          // 1e-7 of the scale, and what is lost by rounding to 24 bits; a root's twice, for its square grows twice as fast.
          const ofScale =
            family.transform === 'sqrt'
              ? 2 * Math.sqrt(exact) * 1e-7 * scale + 1e-14 * scale * scale
              : 1e-7 * scale;
          // A double near 1 knows its distance from 1, and so the quantile, no better than this.
          const known = (8 * Number.EPSILON * scale) / Math.min(level, 1 - level);
          const rounding = (family.transform === 'sqrt' ? 4 : 1) * 2 ** -24 * Math.abs(exact);
          expect(Math.abs(out[k] - exact), `${name} ${location} ${scale} ${level}`).toBeLessThanOrEqual(
            ofScale + known + rounding,
          );
          if (k > 0) expect(out[k]).toBeGreaterThanOrEqual(out[k - 1]);
          if (!family.law.includes('-')) return;
          expect(out[k]).toBeGreaterThanOrEqual(family.lower);
          expect(out[k]).toBeLessThanOrEqual(family.upper);
        });
      }),
      { numRuns: 4000 },
    );
  });

  test('a law that has an upper bound alone', () => {
    const family: Family = { law: 'truncated-normal', transform: 'none', lower: -Infinity, upper: 5 };
    const exact = parametric(family, Float64Array.of(4, 9), Float64Array.of(2, 1));
    const quantiles = written(family, [0.1, 0.9], [4, 9], [2, 1]);
    for (const [i, p, k] of [
      [0, 0.1, 0],
      [0, 0.9, 1],
      [1, 0.1, 2],
      [1, 0.9, 3],
    ])
      expect(quantiles[k]).toBeCloseTo(exact.quantile(i, p), 5);
  });

  test('however low the lowest level is', () => {
    const family: Family = { ...positive('truncated-normal'), transform: 'sqrt' };
    const [low, high] = written(family, [1e-25, 0.5], [9.5], [1]);
    expect(low).toBeCloseTo(
      parametric(family, Float64Array.of(9.5), Float64Array.of(1)).quantile(0, 1e-25),
      6,
    );
    expect(low).toBeLessThan(high);
  });
});

const families: Family[] = lawNames.flatMap((law) =>
  bounds.flatMap((bound) =>
    (law.includes('-') ? [false, true] : [false]).map((root) => familyOf({ law, root, bound })),
  ),
);

test.each(families)('$law ($transform) from $lower to $upper: what is missing, and points', (family) => {
  const levels = [0.2, 0.8];
  expect(written(family, levels, [Number.NaN, 2, Number.NaN], [1, Number.NaN, 0])).toEqual(NaNs(6));
  const locations = [2, fittedLaw(family).lower === -Infinity ? 1 : fittedLaw(family).lower, -3, 50, -3, 50];
  const scales = [0, 0, 0, 0, 1e-200, 1e-200];
  const points = parametric(family, Float64Array.from(locations), new Float64Array(6));
  const quantiles = written(family, levels, locations, scales);
  locations.forEach((_, i) => {
    const point = expect.closeTo(points.quantile(i, 0.5), 5) as number;
    expect(quantiles.slice(2 * i, 2 * i + 2)).toEqual([point, point]);
  });
});

test('laws stand beside each other, as many as were asked for', () => {
  const family = positive('truncated-normal');
  const out = new Float32Array(8).fill(-7);
  const writer = openQuantileWriter(family, Float64Array.of(0.25, 0.75));
  writer.write(Float64Array.of(100, 50, 3), Float64Array.of(1, 2, 1), 2, out, 2);
  const [a, b] = [0.6744898, 2 * 0.6744898];
  expect([...out]).toEqual([
    -7,
    -7,
    ...[100 - a, 100 + a, 50 - b, 50 + b].map((x) => expect.closeTo(x, 4) as number),
    -7,
    -7,
  ]);
});
