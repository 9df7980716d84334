import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryPerDay } from '../src/forecast/aggregate.ts';
import { openPool } from '../src/index.ts';
import { acceptObservations } from '../src/pipeline/accept-observations.ts';
import { expertsFor } from '../src/pipeline/experts.ts';
import { longestLeadNote } from '../src/pipeline/issue.ts';
import { replay, step } from '../src/pipeline/loop.ts';
import { readMixing } from '../src/pipeline/mixing.ts';
import { regretReport } from '../src/pipeline/regret.ts';
import { scoreRecord } from '../src/pipeline/score-rows.ts';
import { servedPredictions } from '../src/pipeline/served.ts';
import { skillReport } from '../src/pipeline/skill.ts';
import { verify } from '../src/pipeline/verify.ts';
import { seededRandom } from '../src/scores/random.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { type ScoreRow, type Store, verifiedNote } from '../src/store/store.ts';
import { formatInstant, msPerDay, msPerHour, utcDay } from '../src/weather/time.ts';
import { type Finished, weatherglass } from './command-line.ts';
import { describeWithData } from './development-data.ts';
import {
  dumpOf,
  firstDay,
  forecastsTable,
  importRows,
  observation,
  outcomesTable,
  pairsTable,
  predictionsOf,
  problemsIn,
  type SimulatedRow,
  scoreRowsOf,
  scoreText,
  simulatedHistory,
  temporaryFolder,
} from './loop-tables.ts';
import { csvText } from './simulated-tables.ts';

/** The loop as a whole: what is scored and when, several sources, mixing, and what the command line answers. */

const folder = temporaryFolder('loop');
const pool = openPool(2);
afterAll(() => pool[Symbol.asyncDispose]());

const day = (number: number) => firstDay + number * msPerDay;
const date = (number: number) => formatInstant(day(number)).slice(0, 10);
let stores = 0;

/** A new store that holds some rows of a source. */
async function storeOf(rows: readonly SimulatedRow[], source = 'a'): Promise<Store> {
  const file = join(folder, `${stores++}`);
  const store = await openStore(`${file}.db`);
  await importRows(store, `${file}.csv`, pairsTable(rows), source);
  return store;
}

async function addRows(store: Store, rows: readonly SimulatedRow[], source: string): Promise<void> {
  await importRows(store, join(folder, `${stores++}.csv`), forecastsTable(rows), source);
}

async function addOutcomes(store: Store, rows: readonly SimulatedRow[]): Promise<void> {
  await importRows(store, join(folder, `${stores++}.csv`), outcomesTable(rows));
}

/** Score rows of single places, as a store of their own would have them that is scored once. */
async function scoredAnew(store: Store): Promise<string[]> {
  await using fresh = await openStore(join(folder, `${stores++}.db`));
  const notes = { [longestLeadNote]: (await store.note(longestLeadNote))! };
  await fresh.write({
    places: await store.places(),
    variables: await store.variables(),
    predictions: await predictionsOf(store),
    notes,
  });
  const asOf = Number(await store.note(verifiedNote));
  for await (const observations of store.observations({ knownUntil: asOf }))
    await fresh.write({ observations });
  await verify(fresh, { asOf }, pool);
  return (await scoresIn(fresh)).filter((text) => !text.startsWith('all places'));
}

/** What is in a store but for its observations, which say the name of the file they came from. */
async function loopOf(store: Store) {
  return { ...(await dumpOf(store)), observations: [] };
}

/** Rows without any outcome say nothing, whether they are there or not. */
async function scoresIn(store: Store): Promise<string[]> {
  const rows = (await scoreRowsOf(store)).filter((row) => scoreRecord(row).targets > 0);
  return rows.map(scoreText).sort();
}

const placesOnly = (texts: readonly string[]) => texts.filter((text) => !text.startsWith('all places'));

/** What of a score row tells which it is. */
const keysOf = (texts: readonly string[]) => [...new Set(texts.map((text) => text.split(': ')[0]))].sort();

const FROM = 40;
const UNTIL = 50;

