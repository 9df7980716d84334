import { describe, expect, test } from 'vitest';
import { WeatherglassError } from '../errors.ts';
import { handMadeCases } from '../models/hand-made-cases.ts';
import type { Control } from '../models/model.ts';
import { settingsFor } from '../models/settings.ts';
import { finish, plus, zero } from '../scores/accumulate.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import { type BacktestChunk, runBacktestChunk } from './backtest-chunk.ts';
import { nothingSkipped, planGroup, type Window } from './backtest-plan.ts';

const DAY = 86_400_000;
const patient: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');

/** Simulated: one model at two places on so many days. */
function chunkOf(
  model: string,
  dates: number,
  window: Window = {},
  pool: 'all' | 'place' = 'all',
): BacktestChunk {
  const random = seededRandom('chunk');
  const size = 2 * dates;
  const valid = Float64Array.from({ length: size }, (_, row) => (1 + Math.floor(row / 2)) * DAY);
  const outcome = Float64Array.from({ length: size }, () => 10 * random());
  const cases = handMadeCases({
    size,
    variable: temperature,
    places: ['hill', 'plain'],
    place: Int32Array.from({ length: size }, (_, row) => row % 2),
    validTime: valid,
    columns: ['model_a'],
    forecasts: Float64Array.from(outcome, (y) => y + random()),
    outcome,
  });
  const period = { from: -Infinity, until: Infinity };
  const plan = planGroup(cases, window, period, pool, nothingSkipped());
  return {
    group: { id: crypto.randomUUID(), cases, plan },
    model,
    settings: settingsFor(temperature),
    byPlace: true,
    exported: true,
    from: 0,
    until: plan.asOf.length * plan.units.length,
  };
}

describe('a chunk', () => {
  test.each(['raw', 'climatology', 'emos'])('of %s can be stopped before any of its fits', (model) => {
    const chunk = chunkOf(model, 10);
    let calls = 0;
    const impatient: Control = {
      checkpoint() {
        if (++calls > 4) throw new WeatherglassError('Cancelled', 'stopped');
      },
    };
    expect(() => runBacktestChunk(chunk, impatient)).toThrow(expect.objectContaining({ name: 'Cancelled' }));
    expect(calls).toBe(5);
  });

  test.each(['all', 'place'] as const)('may be cut anywhere: pool %s', (pool) => {
    const whole = chunkOf('dressed', 12, { dates: 3 }, pool);
    const all = runBacktestChunk(whole, patient);
    // Three dates are known when the fourth day's forecast arrives.
    expect(all.targets).toBe(2 * 9);
    const parts = [0, 5, 6, 11].map((from, i, starts) =>
      runBacktestChunk({ ...whole, from, until: starts[i + 1] ?? whole.until }, patient),
    );
    expect(parts.reduce((sum, { targets }) => sum + targets, 0)).toBe(all.targets);
    expect(parts.flatMap(({ lines }) => lines).join('')).toBe(all.lines.join(''));
    const total = (results: readonly (typeof all)[]) =>
      results.reduce((sums, result) => {
        for (let cell = 0; cell < result.days.length; cell++)
          plus(sums, result.sums.model.subarray(9 * cell, 9 * cell + 9));
        return sums;
      }, zero());
    expect(finish(total(parts)).crps).toBeCloseTo(finish(total([all])).crps, 12);
  });

  test('exports only when asked', () => {
    const { lines, targets } = runBacktestChunk({ ...chunkOf('raw', 5), exported: false }, patient);
    expect(lines).toEqual([]);
    expect(targets).toBe(10);
  });

  test('sends a long export in several blocks of whole lines', () => {
    const { lines } = runBacktestChunk(chunkOf('raw', 1000, { trainUntil: -DAY }), patient);
    expect(lines.length).toBeGreaterThan(1);
    for (const block of lines) expect(block.endsWith('\n')).toBe(true);
    expect(lines.join('').trimEnd().split('\n')).toHaveLength(2000);
  });
});
