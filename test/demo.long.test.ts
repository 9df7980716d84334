import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { asJson } from '../src/cli/predict.ts';
import {
  type BacktestResult,
  backtest,
  bootstrapSkill,
  openPool,
  pairsOfObservations,
  parsePeriod,
  readNoaaSample,
  seededRandom,
  utcDay,
} from '../src/index.ts';
import { type Finished, weatherglass } from './command-line.ts';

/** `weatherglass demo --report`: what a newcomer sees first must be complete, labelled, calibrated and worth having. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-demo-'));
afterAll(() => rmSync(folder, { recursive: true }));

const places = ['Seattle', 'New York'] as const;
const temperatures = ['temperature_2m_max', 'temperature_2m_min'] as const;
const variables = [...temperatures, 'precipitation_sum', 'wind_speed_10m_mean'] as const;
const leads = Array.from({ length: 14 }, (_, day) => 24 * (day + 1));

interface Demo extends ReturnType<typeof asJson> {
  readonly demo: boolean;
  readonly record: BacktestResult;
  readonly seconds: number;
}

let text: Finished;
let json: Finished;
let demo: Demo;
beforeAll(async () => {
  // At once, for each takes about eight seconds of a processor.
  [text, json] = await Promise.all([
    weatherglass(['demo', '--report'], { cwd: folder }),
    weatherglass(['demo', '--report', '--json'], { cwd: folder }),
  ]);
  if (json.exitCode !== 0) throw new Error(`exit code ${json.exitCode}: ${json.stderr}`);
  demo = JSON.parse(json.stdout) as Demo;
}, 120_000);

const group = (variable: string, place: string, lead: number) => {
  const found = demo.record.groups.find(
    (one) => one.variable === variable && one.place === place && one.lead === lead,
  );
  if (found === undefined) throw new Error(`${variable}, ${place}, ${lead} h is not in the record`);
  return found;
};

const everyone = places.flatMap((place) => variables.map((variable) => ({ place, variable })));

describe('the demo as JSON', () => {
  it('is one object on standard output, labelled, as of the end of the sample', () => {
    expect(json.stderr).toBe('');
    expect(json.stdout).toMatch(/^\{.*\}\n$/);
    expect(demo.demo).toBe(true);
    expect(demo.asOf).toMatch(/^2016-01-01T/);
    expect(demo).toMatchObject({ fallbacks: 0, unanswered: 0, seconds: expect.any(Number) });
  });

  it('predicts both places, four variables and fourteen days', () => {
    const keys = demo.predictions.map(({ place, variable, lead }) => `${place} ${variable} ${lead}`);
    const wanted = everyone.flatMap(({ place, variable }) =>
      leads.map((lead) => `${place} ${variable} ${lead}`),
    );
    expect(keys.sort()).toEqual(wanted.sort());
    expect(new Set(demo.predictions.map(({ model }) => model))).toEqual(new Set(['harmonic']));
  });

  it('with ascending quantiles within bounds, and probabilities of rain', () => {
    for (const { place, variable, lead, quantiles, mean, probabilities } of demo.predictions) {
      const where = `${place}, ${variable}, ${lead} h`;
      expect(quantiles, where).toHaveLength(demo.levels.length);
      for (let k = 1; k < quantiles.length; k++)
        expect(quantiles[k], where).toBeGreaterThanOrEqual(quantiles[k - 1]);
      const temperature = temperatures.some((one) => one === variable);
      expect(quantiles[0], where).toBeGreaterThanOrEqual(temperature ? -40 : 0);
      expect(quantiles.at(-1), where).toBeLessThanOrEqual(temperature ? 50 : 100);
      expect(mean, where).toBeGreaterThan(quantiles[0]);
      expect(mean, where).toBeLessThan(quantiles.at(-1) ?? Number.NaN);
      const rain = Object.values(probabilities);
      expect(rain, where).toHaveLength(variable === 'precipitation_sum' ? 1 : 0);
      for (const probability of rain) {
        expect(probability, where).toBeGreaterThanOrEqual(0);
        expect(probability, where).toBeLessThanOrEqual(1);
      }
    }
  });

  it('shows a record of three years for each', () => {
    expect(demo.record.groups).toHaveLength(everyone.length * leads.length);
    // Values of each day but the first year's; 2013–2015 have 1,095 days, and the end of 2012 is valid in 2013.
    for (const { targets } of demo.record.groups) expect(targets).toBe(1095);
    expect(demo.record).toMatchObject({ fallbacks: 0, model: 'harmonic' });
  });
});

describe('the demo is worth having', () => {
  it.each(places)('tomorrow’s temperatures at %s beat climatology', (place) => {
    for (const variable of temperatures)
      expect(group(variable, place, 24).skillInterval.climatology[0], variable).toBeGreaterThan(0);
  });

  it('tomorrow’s rain in Seattle beats climatology', () => {
    const { skill, skillInterval } = group('precipitation_sum', 'Seattle', 24);
    expect(skillInterval.climatology[0]).toBeGreaterThan(0);
    expect(skill.climatology).toBeGreaterThan(0.05);
  });

  it('nothing is worse than climatology for certain', () => {
    const worse = demo.record.groups.filter(({ skillInterval }) => skillInterval.climatology[1] < 0);
    expect(worse.map(({ variable, place, lead }) => [variable, place, lead])).toEqual([]);
  });

  it.each(everyone)('90 % intervals of $variable at $place hold about 90 %', ({ place, variable }) => {
    const all = leads.map((lead) => group(variable, place, lead));
    const targets = all.reduce((sum, one) => sum + one.targets, 0);
    const covered = all.reduce((sum, one) => sum + one.targets * one.scores.coverage90, 0);
    expect(covered / targets).toBeGreaterThanOrEqual(0.87);
    expect(covered / targets).toBeLessThanOrEqual(0.93);
  });
});

/** CRPS of each target by variable and place, in the order of days, from a back-test's export. */
function readDays(exported: string): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const [header, ...lines] = exported.trimEnd().split('\n');
  const names = header.split(',');
  const field = (fields: readonly string[], name: string) => fields[names.indexOf(name)];
  const days = new Map<string, Map<number, number>>();
  for (const line of lines) {
    const fields = line.split(',');
    const key = `${field(fields, 'variable')} ${field(fields, 'place')}`;
    const own = days.get(key) ?? new Map<number, number>();
    own.set(utcDay(Date.parse(field(fields, 'valid_time'))), Number(field(fields, 'crps')));
    days.set(key, own);
  }
  return days;
}