describe('scoring', () => {
  const rows = simulatedHistory({ days: UNTIL, leads: [24, 72], hours: [0, 12] });
  const chosen = rows.find(({ place, valid }) => place === 'Place 2' && valid === day(45))!;
  const isChosen = (row: SimulatedRow) => row.place === chosen.place && row.valid === chosen.valid;
  /** The rows that the chosen outcome is in: a day of two targets a lead. */
  const touched = ['Place 2', 'all places'].flatMap((place) =>
    [24, 72].map(
      (band) =>
        `${place}, temperature_2m, ${band} h, day ${utcDay(chosen.valid)}, aggregate,pool,dressed,climatology,emos,emos-season,emos-station,idr,regional,trees`,
    ),
  );

  async function differences(store: Store, change: () => Promise<unknown>): Promise<string[]> {
    const before = await scoresIn(store);
    await change();
    const after = await scoresIn(store);
    expect(await problemsIn(store)).toEqual([]);
    expect(placesOnly(after)).toEqual(await scoredAnew(store));
    const [was, is] = [new Set(before), new Set(after)];
    return keysOf([...before.filter((text) => !is.has(text)), ...after.filter((text) => !was.has(text))]);
  }

  it('scores an outcome that comes late when it becomes known, and its day alone', async () => {
    const late = day(UNTIL) + 2 * msPerHour;
    await using store = await storeOf(rows.map((row) => (isChosen(row) ? { ...row, known: late } : row)));
    await replay(store, { from: day(FROM), until: day(UNTIL) }, pool);
    expect(await problemsIn(store)).toEqual([]);
    expect(await verify(store, { asOf: late - 1 }, pool)).toEqual({ targets: 0, until: late - 1 });
    const changed = await differences(store, async () => {
      // Two leads of each of the two outcomes of that day.
      expect(await verify(store, { asOf: late }, pool)).toEqual({ targets: 4, until: late });
    });
    expect(changed).toEqual(touched);
  });

  it('scores a day anew for an outcome that is revised, and without one that is taken back', async () => {
    await using store = await storeOf(rows);
    await replay(store, { from: day(FROM), until: day(UNTIL) }, pool);
    const known = day(UNTIL) + msPerHour;
    const revised = await differences(store, async () => {
      await store.write({ observations: observation(chosen, chosen.outcome! + 3, known) });
      expect(await verify(store, { asOf: known }, pool)).toMatchObject({ targets: 4 });
    });
    expect(revised).toEqual(touched);
    const takenBack = await differences(store, async () => {
      await store.write({ observations: observation(chosen, Number.NaN, known + msPerHour) });
      expect(await verify(store, { asOf: known + msPerHour }, pool)).toMatchObject({ targets: 2 });
    });
    expect(takenBack).toEqual(touched);
    // All that there was of a day.
    const other = rows.find((row) => row.place === chosen.place && row.valid === day(45) + 12 * msPerHour)!;
    await store.write({ observations: observation(other, Number.NaN, known + 2 * msPerHour) });
    await verify(store, { asOf: known + 2 * msPerHour }, pool);
    expect(keysOf(await scoresIn(store)).filter((key) => key === touched[0])).toEqual([]);
    expect(await problemsIn(store)).toEqual([]);
  });

  it('ends where a replay with the revision from the start ends', async () => {
    const revision = { ...chosen, outcome: chosen.outcome! + 3, known: day(47) + 2 * msPerHour };
    await using store = await storeOf(rows);
    await replay(store, { from: day(FROM), until: day(46) }, pool);
    await addOutcomes(store, [revision]);
    const result = await replay(store, { until: day(UNTIL) }, pool);
    expect(result).toMatchObject({ from: day(46), days: 4 });
    const stepwise = await dumpOf(store);
    // The same threads have read the store before.
    await replay(store, { from: day(FROM), until: day(UNTIL), again: true }, pool);
    expect(await dumpOf(store)).toEqual(stepwise);
    await using fresh = await storeOf(rows);
    await addOutcomes(fresh, [revision]);
    await replay(fresh, { from: day(FROM), until: day(UNTIL) }, pool);
    expect(await loopOf(fresh)).toEqual({ ...stepwise, observations: [] });
  });

  it('says the same whether it is stopped on its way or not', async () => {
    // Recent errors are looked for in 90 days, of runs issued before those.
    const long = simulatedHistory({ days: 112, leads: [24, 120] });
    await using once = await storeOf(long);
    await replay(once, { from: day(104), until: day(112) }, pool);
    await using twice = await storeOf(long);
    await replay(twice, { from: day(104), until: day(108) }, pool);
    expect(await replay(twice, { until: day(112) }, pool)).toMatchObject({ days: 4 });
    expect(await loopOf(twice)).toEqual(await loopOf(once));
  });

  it('begins anew with all that was corrected meanwhile, in a process that has answered before', async () => {
    await using store = await storeOf(rows);
    const once = { from: day(FROM), until: day(FROM + 1), again: true };
    await replay(store, once, pool);
    const before = await dumpOf(store);
    const corrected = rows
      .filter(({ place, valid }) => place === 'Place 2' && valid < day(FROM - 10))
      .map((row) => ({ ...row, outcome: row.outcome! + 3, known: row.known + msPerHour }));
    await addOutcomes(store, corrected);
    await replay(store, once, pool);
    const after = await dumpOf(store);
    expect(after.predictions).not.toEqual(before.predictions);
    await using fresh = await storeOf(rows);
    await addOutcomes(fresh, corrected);
    await replay(fresh, once, pool);
    const expected = await dumpOf(fresh);
    expect(after.artefacts).toEqual(expected.artefacts);
    expect(after.predictions).toEqual(expected.predictions);
  });

  it('changes nothing when it is done twice', async () => {
    await using store = await storeOf(rows);
    await replay(store, { from: day(FROM), until: day(UNTIL) }, pool);
    const before = await dumpOf(store);
    const until = Number(await store.note(verifiedNote));
    expect(await verify(store, { asOf: until }, pool)).toEqual({ targets: 0, until });
    expect(await verify(store, { asOf: until - msPerDay }, pool)).toEqual({ targets: 0, until });
    expect(await dumpOf(store)).toEqual(before);
    // As if nothing had been scored yet.
    await store.write({ notes: { [verifiedNote]: String(day(FROM)) } });
    const { targets } = await verify(store, { asOf: until }, pool);
    expect(targets).toBeGreaterThan(80);
    const again = await dumpOf(store);
    expect(placesOnly(again.scores)).toEqual(placesOnly(before.scores));
    expect(again.predictions).toEqual(before.predictions);
    expect(await problemsIn(store)).toEqual([]);
  });

  it('finds an outcome that is imported long after its table says it was known', async () => {
    await using store = await storeOf(
      rows.map((row) => (isChosen(row) ? { ...row, outcome: undefined } : row)),
    );
    await replay(store, { from: day(FROM), until: day(UNTIL) }, pool);
    await addOutcomes(store, [chosen]);
    const asOf = day(UNTIL) + msPerHour;
    await verify(store, { asOf }, pool);
    expect(await problemsIn(store)).toEqual([]);
  });
});

