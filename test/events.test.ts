import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatInstant, msPerDay, msPerHour } from '../src/weather/time.ts';
import { weatherglass } from './command-line.ts';
import { temporaryFolder } from './loop-tables.ts';
import { simulatedHourly } from './simulated-hourly.ts';
import { csvText } from './simulated-tables.ts';

/** `weatherglass predict --event` and `question`, on hourly weather of 45 days that was never measured. */

const folder = temporaryFolder('events');
const firstDay = Date.UTC(2025, 0, 1);
const DAYS = 45;
const last = firstDay + (DAYS - 1) * msPerDay;
const asOf = formatInstant(last);
const run = (...args: string[]) => weatherglass(args, { cwd: folder });

async function json<Answer>(...args: string[]): Promise<Answer> {
  const { exitCode, stdout, stderr } = await run(...args, '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout) as Answer;
}

async function fails(exitCode: number, why: RegExp, ...args: string[]): Promise<void> {
  const finished = await run(...args);
  expect(finished).toMatchObject({ exitCode, stdout: '' });
  expect(finished.stderr).toMatch(why);
}

/** One store with an ensemble of eight, one with a single model; the loop has run over both from the twelfth day on. */
beforeAll(async () => {
  const shape = { firstDay, days: DAYS, ahead: 2 };
  await Promise.all(
    [
      ['ensemble', 8],
      ['single', 0],
    ].map(async ([name, members]) => {
      const table = simulatedHourly({ ...shape, members: Number(members), hours: members === 0 ? 54 : 48 });
      writeFileSync(join(folder, `${name}.csv`), csvText(table));
      await run('import', `${name}.csv`, '--store', `${name}.db`);
      await run('replay', '--from', '2025-01-12', '--store', `${name}.db`);
    }),
  );
}, 60_000);

interface Period {
  readonly from: string;
  readonly to: string;
  readonly date?: string;
  readonly probability: number;
  readonly error: number;
}

interface Events {
  readonly events: readonly {
    readonly event: string;
    readonly anyTime: Period;
    readonly periods: readonly Period[];
    readonly longestSpell?: { readonly hours: readonly number[] };
    readonly coupling: {
      readonly method: string;
      readonly template: number;
      readonly interpolated: number;
      readonly trajectories: number;
      readonly run?: unknown;
      readonly past?: unknown;
      readonly because?: string;
    };
    readonly provenance: { readonly experts: readonly unknown[]; readonly runTime: string };
  }[];
}

const eventsOf = async (store: string, at: string, ...events: string[]) =>
  (
    await json<Events>(
      'predict',
      '--store',
      `${store}.db`,
      '--as-of',
      at,
      ...events.flatMap((event) => ['--event', event]),
    )
  ).events;

describe('predict --event', () => {
  it('joins hours like the members of the run behind the prediction', async () => {
    const [sum, day, spell] = await eventsOf(
      'ensemble',
      asOf,
      'precipitation_sum_6h>2',
      'temperature_2m_min<32°F',
      'precipitation<0.1 for 6h',
    );
    expect(sum.coupling).toEqual({
      method: 'ensemble copula coupling',
      template: 8,
      trajectories: 1000,
      interpolated: 0,
      run: { source: 'imported', issuedAt: asOf },
    });
    expect(sum.periods).toHaveLength(43);
    expect(sum.periods[0]).toMatchObject({ from: asOf, to: formatInstant(last + 6 * msPerHour) });
    const most = Math.max(...sum.periods.map(({ probability }) => probability));
    const all = sum.periods.reduce((total, { probability }) => total + probability, 0);
    expect(sum.anyTime.probability).toBeGreaterThanOrEqual(most);
    expect(sum.anyTime.probability).toBeLessThanOrEqual(all);
    expect(sum.provenance.runTime).toBe(asOf);
    expect(sum.provenance.experts.length).toBeGreaterThan(3);
    // Berlin's day begins at 23:00 UTC: of 48 hours from 01:00 on there is one whole day.
    expect(day.event).toBe('temperature_2m_min < 0 °C');
    expect(day.periods.map(({ date, from }) => [date, from])).toEqual([['2025-02-15', '2025-02-14T23:00Z']]);
    expect(spell.longestSpell?.hours).toHaveLength(3);
  });

  it('joins hours like past days where nobody forecast an ensemble', async () => {
    const [{ coupling, anyTime }] = await eventsOf('single', asOf, 'temperature_2m_min_12h<0');
    expect(coupling).toMatchObject({ method: 'Schaake shuffle', past: { sameSeason: true } });
    // Of 44 days before, the last two have not passed, or are not whole.
    expect(coupling.template).toBeGreaterThan(35);
    expect(coupling.template).toBeLessThan(44);
    expect(coupling.trajectories % coupling.template).toBe(0);
    const { probability, error } = anyTime;
    expect(error).toBeCloseTo(Math.sqrt((probability * (1 - probability)) / coupling.template), 12);
  });

  it('fills in the hours that are not predicted, farther ahead than two days', async () => {
    const [sum, single] = await eventsOf('single', asOf, 'precipitation_sum_54h>5', 'precipitation>5');
    // Of 48 … 54 hours ahead 51 and 54 are predicted.
    expect(sum.periods.map(({ from }) => from)).toEqual([asOf]);
    expect(sum.coupling.interpolated).toBe(4);
    expect(single.periods).toHaveLength(50);
    expect(single.coupling.interpolated).toBe(0);
  });

  it('names the places that it can say nothing of', async () => {
    await run('backup', 'two.db', '--store', 'single.db');
    const add = ['place', 'add', 'Attic', '--latitude', '52', '--longitude', '11', '--store', 'two.db'];
    expect((await run(...add)).exitCode).toBe(0);
    const command = ['predict', '--store', 'two.db', '--as-of', asOf, '--event', 'temperature_2m<0'];
    const { exitCode, stdout, stderr } = await run(...command);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/^Attic: nothing has been predicted for Attic/),
    });
    expect(stdout).toMatch(/^Garden: temperature_2m < 0 °C/);
    await fails(66, /nothing has been predicted for Attic/, ...command, '--place', 'Attic');
    await fails(
      64,
      /say which place with --place: Garden, Attic/,
      'question',
      'temperature_2m<0',
      '--cost-loss',
      '0.2',
      '--store',
      'two.db',
    );
  });

  it('says so where too little is known of the past', async () => {
    const early = '2025-01-14T00:00Z';
    const [{ coupling }] = await eventsOf('single', early, 'temperature_2m_min_12h<0');
    expect(coupling).toMatchObject({ method: 'comonotone', template: 0 });
    expect(coupling.because).toMatch(/no run has 5 members .* of past days .* only \d+ were known, of 20/);
    const { stdout } = await run(
      'predict',
      '--store',
      'single.db',
      '--as-of',
      early,
      '--event',
      'temperature_2m_min_12h<0',
    );
    expect(stdout).toMatch(/nothing tells how hours hang together: taken as all high or all low together/);
  });

  it('takes the probability of a single hour from its distribution', async () => {
    const [{ periods }] = await eventsOf('ensemble', asOf, 'temperature_2m>=3');
    const { predictions } = await json<{
      predictions: { validTime: string; probabilities: Record<string, number> }[];
    }>(
      'predict',
      '--store',
      'ensemble.db',
      '--as-of',
      asOf,
      '--variable',
      'temperature_2m',
      '--above',
      'temperature_2m=3',
    );
    expect(periods.map(({ to, error }) => [to, error])).toEqual(
      predictions.map(({ validTime }) => [validTime, 0]),
    );
    periods.forEach(({ probability }, k) =>
      expect(probability).toBeCloseTo(predictions[k].probabilities['3'], 12),
    );
  });

  it('prints a table, and the same one again', async () => {
    const command = ['predict', '--store', 'ensemble.db', '--as-of', asOf, '--event', 'temperature_2m_min<2'];
    const { stdout } = await run(...command);
    expect(stdout).toMatch(
      /^Garden: temperature_2m_min < 2 °C, as of 2025-02-14T00:00Z\nat any time from .* to .*: \d+%/,
    );
    expect(stdout).toMatch(/^ +2025-02-15 {2}2025-02-14T23:00Z {2}2025-02-15T23:00Z +\d+% ± \d/m);
    expect(stdout).toMatch(/^hours hang together as in the 8 members of imported, run of 2025-02-14T00:00Z/m);
    expect((await run(...command)).stdout).toBe(stdout);
    const rain = ['predict', '--store', 'ensemble.db', '--as-of', asOf, '--event', 'precipitation_sum_6h>1'];
    const [one, other] = await Promise.all(['1', '2'].map((seed) => run(...rain, '--json', '--seed', seed)));
    expect(one.stdout).not.toBe(other.stdout);
  });

  it.each<[string, number, RegExp, readonly string[]]>([
    ['no event', 64, /"rain" is not an event/, ['rain']],
    ['an unknown variable', 66, /Did you mean precipitation\?/, ['precipitatoin>1']],
    ['a window beyond the horizon', 64, /48 hours in a row at most.*not 72/, ['precipitation_sum_72h>5']],
    ['another quantity', 65, /cannot become mm/, ['precipitation>5°C']],
    [
      'a variable beside it',
      64,
      /--variable does not go with --event/,
      ['precipitation>1', '--variable', 'precipitation'],
    ],
    [
      'no whole day',
      66,
      /no local day is predicted as a whole/,
      ['temperature_2m_min<0', '--until', '2025-02-14T12:00Z'],
    ],
  ])('refuses %s', (_, exitCode, why, event) =>
    fails(exitCode, why, 'predict', '--store', 'ensemble.db', '--as-of', asOf, '--event', ...event),
  );

  it('is for the store', () =>
    fails(64, /--event chooses from the store/, 'predict', 'single.csv', '--event', 'temperature_2m<0'));
});

