import { expect, it } from 'vitest';
import { scoreHeldOut } from '../bench/held-out-stations.ts';
import { readPairs } from '../src/tables/pairs-csv.ts';
import { describeWithData } from './development-data.ts';

describeWithData('Stations that never trained', ['pairs/pacific-northwest-t2m.csv.gz'], ([file]) => {
  it('are predicted better from those around them than by the region, with honest intervals', async () => {
    const { pairs } = await readPairs([file]);
    const { all, byDistance, accepted } = scoreHeldOut(pairs, { dates: 25 });
    expect(all.targets).toBe(6207);
    expect(accepted).toBe(1);
    expect(all.crps.transferred).toBeLessThanOrEqual(1.59);
    expect(all.crps.emos).toBeGreaterThan(1.74);
    // The nearest station at face value is worse than nothing.
    expect(all.crps.faceValue).toBeGreaterThan(all.crps.emos);
    expect(all.coverage80.transferred).toBeGreaterThan(0.78);
    expect(all.coverage80.transferred).toBeLessThan(0.82);
    expect(all.coverage90.transferred).toBeGreaterThan(0.88);
    expect(all.coverage90.transferred).toBeLessThan(0.92);
    expect(all.crps.regional).toBeLessThanOrEqual(1.56);
    expect(all.coverage90.regional).toBeGreaterThan(0.86);
    expect(all.coverage90.regional).toBeLessThan(0.92);
    for (const band of byDistance) {
      // The few targets beyond 50 km are those of a handful of stations.
      expect(band.crps.regional).toBeLessThan((band.targets < 200 ? 1.08 : 1) * band.crps.emos);
      expect(band.crps.transferred).toBeLessThan(band.crps.emos);
      expect(band.coverage90.transferred).toBeGreaterThan(0.86);
      expect(band.coverage90.transferred).toBeLessThan(0.96);
    }
  });
});

describeWithData('Cities far apart', ['pairs/us-cities-a-tmax-tmin.csv.gz'], ([file]) => {
  it('are told nothing by each other', async () => {
    const { pairs } = await readPairs([file]);
    const { all, accepted } = scoreHeldOut(pairs, { trainUntil: Date.UTC(2021, 11, 1) });
    expect(accepted).toBe(0);
    expect(all.crps.faceValue).toBeGreaterThan(1.009 * all.crps.emos);
    expect(all.crps.transferred).toBeLessThan(1.001 * all.crps.emos);
    expect(all.crps.regional).toBeLessThan(0.99 * all.crps.emos);
    expect(all.coverage90.transferred).toBeGreaterThan(all.coverage90.biasless);
  });
});
