import { performance } from 'node:perf_hooks';
import { expect, it } from 'vitest';
import { readPairs } from '../src/tables/pairs-csv.ts';
import type { Variable } from '../src/weather/variable.ts';
import { describeWithData } from './development-data.ts';

const solarPower: Variable = {
  name: 'solar_power',
  unit: '1',
  lower: 0,
  upper: 1,
  kind: 'mean',
  periodHours: 1,
  law: 'censored-normal',
  transform: 'none',
};

/** name, rows, columns as [members, models, predictors], places, missing outcomes, moved places */
const tables = [
  ['pacific-northwest-t2m', 36_826, [0, 8, 0], 969, 0, 40],
  ['magdeburg-t2m-24h', 4_461, [50, 2, 0], 1, 2, 0],
  ['innsbruck-rain-5-8d', 4_971, [11, 0, 0], 1, 0, 0],
  ['gefcom2014-solar', 28_440, [0, 0, 12], 3, 0, 0],
  ['us-cities-a-tmax-tmin', 346_760, [0, 1, 0], 94, 10_052, 0],
] as const;

for (const [name, rows, widths, places, missingOutcomes, moved] of tables) {
  describeWithData(`pairs of ${name}`, [`pairs/${name}.csv.gz`], ([file]) => {
    it('are read whole', async () => {
      const { pairs, counts } = await readPairs([file], { declared: [solarPower] });
      expect(pairs.rows).toBe(rows);
      expect([pairs.members, pairs.models, pairs.predictors]).toEqual(widths);
      expect(pairs.places).toHaveLength(places);
      expect(pairs.forecasts).toHaveLength(rows * pairs.columns.length);
      expect(counts).toMatchObject({ rows, identicalDuplicates: 0, missingOutcomes, broughtToBounds: 0 });
      expect(counts.movedPlaces).toHaveLength(moved);
    });
  });
}

describeWithData('known rows', ['pairs/pacific-northwest-t2m.csv.gz'], ([file]) => {
  it('hold what the file says', async () => {
    const { pairs } = await readPairs([file]);
    expect(pairs.columns.slice(0, 2)).toEqual(['model_cmcg', 'model_eta']);
    expect(pairs.places[0]).toEqual({ name: 'KCQV', latitude: 48.55, longitude: -117.88, elevation: 572 });
    expect(pairs.initTime[0]).toBe(Date.UTC(2003, 11, 30));
    expect(pairs.validTime[0]).toBe(Date.UTC(2004, 0, 1));
    expect(pairs.lead[0]).toBe(48);
    expect(Array.from(pairs.forecasts.subarray(0, 3))).toEqual([-8.3, -7.505, -7.329]);
    expect(pairs.observation[0]).toBe(-1.111);
    expect(Math.max(...pairs.observation)).toBeGreaterThan(40);
  });
});

describeWithData('speed', ['pairs/us-cities-a-tmax-tmin.csv.gz'], ([file]) => {
  it('is well above 100,000 rows a second', async () => {
    const start = performance.now();
    await readPairs([file]);
    // It takes some 0.5 s alone; the limit leaves room for the tests that run beside it.
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