interface Decision {
  readonly end: string;
  readonly decidedAt: string;
  readonly issuedAt: string;
  readonly probability: number;
  readonly raw: number | null;
  readonly happened: boolean;
}

interface Answer {
  readonly targets: number;
  readonly flagged: number;
  readonly withoutForecast: number;
  readonly withoutOutcome: number;
  readonly decisions: Readonly<Record<string, number>>;
  readonly expenses: Readonly<Record<string, number>>;
  readonly value: { readonly estimate: number; readonly lower: number; readonly upper: number };
  readonly brier: Readonly<Record<string, number>>;
  readonly reliability: readonly { readonly targets: number; readonly happened: number }[];
  readonly couplings: Readonly<Record<string, number>>;
  readonly raw?: { readonly targets: number; readonly brier: number };
  readonly decided: readonly Decision[];
}

const question = (store: string, event: string, ...more: string[]) =>
  json<Answer>('question', event, '--store', `${store}.db`, '--cost-loss', '0.3', ...more);

describe('question', () => {
  it('counts what the rule would have done, by what was known then', async () => {
    const { decided, decisions, expenses, value, brier, targets, couplings, raw, ...rest } = await question(
      'ensemble',
      'temperature_2m_min<0',
      '--lead',
      '24h',
    );
    expect(targets).toBe(decided.length);
    expect(targets).toBeGreaterThan(25);
    expect(rest).toMatchObject({ flagged: 0, withoutOutcome: 3 });
    expect(couplings).toEqual({ 'ensemble copula coupling': targets });
    for (const { end, decidedAt, issuedAt } of decided) {
      expect(Date.parse(end) - Date.parse(decidedAt)).toBe(24 * msPerHour);
      expect(Date.parse(issuedAt)).toBeLessThanOrEqual(Date.parse(decidedAt));
    }
    const number = (acts: boolean, happened: boolean) =>
      decided.filter((one) => one.probability >= 0.3 === acts && one.happened === happened).length;
    const [right, missed] = [number(true, true), number(false, true)];
    const [falseAlarms, correctRejections] = [number(true, false), number(false, false)];
    expect(decisions).toEqual({ right, missed, falseAlarms, correctRejections });
    expect(expenses.forecast).toBeCloseTo((0.3 * (right + falseAlarms) + missed) / targets, 12);
    expect(expenses.never).toBeCloseTo((right + missed) / targets, 12);
    expect(value.estimate).toBeLessThanOrEqual(1);
    expect(value.lower).toBeLessThanOrEqual(value.upper);
    const mean = (of: (one: Decision) => number) => decided.reduce((sum, one) => sum + of(one), 0) / targets;
    expect(brier.score).toBeCloseTo(
      mean(({ probability, happened }) => (probability - Number(happened)) ** 2),
      12,
    );
    expect(brier.score).toBeCloseTo(brier.miscalibration - brier.discrimination + brier.uncertainty, 12);
    expect(raw?.targets).toBe(targets);
    expect(raw?.brier).toBeCloseTo(
      mean((one) => (one.raw! - Number(one.happened)) ** 2),
      12,
    );
  });

  it('tells single hours from their distributions, whole or by period', async () => {
    const all = await question('single', 'temperature_2m<0', '--lead', '12');
    expect(all.couplings).toEqual({});
    // The model is 1 °C too warm, and as it is it knows no doubt.
    expect(all.brier.score).toBeLessThan(0.8 * all.raw!.brier);
    const some = await question(
      'single',
      'temperature_2m<0',
      '--lead',
      '12',
      '--period',
      '2025-02-01..2025-02-05',
    );
    expect(some.targets).toBe(5 * 24);
    expect(some.decided).toEqual(all.decided.filter(({ end }) => end >= '2025-02-01' && end < '2025-02-06'));
  });

  it('decides about no hour twice, and not after a period has begun', async () => {
    const { decided } = await question('single', 'precipitation_sum_6h>2', '--lead', '3');
    for (const [k, { end, decidedAt }] of decided.entries()) {
      expect(Date.parse(end) % (6 * msPerHour)).toBe(0);
      expect(Date.parse(end) - Date.parse(decidedAt)).toBe(6 * msPerHour);
      expect(end).not.toBe(decided[k - 1]?.end);
    }
  });

  it('does not see what became known later', async () => {
    await run('backup', 'changed.db', '--store', 'single.db');
    const before = await question('changed', 'temperature_2m_min<0');
    const forecasts = await eventsOf('changed', '2025-02-05T00:00Z', 'temperature_2m_min_12h<0');
    // Every outcome is revised after all: by 20 °C.
    const lines = ['place,valid_time,known_time,variable,unit,observation,latitude,longitude,elevation'];
    for (let hour = 1; hour < 24 * (DAYS - 2); hour++)
      lines.push(
        `Garden,${formatInstant(firstDay + hour * msPerHour)},2025-03-01T00:00Z,temperature_2m,°C,25,52.1,11.6,79`,
      );
    writeFileSync(join(folder, 'revised.csv'), `${lines.join('\n')}\n`);
    expect((await run('import', 'revised.csv', '--store', 'changed.db')).exitCode).toBe(0);
    const after = await question('changed', 'temperature_2m_min<0');
    const told = ({ decided }: Answer) => decided.map(({ end, probability, raw }) => [end, probability, raw]);
    expect(told(after)).toEqual(told(before));
    expect(after.decided.some(({ happened }) => happened)).toBe(false);
    expect(after.value.estimate).toBeNull();
    expect(await eventsOf('changed', '2025-02-05T00:00Z', 'temperature_2m_min_12h<0')).toEqual(forecasts);
  });

  it('prints a summary', async () => {
    const { stdout } = await run(
      'question',
      'temperature_2m_min<0',
      '--store',
      'ensemble.db',
      '--cost-loss',
      '0.3',
    );
    expect(stdout).toMatch(
      /^Garden: temperature_2m_min < 0 °C, decided 24 h before the end, acting from 30\.0% on\n\d+ decisions from/,
    );
    expect(stdout).toMatch(/^ +right {2}missed {2}false alarms {2}correct rejections\nforecast /m);
    expect(stdout).toMatch(/^relative economic value: -?\d\.\d\d \(95%: -?\d\.\d\d…-?\d\.\d\d\)$/m);
    expect(stdout).toMatch(/^on perfect knowledge +0\.\d{4}/m);
    expect(stdout).toMatch(/^Brier score .* = miscalibration .* − discrimination .* \+ uncertainty/m);
    expect(stdout).toMatch(/^forecast {2}happened {2}decisions {2}events$/m);
  });

  it.each<[string, number, RegExp, readonly string[]]>([
    ['a ratio of 1', 64, /must lie between 0 and 1/, ['temperature_2m<0', '--cost-loss', '1']],
    ['no ratio', 64, /required option '--cost-loss/, ['temperature_2m<0']],
    [
      'a lead beyond all forecasts',
      66,
      /was predicted 90 h ahead; the farthest that anything was is 54 h/,
      ['temperature_2m<0', '--cost-loss', '0.2', '--lead', '90'],
    ],
    [
      'a period without predictions',
      66,
      /that end in that time were predicted of temperature_2m at Garden.*reach from 2025-01-13/,
      ['temperature_2m<0', '--cost-loss', '0.2', '--period', '2020-01-01..2020-02-01'],
    ],
    [
      'an unknown place',
      66,
      /there is no place "Gardn"/,
      ['temperature_2m<0', '--cost-loss', '0.2', '--place', 'Gardn'],
    ],
  ])('refuses %s', (_, exitCode, why, args) =>
    fails(exitCode, why, 'question', ...args, '--store', 'single.db'),
  );
});