describe('a replay up to the present', () => {
  it('leaves what is pushed afterwards to be scored', async () => {
    const now = Date.now();
    const today = Math.floor(now / msPerDay) * msPerDay;
    // Simulated days that end today: the last run looks ahead, and its outcome was an hour ago.
    const shift = today - day(30) + msPerDay;
    const moved = simulatedHistory({ days: 30, leads: [24] }).map((row) => ({
      ...row,
      issued: row.issued + shift - 2 * msPerDay,
      available: row.issued + shift - 2 * msPerDay,
      valid: row.valid + shift - 2 * msPerDay,
      known: row.known + shift - 2 * msPerDay,
    }));
    const pushed = now - msPerHour;
    const place = moved[0].place;
    const open = {
      ...moved.at(-1)!,
      place,
      issued: pushed - msPerDay,
      available: pushed - msPerDay,
      valid: pushed,
      known: pushed,
    };
    await using store = await storeOf(moved.filter((row) => row.known < pushed - msPerDay));
    await addRows(store, [open], 'a');
    await replay(store, { from: today - 5 * msPerDay }, pool);
    expect(Number(await store.note(verifiedNote))).toBeLessThan(Date.now());
    expect(await scoresIn(store)).not.toContainEqual(expect.stringContaining(`day ${utcDay(pushed)},`));
    const changes = await acceptObservations(
      store,
      [{ place, variable: open.variable, validTime: pushed, value: 10 }],
      { now: Date.now(), origin: 'push' },
    );
    await store.write(changes);
    expect((await verify(store, { asOf: Date.now() }, pool)).targets).toBe(1);
  });

  it.each([
    ['a day ahead', [24]],
    // What is valid at six is known before a lead of thirty hours, counted back from midnight, begins.
    ['thirty hours ahead', [30]],
  ])('goes on as if nothing had been verified in between, %s', async (_, leads) => {
    const rows = simulatedHistory({ days: UNTIL, leads });
    await using straight = await storeOf(rows);
    await replay(straight, { from: day(FROM), until: day(UNTIL) }, pool);
    await using broken = await storeOf(rows);
    await replay(broken, { from: day(FROM), until: day(47) }, pool);
    await verify(broken, { asOf: Date.now() }, pool);
    expect(Number(await broken.note(verifiedNote))).toBeGreaterThan(day(UNTIL));
    await replay(broken, { from: day(FROM), until: day(UNTIL) }, pool);
    expect(await predictionsOf(broken)).toEqual(await predictionsOf(straight));
    expect(placesOnly(await scoresIn(broken))).toEqual(placesOnly(await scoresIn(straight)));
  });
});

