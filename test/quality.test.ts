import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gustOf, heated, spike, stuckFor, swappedSign, wrongUnit } from '../bench/inject-faults.ts';
import { isKnownWrong, knownWrong } from '../bench/known-wrong.ts';
import { caughtOf, flaggedOf } from '../bench/quality-rates.ts';
import { type QualitySet, readNewYork, readQualitySets } from '../bench/quality-sets.ts';
import { describeWithData } from './development-data.ts';

const newYorkFile = 'observations/new-york-airports-hourly-2013.csv.gz';

describeWithData(
  'quality control of real observations',
  [
    newYorkFile,
    'observations/metar-12-stations-2020-01.csv.gz',
    'observations/ireland-wind-daily-1961-1978.csv.gz',
    'pairs/pacific-northwest-t2m.csv.gz',
    'pairs/magdeburg-t2m-24h.csv.gz',
    'pairs/innsbruck-rain-5-8d.csv.gz',
    'pairs/us-cities-a-tmax-tmin.csv.gz',
    'pairs/gefcom2014-solar.csv.gz',
  ],
  ([newYork]) => {
    it('leaves at least 99.9 % of the sound values of every set and variable in peace', {
      timeout: 60_000,
    }, async () => {
      const sets = await readQualitySets(dirname(dirname(newYork)));
      expect(sets.length).toBe(24);
      const found: string[] = [];
      for (const set of sets) {
        const { values, flagged } = flaggedOf(set);
        const wrongly = flagged.filter((one) => !isKnownWrong(one)).length;
        const rate = (100 * wrongly) / values;
        console.log(
          `${set.name} ${set.variable.name}: ${rate.toFixed(3)} % of ${values} values flagged wrongly`,
        );
        expect(values, `${set.name} ${set.variable.name}`).toBeGreaterThan(900);
        expect(rate, `${set.name} ${set.variable.name}`).toBeLessThan(0.1);
        for (const one of flagged) if (isKnownWrong(one)) found.push(`${one.place} ${one.value}`);
      }
      expect(found.length).toBe(knownWrong.size);
    });
  },
);

describeWithData('quality control of the airports of New York', [newYorkFile], ([file]) => {
  const sets = readNewYork(file);
  const setOf = (variable: string): QualitySet => sets.find((one) => one.variable.name === variable)!;
  const temperature = setOf('temperature_2m');
  const wind = setOf('wind_speed_10m');

  it('finds the famous wind by name', () => {
    expect(flaggedOf(wind).flagged).toContainEqual({
      place: 'KEWR',
      time: Date.UTC(2013, 1, 12, 8),
      value: 468.66,
      flag: 'range: 468.66 m/s is above 113.2 m/s, the strongest gust ever measured',
    });
  });

  const celsiusToFahrenheit = (value: number) => 1.8 * value + 32;

  describe('catches of faults that are put in', () => {
    const leastShares = [
      ['temperature_2m', spike(8), 0.95],
      ['temperature_2m', spike(12), 0.99],
      ['temperature_2m', spike(20), 0.99],
      ['temperature_2m', wrongUnit('°F', 0, celsiusToFahrenheit), 0.99],
      ['temperature_2m', wrongUnit('°F', 240, celsiusToFahrenheit), 0.99],
      ['temperature_2m', swappedSign, 0.9],
      ['temperature_2m', heated(8), 0.4],
      ['dew_point_2m', spike(8), 0.8],
      ['pressure_msl', spike(5), 0.9],
      ['pressure_msl', wrongUnit('inHg', 0, (value) => value / 33.86389), 0.99],
      ['relative_humidity_2m', wrongUnit('shares', 0, (value) => value / 100), 0.99],
      ['wind_speed_10m', gustOf(10), 0.9],
      ['wind_speed_10m', wrongUnit('km/h', 240, (value) => 3.6 * value), 0.8],
    ] as const;
    for (const [variable, fault, least] of leastShares)
      it(`${variable}: ${fault.name}, at least ${100 * least} % of the values`, () => {
        expect(caughtOf(setOf(variable), fault, 2).values).toBeGreaterThan(least);
      });

    it.each([
      ['temperature_2m', 12, 12],
      ['temperature_2m', 24, 12],
      ['temperature_2m', 48, 12],
      ['pressure_msl', 12, 9],
      ['wind_speed_10m', 24, 9],
      ['relative_humidity_2m', 24, 10],
    ])('%s stuck for %d h, 85 % of them, most within %d h', (variable, hours, latency) => {
      const caught = caughtOf(setOf(variable), stuckFor(hours), 2);
      expect(caught.faults).toBeGreaterThan(0.85);
      expect(caught.latencyHours).toBeLessThanOrEqual(latency);
    });

    it('and blames few sound values after them', () => {
      for (const fault of [spike(12), stuckFor(24), wrongUnit('°F', 240, celsiusToFahrenheit)])
        expect(caughtOf(temperature, fault, 1).collateral, fault.name).toBeLessThan(0.01);
    });
  });
});
