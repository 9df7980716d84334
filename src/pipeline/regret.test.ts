import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { memoryPerDay } from '../forecast/aggregate.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { ScoreRow } from '../store/store.ts';
import { findVariable } from '../weather/variable.ts';
import { type RegretRow, regretReport } from './regret.ts';
import { addLoss, addScores, emptySums } from './score-rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-regret-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

const variables = ['temperature_2m', 'wind_speed_10m'].map((name) => findVariable(name));
const here = { name: 'here', latitude: 1, longitude: 2, elevation: 3, zone: 'UTC' };

/** A row of one target; losses by contender. */
function row(
  day: number,
  losses: Readonly<Record<string, number>>,
  given: Partial<Pick<ScoreRow, 'variable' | 'band' | 'place'>> = {},
): ScoreRow {
  const contenders = Object.keys(losses);
  const sums = emptySums(contenders.length);
  addScores(
    sums,
    0,
    {
      crps: 0,
      crps_fair: 0,
      absolute_error: 0,
      squared_error: 0,
      error: 0,
      coverage90: 0,
      width90: 0,
      pinball: 0,
    },
    0,
  );
  contenders.forEach((name, c) => addLoss(sums, c, losses[name]));
  return { variable: 'temperature_2m', band: 24, day, place: '', contenders, sums, ...given };
}

async function reportOf(rows: readonly ScoreRow[], asked?: readonly string[]): Promise<RegretRow[]> {
  await using store = await openStore(join(folder, `${files++}.db`));
  await store.write({ variables, places: [here], scores: rows });
  return await regretReport(store, asked);
}

describe('the report of regret', () => {
  // The pool lost 3 of what the better expert lost 2, and that a day earlier, of which a hundredth is forgotten.
  test('sets the pool, and what was served, beside the best expert, by hand', async () => {
    const [{ regret, servedRegret, bound, ...rest }] = await reportOf([
      row(10, { aggregate: 4, pool: 3, a: 6, b: 2 }),
      row(11, { aggregate: 1, pool: 1, a: 0, b: 1 }),
    ]);
    expect(rest).toEqual({ variable: 'temperature_2m', lead: '12–24 h', best: 'b' });
    expect(regret).toBeCloseTo(memoryPerDay * (3 - 2) + (1 - 1), 12);
    expect(servedRegret).toBeCloseTo(memoryPerDay * (4 - 2) + (1 - 1), 12);
    // Spreads of 4 and 1; the first day was not known on the second.
    expect(bound).toBeCloseTo(Math.LN2 + (memoryPerDay * 16) / 8 + 1 / 8 + 4 / 4, 12);
  });

  // The lead in days, begun ones counted, and two until an outcome is known and scored.
  test.each([
    [24, 3],
    [6, 3],
    [48, 4],
    [240, 12],
  ])('takes an outcome in the band of %d h to be known after %d days', async (band, delay) => {
    const boundAfter = async (days: number) => {
      const losses = { aggregate: 0, pool: 0, a: 2, b: 0 };
      const [{ bound }] = await reportOf([row(10, losses, { band }), row(10 + days, losses, { band })]);
      return bound - Math.LN2 - (memoryPerDay ** days * 4) / 8 - 4 / 8;
    };
    expect(await boundAfter(delay)).toBeCloseTo(0, 12);
    expect(await boundAfter(delay - 1)).toBeCloseTo((2 * 2) / 4, 12);
  });

  test('is by variable and band, of all places together, for the variables asked for', async () => {
    const losses = { aggregate: 1, pool: 1, a: 1, b: 2 };
    const rows = [
      row(10, losses),
      row(10, losses, { band: 48 }),
      row(10, losses, { variable: 'wind_speed_10m' }),
      row(10, { ...losses, aggregate: 99 }, { place: 'here' }),
    ];
    const shown = (report: readonly RegretRow[]) =>
      report.map(({ variable, lead, regret }) => `${variable} ${lead} ${regret}`);
    expect(shown(await reportOf(rows)).sort()).toEqual([
      'temperature_2m 12–24 h 0',
      'temperature_2m 36–48 h 0',
      'wind_speed_10m 12–24 h 0',
    ]);
    expect(shown(await reportOf(rows, ['wind_speed_10m']))).toEqual(['wind_speed_10m 12–24 h 0']);
  });

  test('is empty where nothing was scored, and refuses a variable that is not there', async () => {
    expect(await reportOf([])).toEqual([]);
    await expect(reportOf([], ['wind_sped_10m'])).rejects.toMatchObject({
      name: 'NotFound',
      message: expect.stringContaining('wind_speed_10m') as string,
    });
  });
});