describe('the demo against dressed persistence', () => {
  const days: Record<string, ReturnType<typeof readDays>> = {};
  beforeAll(async () => {
    const pairs = pairsOfObservations(await readNoaaSample(), [24]);
    await using pool = openPool();
    // As the demo is made: each place alone, a fit a quarter, the first year only trains.
    for (const model of ['harmonic', 'persistence']) {
      let exported = '';
      await backtest(
        pairs,
        {
          model,
          pool: 'place',
          window: { refitDays: 90 },
          targets: parsePeriod('2013-01-02..'),
          onExport: (block) => void (exported += block),
        },
        pool,
      );
      days[model] = readDays(exported);
    }
  });

  it.each(everyone)('the record of $variable at $place is that of the library', ({ place, variable }) => {
    const own = [...(days.harmonic.get(`${variable} ${place}`)?.values() ?? [])];
    const { targets, scores } = group(variable, place, 24);
    expect(own).toHaveLength(targets);
    expect(own.reduce((sum, crps) => sum + crps, 0) / targets).toBeCloseTo(scores.crps, 6);
  });

  it.each(places)('tomorrow’s temperatures at %s are better', (place) => {
    for (const variable of temperatures) {
      const own = days.harmonic.get(`${variable} ${place}`) ?? new Map<number, number>();
      const other = days.persistence.get(`${variable} ${place}`) ?? new Map<number, number>();
      expect([...other.keys()]).toEqual([...own.keys()]);
      const { skill } = bootstrapSkill(
        {
          score: Float64Array.from(own.values()),
          reference: Float64Array.from(other.values()),
          count: new Float64Array(own.size).fill(1),
        },
        { random: seededRandom(`${variable} ${place}`) },
      );
      expect(skill.lower, variable).toBeGreaterThan(0);
      expect(skill.estimate, variable).toBeGreaterThan(skill.lower);
    }
  });
});

describe('the demo as text', () => {
  it('is labelled, and shows predictions and their record', () => {
    expect({ exitCode: text.exitCode, stderr: text.stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { stdout } = text;
    expect(stdout).toMatch(/^DEMO: the NOAA sample of Seattle and New York ends in 2015; .*2015-12-31\.\n/);
    for (const { place, variable } of everyone) expect(stdout).toContain(`DEMO ${place}, ${variable} in `);
    // Eight tables of fourteen days, and a record of each of these.
    expect(stdout.match(/^2016-01-\d\d +\d+ +-?\d+\.\d /gm)).toHaveLength(8 * 14);
    expect(stdout).toMatch(/^2016-01-01 +1 .*\d%$/m);
    expect(stdout).toMatch(
      /^DEMO variable +place +days ahead +CRPS +climatology +skill +95% +90% coverage +targets$/m,
    );
    for (const { place, variable } of everyone)
      expect(stdout.match(new RegExp(`^${variable} +${place} +\\d+ +\\d+\\.\\d\\d .*%`, 'gm'))).toHaveLength(
        14,
      );
    expect(stdout).toMatch(new RegExp(`Measured on ${demo.record.targets} predictions of 2013–2015`));
    expect(stdout).not.toMatch(/NaN|undefined|null|Infinity|-0%|-0\.0%/);
  });
});