describe('several sources', () => {
  const SILENT = 46;
  const leads = [24, 48, 72];
  const a = simulatedHistory({ days: UNTIL, leads, variables: ['temperature_2m', 'wind_speed_10m'] });
  const b = simulatedHistory({
    days: SILENT,
    leads,
    variables: ['temperature_2m', 'wind_speed_10m'],
    columns: ['member_1', 'member_2'],
    seed: 'b',
    bias: -1,
    delay: 9,
  });
  const experts = expertsFor('a').map(({ name }) => name);
  const ofForecasts = experts.filter((name) => name !== 'climatology');
  const contenders = [
    'aggregate',
    'pool',
    // Those of the first source keep their plain names.
    ...experts,
    // Climatology looks at no forecast: there is one.
    ...ofForecasts.map((name) => `${name}@b`),
  ];

  it('are mixed; the experts of one that falls silent sleep, and neither gain nor lose', async () => {
    await using store = await storeOf(a);
    await addRows(store, b, 'b');
    const { unanswered } = await replay(store, { from: day(FROM), until: day(UNTIL) }, pool);
    expect(unanswered).toBe(0);
    expect(await problemsIn(store)).toEqual([]);
    let both = 0;
    let asleep = 0;
    for (const { issuedAt, contenders: own, validTimes, runTimes, levels, quantiles } of await predictionsOf(
      store,
    )) {
      expect(own).toEqual(contenders);
      validTimes.forEach((valid, i) => {
        const medianOf = (name: string) =>
          quantiles[(i * own.length + own.indexOf(name)) * levels.length + levels.indexOf(0.5)];
        // Trees want more days than these are: they sleep throughout.
        const awake = ofForecasts.filter((name) => name !== 'trees');
        const medians = awake.map((name) => [medianOf(name), medianOf(`${name}@b`)]);
        for (const [ofA] of medians) expect(ofA).not.toBeNaN();
        // The last run of b reaches three days ahead.
        const silent = valid > day(SILENT - 1) + 72 * msPerHour;
        const arrived = issuedAt % msPerDay >= 9 * msPerHour || valid - runTimes[i] < 72 * msPerHour;
        if (silent) {
          asleep++;
          for (const [, ofB] of medians) expect(ofB).toBeNaN();
        } else if (arrived) {
          both++;
          for (const [, ofB] of medians) expect(ofB).not.toBeNaN();
          const all = medians.flat();
          const served = medianOf('aggregate');
          expect(served).toBeGreaterThanOrEqual(Math.min(...all) - 0.2);
          expect(served).toBeLessThanOrEqual(Math.max(...all) + 0.2);
        }
      });
    }
    expect(both).toBeGreaterThan(150);
    expect(asleep).toBeGreaterThan(20);
    const quiet = (await scoreRowsOf(store)).filter(
      (row) => row.day > utcDay(day(SILENT - 1)) + 3 && scoreRecord(row).targets > 0,
    );
    expect(quiet.length).toBeGreaterThan(5);
    for (const row of quiet) {
      const record = scoreRecord(row);
      expect(record.sums('emos@b')![0]).toBe(0);
      expect(record.loss('emos@b')).toBe(record.loss('pool'));
      expect(record.loss('emos')).not.toBe(record.loss('pool'));
    }
  });

  it('are named with the issue of each run, and are each a reference', async () => {
    await using store = await storeOf(a);
    await addRows(store, b, 'b');
    await replay(store, { from: day(FROM), until: day(FROM + 5) }, pool);
    const [{ place }] = a;
    // Source a is issued at midnight, b at nine: the newest of each that was known then.
    const asOf = day(FROM + 4) + 20 * msPerHour;
    const { predictions } = await servedPredictions(store, { places: [place], asOf });
    expect(predictions.length).toBeGreaterThan(0);
    for (const { validTime, provenance } of predictions) {
      const known = (rows: readonly SimulatedRow[]) =>
        rows
          .filter((row) => row.place === place && row.valid === validTime && row.available <= asOf)
          .reduce((newest, row) => Math.max(newest, row.issued), -Infinity);
      const expected = [
        { source: 'a', issuedAt: known(a) },
        { source: 'b', issuedAt: known(b) },
      ].filter(({ issuedAt }) => issuedAt > -Infinity);
      expect(provenance.runs).toEqual(expected);
      expect(provenance.runTime).toBe(Math.max(...expected.map(({ issuedAt }) => issuedAt)));
      expect(provenance.trainedOn.rows).toBeGreaterThan(10);
    }
    // What is served is held against the source that is hardest to beat.
    const rows = await skillReport(store, { by: ['model'] });
    const crpsOf = (name: string) => rows.find(({ model }) => model === name)!.scores.crps;
    const served = rows.find(({ model }) => model === 'aggregate')!;
    expect(served.compared.dressed).toBe(served.targets);
    const hardest = Math.min(crpsOf('dressed'), crpsOf('dressed@b'));
    expect(served.skill.dressed).toBeCloseTo(1 - crpsOf('aggregate') / hardest, 9);
  });

  it('may each know places of their own', async () => {
    await using store = await storeOf(a.filter(({ place }) => place !== 'Place 3'));
    await addRows(
      store,
      b.filter(({ place }) => place !== 'Place 1'),
      'b',
    );
    await addOutcomes(store, a);
    await replay(store, { from: day(FROM), until: day(UNTIL) }, pool);
    expect(await problemsIn(store)).toEqual([]);
    expect((await regretReport(store)).every(({ regret, bound }) => regret <= bound)).toBe(true);
    const places = new Set((await predictionsOf(store)).map(({ place }) => place));
    expect([...places]).toEqual(['Place 1', 'Place 2', 'Place 3']);
  });

  it('may join later, between two issues for one day', async () => {
    const twice = { hours: [0, 12], leads: [12, 24] } as const;
    const first = simulatedHistory({ ...twice, days: UNTIL });
    const second = simulatedHistory({ ...twice, days: UNTIL, seed: 'b' });
    const joined = day(44) + 8 * msPerHour;
    await using store = await storeOf(first.filter(({ available }) => available <= joined));
    await replay(store, { from: day(FROM), until: day(44) }, pool);
    const known = (rows: readonly SimulatedRow[], after: number, until: number) =>
      rows.filter(({ available }) => available > after && available <= until);
    let last = joined;
    for (let now = joined; now <= day(47); now += 6 * msPerHour) {
      await addRows(store, known(first, last, now), 'a');
      await addRows(store, known(second, now === joined ? -Infinity : last, now), 'b');
      await step(store, { asOf: now }, pool);
      expect(await problemsIn(store), formatInstant(now)).toEqual([]);
      last = now;
    }
    const newest = (await predictionsOf(store)).at(-1)!;
    expect(newest.contenders).toContain('emos@b');
  });
});

