import { describe, expect, test } from 'vitest';
import { boost, boostDefaults } from './boost.ts';
import { binnedMatrix, drawing, noChance, normal, rowsFrom, unstopped } from './hand-made.ts';
import { type LawScore, type LocationScaleStart, locationScale } from './objectives.ts';
import { openPredictor } from './predict.ts';

/** E|X − y| − ½E|X − X'| of the Laplace law of scale b: |y − m| + b·e^(−|y − m|/b) − ¾b (Jordan et al. 2019). */
const laplaceCrps: LawScore = (y, location, scale, gradient) => {
  const size = Math.abs(y - location);
  const tail = Math.exp(-size / scale);
  gradient[0] = -Math.sign(y - location) * (1 - tail);
  gradient[1] = tail * (1 + size / scale) - 0.75;
  return size + scale * tail - 0.75 * scale;
};

/** Outcomes around 2·x₀, given with a spread of e^(x₁/2). */
function spreads(rows: number, seed: number) {
  const random = drawing(seed);
  const x = Float64Array.from({ length: rows * 2 }, () => 4 * random() - 2);
  const laplace = () => {
    const u = random() - 0.5;
    return -Math.sign(u) * Math.log(1 - 2 * Math.abs(u));
  };
  const y = Float64Array.from(
    { length: rows },
    (_, row) => 2 * x[2 * row] + Math.exp(x[2 * row + 1] / 2) * laplace(),
  );
  return { x, y, ...binnedMatrix(x, 2) };
}

function answers(rows: number, start: (data: ReturnType<typeof spreads>) => LocationScaleStart, rounds = 60) {
  const data = spreads(rows, 11);
  const given = start(data);
  const settings = { ...boostDefaults, rounds, leaves: 6, learningRate: 0.15 };
  const train = { bins: data.bins, binned: data.binned, train: rowsFrom(0, rows) };
  const model = boost(train, locationScale(data.y, laplaceCrps, given), settings, noChance, unstopped);
  const [location, logScale] = model.trees.map((trees, output) => {
    const offset = output === 0 ? given.location : given.logScale;
    const scores = new Float64Array(rows).fill(model.start[output]);
    openPredictor(trees, data.bins).add(data.binned, scores, unstopped);
    return scores.map((score, row) => score + (offset?.[row] ?? 0));
  });
  return { ...data, model, location, logScale };
}

function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

describe('location and scale by their CRPS', () => {
  test('recovers a spread that depends on one feature and a location that depends on another', () => {
    const { x, location, logScale, model } = answers(4000, () => ({}));
    // Without trees the errors would be 4·4/3 and (1/4)·4/3.
    expect(meanSquare(location.map((m, row) => m - 2 * x[2 * row]))).toBeLessThan(0.15);
    expect(meanSquare(logScale.map((s, row) => s - x[2 * row + 1] / 2))).toBeLessThan(0.03);
    expect(model.importance[0][0]).toBeGreaterThan(10 * model.importance[0][1]);
    // Until the location is learned, its error is spread too.
    expect(model.importance[1][1]).toBeGreaterThan(model.importance[1][0]);
  });

  test('starts from what each row is given, to which nothing is added where it is right', () => {
    const { x, y, location, logScale, model } = answers(
      3000,
      ({ x: given, y: outcome }) => ({
        location: outcome.map((_, row) => 2 * given[2 * row]),
        logScale: outcome.map((_, row) => given[2 * row + 1] / 2),
      }),
      0,
    );
    expect(Math.abs(model.start[0])).toBeLessThan(0.1);
    // √2: the standard deviation of the Laplace law by its scale, to which the start is set.
    expect(model.start[1]).toBeCloseTo(Math.log(Math.SQRT2), 1);
    expect(location[7]).toBeCloseTo(2 * x[14] + model.start[0], 12);
    expect(logScale[7]).toBeCloseTo(x[15] / 2 + model.start[1], 12);
    expect(y).toHaveLength(3000);
  });

  test('a weight of two is a row twice', () => {
    const { x, y } = spreads(120, 5);
    const settings = { ...boostDefaults, rounds: 3, leaves: 3, minRows: 1 };
    const run = (matrix: Float64Array, outcome: Float64Array, start: LocationScaleStart) => {
      const rows = { ...binnedMatrix(matrix, 2), train: rowsFrom(0, outcome.length) };
      return boost(rows, locationScale(outcome, laplaceCrps, start), settings, noChance, unstopped).trees[1];
    };
    const weighted = run(x, y, { weights: Float64Array.from(y, (_, row) => 1 + (row % 2)) });
    const odd = (_: number, k: number) => k % 4 > 1;
    const odds = y.filter((_, row) => row % 2 === 1);
    const twice = run(Float64Array.of(...x, ...x.filter(odd)), Float64Array.of(...y, ...odds), {});
    expect(twice.threshold).toEqual(weighted.threshold);
    expect(twice.left.length).toBe(15);
    twice.value.forEach((value, k) => expect(value).toBeCloseTo(weighted.value[k], 6));
  });

  test('constant outcomes stay numbers', () => {
    const { bins, binned } = spreads(100, 6);
    const score = locationScale(new Float64Array(100).fill(3), laplaceCrps);
    const settings = { ...boostDefaults, rounds: 50, learningRate: 1 };
    const model = boost({ bins, binned, train: rowsFrom(0, 100) }, score, settings, noChance, unstopped);
    expect(model.start[0]).toBe(3);
    for (const trees of model.trees)
      for (const value of trees.value) expect(Number.isFinite(value)).toBe(true);
  });

  test('its curvature is what the normal CRPS has where the law is right', () => {
    // Means over 20,000 draws of second differences of the gradient, at location 1 and scale 2.
    const curvatures = [0, 1].map(() => new Float64Array(1));
    const gradients = [0, 1].map(() => new Float64Array(1));
    locationScale(Float64Array.of(0), laplaceCrps).derive(
      rowsFrom(0, 1),
      [Float64Array.of(1), Float64Array.of(Math.log(2))],
      gradients,
      curvatures,
    );
    // 2φ(z)/σ has the mean 1/(σ√π); ∂²/∂s² the mean σ/(2√π): Gneiting et al. 2005, by integration.
    expect(curvatures[0][0]).toBeCloseTo(1 / (2 * Math.sqrt(Math.PI)), 12);
    expect(curvatures[1][0]).toBeCloseTo(2 / (2 * Math.sqrt(Math.PI)), 12);
    const random = drawing(1);
    let sum = 0;
    for (let k = 0; k < 20_000; k++)
      sum += (2 * Math.exp(-0.5 * normal(random) ** 2)) / Math.sqrt(2 * Math.PI) / 2;
    expect(sum / 20_000).toBeCloseTo(curvatures[0][0], 2);
  });
});