describe('an expert that goes wrong', () => {
  const WRONG = 52;
  const END = 66;
  const rows = (seed: string) => simulatedHistory({ days: END, places: 4, seed, bias: 0 });
  const wrong = rows('b').map((row) =>
    row.issued < day(WRONG)
      ? row
      : { ...row, forecasts: { model_a: Math.round(100 * (row.forecasts.model_a! + 10)) / 100 } },
  );
  let store: Store;
  beforeAll(async () => {
    store = await storeOf(rows('a'));
    await addRows(store, wrong, 'b');
    await replay(store, { from: day(FROM), until: day(END) }, pool);
  }, 60_000);
  afterAll(() => store[Symbol.asyncDispose]());

  const together = async () => {
    const found: ScoreRow[] = [];
    for await (const block of store.scores({ places: [''] })) found.push(...block);
    return found.sort((x, y) => x.day - y.day);
  };

  // A forecast 10 K off costs a law of it a CRPS of about 9 K. The experts' laws then differ over some 22 K, so that a
  // target costs 2 · 9 / 22 = 0.8 more than it costs the best, and the four targets of a day 4 · 0.8 / √4 = 1.6. A weight
  // falls below 1 % when ln 100 = 4.6 has come together: on the third day, or the fourth if it had been the best before.
  it.each(['dressed@b', 'emos@b'])('has lost its weight within days: %s', async (name) => {
    const days = await together();
    const { contenders } = days[0];
    const firstWrong = utcDay(day(WRONG)) + 1;
    const best = 'emos';
    const gap = (row: ScoreRow) => {
      const { loss, targets } = scoreRecord(row);
      return (loss(name)! - loss(best)!) / Math.sqrt(targets);
    };
    const gaps = days.map((row) => ({ day: row.day, gap: gap(row) }));
    for (const one of gaps.filter((each) => each.day >= firstWrong && each.day < firstWrong + 4)) {
      expect(one.gap).toBeGreaterThan(1);
      expect(one.gap).toBeLessThan(2.2);
    }
    // Weights are those of the day that is predicted, the next one.
    const lost = (asOfDay: number) =>
      gaps.reduce(
        (sum, one) => (one.day <= asOfDay ? sum + memoryPerDay ** (asOfDay + 1 - one.day) * one.gap : sum),
        0,
      );
    const weightOn = async (asOfDay: number) => {
      const [{ experts, bands }] = await readMixing(store, asOfDay * msPerDay);
      expect(experts).toEqual(contenders.slice(2));
      return bands[0].weights[experts.indexOf(name)];
    };
    expect(await weightOn(firstWrong - 1)).toBeGreaterThan(0.5 / experts(contenders));
    let fell = firstWrong;
    while (lost(fell) < Math.log(100)) fell++;
    expect(fell - firstWrong + 1).toBeLessThanOrEqual(4);
    for (let asOf = fell; asOf < utcDay(day(END)); asOf++) expect(await weightOn(asOf)).toBeLessThan(0.01);
    expect(await weightOn(firstWrong)).toBeGreaterThan(0.01);
  });

  const experts = (contenders: readonly string[]) => contenders.length - 2;

  it('costs what is served no more than the bound', async () => {
    const days = await together();
    const [{ contenders }] = days;
    const last = days.at(-1)!.day;
    const [report, ...more] = await regretReport(store);
    expect(more).toEqual([]);
    const total = (name: string) =>
      days.reduce((sum, row) => {
        const { loss, targets } = scoreRecord(row);
        return targets === 0
          ? sum
          : sum + (memoryPerDay ** (last - row.day) * loss(name)!) / Math.sqrt(targets);
      }, 0);
    const best = contenders.slice(2).reduce((least, name) => (total(name) < total(least) ? name : least));
    expect(report.best).toBe(best);
    expect(report.regret).toBeCloseTo(total('pool') - total(best), 9);
    expect(report.servedRegret).toBeCloseTo(total('aggregate') - total(best), 9);
    expect(report.regret).toBeLessThanOrEqual(report.bound);
    expect(report.servedRegret).toBeLessThanOrEqual(report.bound);
    const crps = (name: string, from: number) => {
      const records = days.filter((row) => row.day >= from).map(scoreRecord);
      const targets = records.reduce((sum, record) => sum + record.targets, 0);
      return records.reduce((sum, record) => sum + record.sums(name)![1], 0) / targets;
    };
    // Once the wrong ones have lost their weight; a prediction is made a day before its outcome is known.
    const settled = utcDay(day(WRONG)) + 7;
    expect(crps('aggregate', settled)).toBeLessThan(1.1 * crps(best, settled));
    expect(crps('aggregate', -Infinity)).toBeLessThan(0.25 * crps('dressed@b', -Infinity));
  });
});

describe('the command line', () => {
  const run = (...args: string[]) => weatherglass(args, { cwd: folder });

  async function json(...args: string[]) {
    const { exitCode, stdout, stderr } = await run(...args, '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    return JSON.parse(stdout);
  }

  const refusal = ({ exitCode, stderr }: Finished) => `${exitCode} ${stderr.trim()}`;

  it('says what cannot be replayed', async () => {
    expect(refusal(await run('replay', '--store', 'none.db'))).toBe(
      '66 weatherglass: There is no store at none.db; `weatherglass init` or `import` makes one.',
    );
    await (await openStore(join(folder, 'empty.db')))[Symbol.asyncDispose]();
    expect(refusal(await run('replay', '--store', 'empty.db'))).toBe(
      '66 weatherglass: there is nothing to replay in empty.db: import forecasts or observations first',
    );
    expect(refusal(await run('skill', '--store', 'empty.db'))).toMatch(/^66 weatherglass: nothing is scored/);
    expect(refusal(await run('predict', '--store', 'empty.db'))).toMatch(/^66 weatherglass: /);
    expect(refusal(await run('verify', '--store', 'none.db'))).toMatch(/^66 /);
  });

  it('replays once, goes on, and begins again only when told to', async () => {
    writeFileSync(join(folder, 'loop.csv'), csvText(pairsTable(simulatedHistory({ days: 52 }))));
    const store = ['--store', 'loop.db'];
    await json('import', 'loop.csv', ...store);
    expect(refusal(await run('replay', '--from', date(45), '--to', date(45), ...store))).toMatch(
      /^64 weatherglass: there is no day to replay from 2021-02-15T00:00Z to 2021-02-15T00:00Z: the store holds/,
    );
    expect(refusal(await run('replay', '--from', date(45), '--to', date(42), ...store))).toMatch(/^64 /);
    // Without --from sixty days of history come first, and there are not as many.
    expect(refusal(await run('replay', ...store))).toMatch(/^64 weatherglass: there is no day to replay/);

    const first = await json('replay', '--from', date(45), '--to', date(48), ...store);
    expect(first).toMatchObject({
      from: `${date(45)}T00:00Z`,
      until: `${date(48)}T00:00Z`,
      days: 3,
      values: 9,
    });
    const nothing = { days: 0, predictions: 0, values: 0, unanswered: 0, scored: 0, trainings: 0 };
    expect(await json('replay', '--from', date(45), '--to', date(48), ...store)).toMatchObject(nothing);
    expect(refusal(await run('replay', '--from', date(44), '--to', date(50), ...store))).toBe(
      '64 weatherglass: the loop has come to 2021-02-18T00:00Z already; a replay from 2021-02-14T00:00Z needs --again, which forgets its predictions and scores',
    );
    const rest = await json('replay', '--to', date(50), ...store);
    expect(rest).toMatchObject({ from: `${date(48)}T00:00Z`, days: 2, values: 6 });
    await using reading = await openStore(join(folder, 'loop.db'), { readOnly: true });
    const inTwo = await dumpOf(reading);
    const again = await json('replay', '--from', date(45), '--to', date(50), '--again', ...store);
    expect(again).toMatchObject({ days: 5, values: 15, trainings: 1 });
    expect(await dumpOf(reading)).toEqual(inTwo);
    expect((await json('replay', '--from', date(44), '--again', ...store)).days).toBe(9);
    expect(await problemsIn(reading)).toEqual([]);
  });

  it('goes on with a replay that was stopped before it had scored anything', async () => {
    await using store = await storeOf(simulatedHistory({ days: 50 }));
    await store.write({ notes: { 'loop.began': String(day(45)) } });
    expect(await replay(store, { from: day(45), until: day(48) }, pool)).toMatchObject({
      days: 3,
      values: 9,
    });
  });

  /** A report of a back-test without what tells where its table came from and how long it took. */
  async function backtested(...args: string[]) {
    const { files: _files, seconds: _seconds, skipped, ...report } = await json('backtest', ...args);
    const { identicalDuplicates: _duplicates, ...reasons } = skipped;
    return { ...report, skipped: reasons };
  }

  const by = ['--by', 'place,lead,variable'];

  it('back-tests a store to the same digits as the file it was filled from', async () => {
    const random = seededRandom('gaps');
    const late = new Map<string, number>();
    const gone = new Set<string>();
    const columns = ['member_1', 'member_2', 'model_a', 'x_sun'];
    const rows = simulatedHistory({
      days: 90,
      leads: [24, 72],
      columns,
      variables: ['temperature_2m', 'wind_speed_10m'],
    })
      .filter(() => random() > 0.05)
      .map((row): SimulatedRow => {
        const outcome = `${row.place} ${row.variable} ${row.valid}`;
        if (!late.has(outcome)) {
          late.set(outcome, row.valid + Math.floor(random() * (random() < 0.2 ? 10 : 1) * 24) * msPerHour);
          if (random() < 0.05) gone.add(outcome);
        }
        const forecasts = { ...row.forecasts };
        if (random() < 0.05) forecasts[columns[Math.floor(4 * random())]] = undefined;
        return {
          ...row,
          forecasts,
          available: row.issued + Math.floor(30 * random()) * msPerHour,
          known: late.get(outcome)!,
          outcome: gone.has(outcome) ? undefined : row.outcome,
        };
      });
    // Files need not be sorted.
    const shuffled = rows.toSorted(
      (x, y) => ((x.valid * 7919 + x.issued) % 10007) - ((y.valid * 7919 + y.issued) % 10007),
    );
    writeFileSync(join(folder, 'gaps.csv'), csvText(pairsTable(shuffled)));
    await json('import', 'gaps.csv', '--store', 'gaps.db');
    for (const flags of [
      ['--model', 'emos'],
      ['--model', 'emos-season', '--refit', '10d', '--window', '30d'],
    ]) {
      const ofFile = await backtested('gaps.csv', ...flags, ...by);
      expect(ofFile.skipped.incompleteForecast).toBeGreaterThan(20);
      expect(ofFile.skipped.noOutcome).toBeGreaterThan(20);
      expect(ofFile.groups).toHaveLength(12);
      expect(await backtested('--store', 'gaps.db', ...flags, ...by)).toEqual(ofFile);
    }
  });

  describeWithData('of real records', ['pairs/magdeburg-t2m-24h.csv.gz'], ([file]) => {
    it('back-tests a store to the same digits', async () => {
      await json('import', file, '--store', 'magdeburg.db');
      const flags = ['--refit', '90d', ...by];
      expect(await backtested('--store', 'magdeburg.db', ...flags)).toEqual(await backtested(file, ...flags));
    });
  });
});
