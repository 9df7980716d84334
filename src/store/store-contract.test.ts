import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { packValues, unpackValues } from './run-values.ts';
import { openStore } from './sqlite-store.ts';
import type {
  AheadQuery,
  Layout,
  ObservationBlock,
  ObservationQuery,
  Run,
  RunQuery,
  ScoreRow,
  Store,
  StoredArtefact,
  StoredPrediction,
} from './store.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const noon = Date.UTC(2026, 0, 5, 12);
const temperature = findVariable('temperature_2m');
const wind = findVariable('wind_speed_10m');

const place = (name: string) => ({
  name,
  latitude: 47.4,
  longitude: 8.5,
  elevation: 400,
  zone: 'Europe/Zurich',
});
const setUp = { places: [place('A'), place('B')], variables: [temperature, wind] };

const layout: Layout = {
  columns: ['member_1', 'member_2'],
  series: [
    { variable: 'temperature_2m', leads: [0, 1.5, 3] },
    { variable: 'wind_speed_10m', leads: [6] },
  ],
};
const values = [1.5, Number.NaN, -10.7, 0, 21.3, 1e-3, 5, 6];

function run(given: Partial<Omit<Run, 'values'>> & { readonly numbers?: readonly number[] } = {}): Run {
  const { numbers = values, ...rest } = given;
  return {
    place: 'A',
    source: 'gfs',
    issuedAt: noon,
    knownAt: (given.issuedAt ?? noon) + HOUR,
    layout,
    ...rest,
    values: packValues(Float64Array.from(numbers)),
  };
}

function numbersOf({ values: packed }: Run): readonly number[] {
  const out = new Float64Array(packed.stored.length);
  unpackValues(packed, 0, out.length, out, 0);
  return [...out];
}

/** A run with its numbers as a reader sees them. */
const asIssued = (one: Run) => ({ ...one, values: numbersOf(one) });

interface Observation {
  readonly place: string;
  readonly variable: string;
  readonly origin: string;
  readonly validTime: number;
  readonly knownAt: number;
  readonly value: number;
  readonly flag: string;
}

function observation(given: Partial<Observation> = {}): Observation {
  const validTime = given.validTime ?? noon;
  return {
    place: 'A',
    variable: 'temperature_2m',
    origin: 'station',
    validTime,
    knownAt: validTime + HOUR,
    value: 3.25,
    flag: '',
    ...given,
  };
}

function block(rows: readonly Observation[]): ObservationBlock {
  const unique = (of: keyof Observation) => [...new Set(rows.map((row) => String(row[of])))];
  const places = unique('place');
  const variables = unique('variable');
  const origins = unique('origin');
  return {
    rows: rows.length,
    places,
    variables,
    origins,
    place: Int32Array.from(rows, (row) => places.indexOf(row.place)),
    variable: Int32Array.from(rows, (row) => variables.indexOf(row.variable)),
    origin: Int32Array.from(rows, (row) => origins.indexOf(row.origin)),
    validTime: Float64Array.from(rows, (row) => row.validTime),
    knownAt: Float64Array.from(rows, (row) => row.knownAt),
    value: Float64Array.from(rows, (row) => row.value),
    flag: rows.map((row) => row.flag),
  };
}

function rowsOf(one: ObservationBlock): readonly Observation[] {
  return Array.from({ length: one.rows }, (_, i) => ({
    place: one.places[one.place[i]],
    variable: one.variables[one.variable[i]],
    origin: one.origins[one.origin[i]],
    validTime: one.validTime[i],
    knownAt: one.knownAt[i],
    value: one.value[i],
    flag: one.flag[i],
  }));
}

function prediction(given: Partial<StoredPrediction> = {}): StoredPrediction {
  return {
    place: 'A',
    variable: 'temperature_2m',
    issuedAt: noon,
    method: '{"window":"45d"}',
    validTimes: Float64Array.of(noon + HOUR, noon + 2 * HOUR),
    runTimes: Float64Array.of(noon - HOUR, noon),
    contenders: ['served', 'raw'],
    levels: [0.1, 0.5, 0.9],
    quantiles: Float32Array.of(1, 2, 3, 1.5, 2.5, 3.5, 4, 5, 6, Number.NaN, Number.NaN, Number.NaN),
    ...given,
  };
}

function score(given: Partial<ScoreRow> = {}): ScoreRow {
  return {
    variable: 'temperature_2m',
    band: 24,
    day: 20_000,
    place: 'A',
    contenders: ['served', 'raw'],
    sums: Float64Array.of(10, 1 / 3, Number.NaN),
    ...given,
  };
}

function artefact(given: Partial<StoredArtefact> = {}): StoredArtefact {
  return {
    variable: 'temperature_2m',
    source: 'gfs',
    lead: 24,
    model: 'emos',
    trainedAt: noon,
    data: Uint8Array.of(1, 2, 3),
    ...given,
  };
}

async function gather<Item>(blocks: AsyncIterable<readonly Item[]>): Promise<readonly Item[]> {
  return (await Array.fromAsync(blocks)).flat();
}
const runsIn = async (store: Store, query?: RunQuery) => (await gather(store.runs(query))).map(asIssued);
const observationsIn = async (store: Store, query?: ObservationQuery) =>
  (await Array.fromAsync(store.observations(query))).flatMap(rowsOf);

const nothing = { places: 0, runs: 0, observations: 0, revisions: 0, predictions: 0 };

/** A kind of store: where one that does not exist yet would be, and how to open it. */
interface StoreKind {
  readonly location: () => string;
  readonly open: (location: string, options?: { readonly readOnly: boolean }) => Promise<Store>;
  readonly removeAll: () => void;
}

/** What every store does. */
export function describeStore(name: string, { location, open, removeAll }: StoreKind): void {
  describe(`the contract of a store: ${name}`, () => {
    let at: string;
    let store: Store;
    beforeEach(async () => {
      at = location();
      store = await open(at);
      await store.write(setUp);
    });
    afterEach(() => store[Symbol.asyncDispose]());
    afterAll(removeAll);

    /** Everything again, by another connection that sees only what is durable. */
    async function reopened<Result>(look: (other: Store) => Promise<Result>): Promise<Result> {
      await using other = await open(at, { readOnly: true });
      return await look(other);
    }

    describe('places, variables and notes', () => {
      it('gives back what was put, in the order it was added', async () => {
        const bare = {
          ...place('A table’s place'),
          latitude: Number.NaN,
          longitude: Number.NaN,
          elevation: Number.NaN,
        };
        expect(await store.write({ places: [bare] })).toEqual({ ...nothing, places: 1 });
        expect(await store.places()).toEqual([place('A'), place('B'), bare]);
        expect(await store.variables()).toEqual([temperature, wind]);
        expect(await reopened((other) => other.variables())).toEqual([temperature, wind]);
        expect(await store.sources()).toEqual([]);
      });

      it('changes a place whose name is known, and counts only changes', async () => {
        const moved = { ...place('A'), latitude: 1, zone: 'UTC' };
        expect(await store.write({ places: [moved, place('B')] })).toEqual({ ...nothing, places: 1 });
        expect(await store.places()).toEqual([moved, place('B')]);
      });

      it('removes a place with all that is under it, and nothing else', async () => {
        const both = ['A', 'B'];
        await store.write({
          runs: both.map((one) => run({ place: one })),
          observations: block(both.map((one) => observation({ place: one }))),
          predictions: both.map((one) => prediction({ place: one })),
          scores: [...both, ''].map((one) => score({ place: one })),
        });
        await store.write({ removePlaces: ['A'] });
        expect((await store.places()).map((one) => one.name)).toEqual(['B']);
        expect((await runsIn(store)).map((one) => one.place)).toEqual(['B']);
        expect((await observationsIn(store)).map((one) => one.place)).toEqual(['B']);
        expect((await gather(store.predictions())).map((one) => one.place)).toEqual(['B']);
        expect((await gather(store.scores())).map((one) => one.place)).toEqual(['B']);
        expect(await gather(store.scores({ places: [''] }))).toHaveLength(1);

        await store.write({ places: [place('A')] });
        expect(await store.latestRun('A', 'gfs')).toBeUndefined();
        expect((await store.places()).map((one) => one.name)).toEqual(['B', 'A']);
        expect(await store.write({ runs: [run()] })).toEqual({ ...nothing, runs: 1 });
      });

      it('never takes a new place for one that was removed', async () => {
        await store.write({ scores: [score({ place: 'B' })] });
        await reopened(async (other) => {
          expect(await gather(other.scores())).toEqual([score({ place: 'B' })]);
          await store.write({ removePlaces: ['B'], places: [place('C')], scores: [score({ place: 'C' })] });
          expect(await gather(other.scores())).toEqual([score({ place: 'C' })]);
        });
      });

      it('removes and adds a place of one name in one call', async () => {
        await store.write({ runs: [run()] });
        await store.write({ removePlaces: ['A'], places: [place('A')], runs: [run({ source: 'icon' })] });
        expect((await runsIn(store)).map((one) => one.source)).toEqual(['icon']);
      });

      it('refuses another variable of a known name, an empty name and the removal of what is not there', async () => {
        await store.write({ variables: [temperature] });
        await expect(store.write({ variables: [{ ...temperature, unit: 'K' }] })).rejects.toMatchObject({
          name: 'InvalidData',
          message: expect.stringContaining('temperature_2m') as string,
        });
        await expect(store.write({ places: [place('')] })).rejects.toMatchObject({ name: 'InvalidData' });
        await expect(store.write({ removePlaces: ['Z'] })).rejects.toMatchObject({
          name: 'NotFound',
          message: expect.stringContaining('"Z"') as string,
        });
        expect(await store.variables()).toEqual([temperature, wind]);
      });

      it('keeps readings until they are forgotten', async () => {
        await store.write(setUp);
        const reading = {
          place: 'A',
          variable: 'precipitation_counter',
          time: noon,
          periodHours: 0,
          value: 1.5,
          receivedAt: noon + 1000,
        };
        const late = noon - 50 * HOUR;
        const other = { ...reading, place: 'B', time: late, value: Number.NaN, receivedAt: noon };
        await store.write({ readings: [reading, other] });
        await store.write({ readings: [{ ...reading, value: 2 }] });
        expect(await store.readings(noon)).toEqual([{ ...reading, value: 2 }, other]);
        expect(await store.readings(noon + 1)).toHaveLength(1);
        await store.write({ forgetReadings: noon + 1 });
        expect(await store.readings(-Infinity)).toEqual([{ ...reading, value: 2 }]);
        await expect(store.write({ readings: [{ ...reading, place: 'C' }] })).rejects.toMatchObject({
          name: 'NotFound',
        });
        await store.write({ removePlaces: ['A'] });
        expect(await store.readings(-Infinity)).toEqual([]);
      });

      it('keeps notes of places until they are removed', async () => {
        await store.write(setUp);
        await store.write({
          placeNotes: [
            { place: 'B', name: 'plan', value: '1' },
            { place: 'A', name: 'plan', value: '' },
            { place: 'A', name: 'other', value: 'x' },
          ],
        });
        await store.write({ placeNotes: [{ place: 'B', name: 'plan', value: '2' }] });
        expect([...(await store.placeNotes('plan'))]).toEqual([
          ['A', ''],
          ['B', '2'],
        ]);
        expect((await store.placeNotes('never put')).size).toBe(0);
        await store.write({ removePlaces: ['B'] });
        await store.write({ places: [place('B')] });
        expect([...(await store.placeNotes('plan'))]).toEqual([['A', '']]);
        await expect(
          store.write({ placeNotes: [{ place: 'C', name: 'plan', value: '' }] }),
        ).rejects.toMatchObject({ name: 'NotFound' });
      });

      it('keeps notes', async () => {
        await store.write({ notes: { 'loop.at': '1', other: '' } });
        await store.write({ notes: { 'loop.at': '2' } });
        expect(await store.note('loop.at')).toBe('2');
        expect(await store.note('other')).toBe('');
        expect(await store.note('never put')).toBeUndefined();
      });

      it.each([
        '__proto__',
        'constructor',
        'Zürich — 東京 🌧',
        "Robert'); DROP TABLE place;--",
        ' ',
        'a/b',
        '"',
        '?',
      ])('takes %j for a name like any other', async (odd) => {
        await store.write({
          places: [place(odd)],
          runs: [run({ place: odd, source: odd })],
          observations: block([observation({ place: odd, origin: odd, flag: odd })]),
          predictions: [prediction({ place: odd, method: odd, contenders: [odd, 'raw'] })],
          scores: [score({ place: odd })],
          artefacts: [artefact({ source: odd, model: odd })],
          notes: Object.fromEntries([[odd, odd]]),
        });
        await reopened(async (other) => {
          expect((await other.places()).at(-1)).toEqual(place(odd));
          expect(await other.sources()).toEqual([odd]);
          expect(await other.latestRun(odd, odd)).toEqual(run({ place: odd, source: odd }));
          expect(await observationsIn(other, { places: [odd] })).toEqual([
            observation({ place: odd, origin: odd, flag: odd }),
          ]);
          expect(await other.predictionsAhead({ places: [odd], after: -Infinity, issues: 1 })).toEqual([
            prediction({ place: odd, method: odd, contenders: [odd, 'raw'] }),
          ]);
          expect(await gather(other.scores({ places: [odd] }))).toEqual([score({ place: odd })]);
          expect(await other.artefacts()).toEqual([artefact({ source: odd, model: odd })]);
          expect(await other.note(odd)).toBe(odd);
        });
      });
    });

    describe('runs', () => {
      it('tells the newest of each place and source', async () => {
        await store.write({
          runs: [
            run({ issuedAt: noon, knownAt: noon + 2 * HOUR }),
            run({ issuedAt: noon + 6 * HOUR, knownAt: noon + 7 * HOUR }),
            run({
              issuedAt: noon + 6 * HOUR,
              knownAt: noon + 8 * HOUR,
              numbers: values.map((one) => one + 1),
            }),
            run({ place: 'B', issuedAt: noon - DAY, knownAt: noon + 9 * HOUR }),
            run({ source: 'icon', issuedAt: noon }),
          ],
        });
        expect(await store.newestRuns()).toEqual([
          { place: 'A', source: 'gfs', issuedAt: noon + 6 * HOUR, knownAt: noon + 8 * HOUR },
          { place: 'A', source: 'icon', issuedAt: noon, knownAt: noon + HOUR },
          { place: 'B', source: 'gfs', issuedAt: noon - DAY, knownAt: noon + 9 * HOUR },
        ]);
      });

      it('gives back what was issued, missing values and fractional leads included', async () => {
        expect(await store.write({ runs: [run()] })).toEqual({ ...nothing, runs: 1 });
        expect(await runsIn(store)).toEqual([asIssued(run())]);
        expect(await reopened((other) => other.latestRun('A', 'gfs'))).toEqual(run());
        expect(await store.sources()).toEqual(['gfs']);
      });

      it('changes nothing when the same is put again, in one call or in two', async () => {
        expect((await store.write({ runs: [run(), run()] })).runs).toBe(1);
        const version = await store.dataVersion();
        expect(await store.write({ runs: [run()] })).toEqual(nothing);
        expect(await store.dataVersion()).toBe(version);
        expect(await runsIn(store)).toHaveLength(1);
      });

      it('keeps single and double precision as they came', async () => {
        const single = { ...run(), values: { stored: Float32Array.from(values), decimals: Number.NaN } };
        const double = {
          ...run({ source: 'icon' }),
          values: packValues(Float64Array.from(values, (x) => x / 3)),
        };
        await store.write({ runs: [single, double] });
        expect(await store.latestRun('A', 'gfs')).toEqual(single);
        expect(await store.latestRun('A', 'icon')).toEqual(double);
        expect(double.values.stored).toBeInstanceOf(Float64Array);
      });

      it('refuses a run that contradicts what is stored, naming place, source and issue', async () => {
        await store.write({ runs: [run()] });
        const other = run({ numbers: values.with(2, 99) });
        await expect(store.write({ runs: [run({ source: 'icon' }), other] })).rejects.toMatchObject({
          name: 'InvalidData',
          message: expect.stringMatching(/gfs.*A.*2026-01-05T12:00/) as string,
        });
        // Missing is not the same as given.
        await expect(store.write({ runs: [run({ numbers: values.with(1, 7) })] })).rejects.toMatchObject({
          name: 'InvalidData',
        });
        expect(await runsIn(store)).toEqual([asIssued(run())]);
        expect(await store.sources()).toEqual(['gfs']);
      });

      it('keeps a revision beside the first', async () => {
        const revision = run({ knownAt: noon + 2 * HOUR, numbers: values.with(2, 99) });
        await store.write({ runs: [revision, run()] });
        expect(await runsIn(store)).toEqual([run(), revision].map(asIssued));
        expect(await store.latestRun('A', 'gfs')).toEqual(revision);
        expect(await store.latestRun('A', 'gfs', noon + 2 * HOUR - 1)).toEqual(run());
      });

      describe('in parts', () => {
        const ofTemperature = run({
          layout: { columns: ['member_1'], series: [{ variable: 'temperature_2m', leads: [0, 1] }] },
          numbers: [1, 2],
        });
        const ofWind = run({
          layout: { columns: ['x_gust'], series: [{ variable: 'wind_speed_10m', leads: [0] }] },
          numbers: [7.5],
        });

        it('gives each as it was put, and the latest run whole', async () => {
          expect((await store.write({ runs: [ofTemperature] })).runs).toBe(1);
          expect((await store.write({ runs: [ofWind] })).runs).toBe(1);
          expect(await runsIn(store)).toEqual([ofTemperature, ofWind].map(asIssued));
          const whole = (await store.latestRun('A', 'gfs'))!;
          expect(whole.layout).toEqual({
            columns: ['member_1', 'x_gust'],
            series: [
              { variable: 'temperature_2m', leads: [0, 1] },
              { variable: 'wind_speed_10m', leads: [0] },
            ],
          });
          expect(numbersOf(whole)).toEqual([1, Number.NaN, 2, Number.NaN, Number.NaN, 7.5]);
          expect(await store.write({ runs: [ofWind, ofTemperature] })).toEqual(nothing);
          expect(await runsIn(store, { variable: 'wind_speed_10m' })).toEqual([asIssued(ofWind)]);
        });

        it('gives all parts where a block ends between them', async () => {
          await store.write({
            runs: Array.from({ length: 511 }, (_, k) => run({ issuedAt: noon - (k + 1) * HOUR })),
          });
          await store.write({ runs: [ofTemperature] });
          await store.write({ runs: [ofWind] });
          const seen = await runsIn(store);
          expect(seen).toHaveLength(513);
          expect(seen.slice(-2)).toEqual([ofTemperature, ofWind].map(asIssued));
        });

        it('stores one that adds a column to a step', async () => {
          await store.write({ runs: [ofTemperature] });
          const second = run({
            layout: {
              columns: ['member_1', 'member_2'],
              series: [{ variable: 'temperature_2m', leads: [1] }],
            },
            numbers: [2, 2.5],
          });
          expect((await store.write({ runs: [second] })).runs).toBe(1);
          expect(numbersOf((await store.latestRun('A', 'gfs'))!)).toEqual([1, Number.NaN, 2, 2.5]);
        });

        it('does not store a part whose steps are all there', async () => {
          await store.write({ runs: [ofTemperature] });
          const again = run({
            layout: { columns: ['member_1'], series: [{ variable: 'temperature_2m', leads: [1] }] },
            numbers: [2],
          });
          expect(await store.write({ runs: [again] })).toEqual(nothing);
        });

        it('stores one that adds a step, and refuses one that has another value at a step that is there', async () => {
          await store.write({ runs: [ofTemperature] });
          const longer = (at1: number) =>
            run({
              layout: { columns: ['member_1'], series: [{ variable: 'temperature_2m', leads: [1, 2] }] },
              numbers: [at1, 3],
            });
          await expect(store.write({ runs: [longer(2.5)] })).rejects.toMatchObject({ name: 'InvalidData' });
          expect((await store.write({ runs: [longer(2)] })).runs).toBe(1);
          expect(numbersOf((await store.latestRun('A', 'gfs'))!)).toEqual([1, 2, 3]);
        });
      });

      it('restricts to places, sources, variables, arrivals and issues', async () => {
        const onlyWind: Layout = {
          columns: ['member_1'],
          series: [{ variable: 'wind_speed_10m', leads: [1] }],
        };
        const all = ['A', 'B'].flatMap((one) =>
          ['gfs', 'icon'].flatMap((source) =>
            [0, 1, 2].map((k) =>
              source === 'gfs'
                ? run({ place: one, source, issuedAt: noon + k * HOUR })
                : run({ place: one, source, issuedAt: noon + k * HOUR, layout: onlyWind, numbers: [k] }),
            ),
          ),
        );
        // The order of arrival is not the order of reading.
        await store.write({ runs: all.filter((one) => one.place === 'A' && one.source === 'gfs') });
        await store.write({ runs: all.toReversed() });
        const expectRuns = async (query: RunQuery, keep: (one: Run) => boolean) =>
          expect(await runsIn(store, query)).toEqual(all.filter(keep).map(asIssued));
        await expectRuns({}, () => true);
        await expectRuns({ places: ['B', 'nowhere', 'B'] }, (one) => one.place === 'B');
        await expectRuns({ places: ['B', 'A'] }, () => true);
        await expectRuns({ places: [] }, () => false);
        await expectRuns({ sources: ['icon'] }, (one) => one.source === 'icon');
        await expectRuns({ variable: 'temperature_2m' }, (one) => one.source === 'gfs');
        await expectRuns({ variable: 'wind_speed_10m' }, () => true);
        await expectRuns({ variable: 'unheard_of' }, () => false);
        const second = noon + 2 * HOUR;
        await expectRuns({ knownUntil: second }, (one) => one.knownAt <= second);
        await expectRuns({ knownAfter: second }, (one) => one.knownAt > second);
        await expectRuns({ issuedFrom: noon + HOUR }, (one) => one.issuedAt >= noon + HOUR);
        await expectRuns(
          { knownAfter: second - 1, knownUntil: second, issuedFrom: noon, places: ['A'] },
          (one) => one.knownAt === second && one.place === 'A',
        );
        await expectRuns({ knownAfter: Infinity }, () => false);
      });

      it('answers the latest issue, even if an older one arrived last', async () => {
        const older = run({ issuedAt: noon - 6 * HOUR, knownAt: noon + 9 * HOUR });
        await store.write({ runs: [run(), older] });
        expect(await store.latestRun('A', 'gfs')).toEqual(run());
        expect(await store.latestRun('A', 'gfs', noon + HOUR - 1)).toBeUndefined();
        expect(await store.latestRun('B', 'gfs')).toBeUndefined();
        expect(await store.latestRun('A', 'icon')).toBeUndefined();
        expect(await store.latestRun('Z', 'gfs')).toBeUndefined();
      });

      it('gives many in blocks, none twice and none left out, while others are written', async () => {
        const issue = (k: number) =>
          run({ place: k % 2 === 0 ? 'A' : 'B', issuedAt: noon + (k >> 1) * HOUR });
        const all = Array.from({ length: 1500 }, (_, k) => issue(k));
        await store.write({ runs: all });
        const seen: Run[] = [];
        let blocks = 0;
        for await (const some of store.runs()) {
          // Before, between and behind what was read already.
          await store.write({
            runs: [
              run({ issuedAt: noon - (blocks + 1) * HOUR }),
              run({ source: 'icon', issuedAt: noon + blocks * HOUR }),
              run({ place: 'B', issuedAt: noon + (2000 + blocks) * HOUR }),
            ],
          });
          blocks++;
          seen.push(...some);
        }
        expect(blocks).toBeGreaterThan(2);
        const keys = seen.map((one) => `${one.place} ${one.source} ${one.issuedAt}`);
        expect(new Set(keys).size).toBe(keys.length);
        const ofGfs = seen.filter((one) => one.source === 'gfs');
        const stored = new Set(all.map((one) => `${one.place} ${one.issuedAt}`));
        expect(ofGfs.filter((one) => stored.has(`${one.place} ${one.issuedAt}`))).toHaveLength(1500);
      });

      it('may be left in the middle', async () => {
        await store.write({
          runs: Array.from({ length: 1100 }, (_, k) => run({ issuedAt: noon + k * HOUR })),
        });
        for await (const some of store.runs()) {
          expect(some.length).toBeGreaterThan(100);
          break;
        }
        expect(await store.write({ runs: [run({ place: 'B' })] })).toEqual({ ...nothing, runs: 1 });
      });

      it.each<readonly [string, Partial<Run>, string]>([
        ['an unknown place', { place: 'Z' }, 'NotFound'],
        [
          'an unknown variable',
          {
            layout: { columns: ['member_1'], series: [{ variable: 'z', leads: [1] }] },
            values: packValues(Float64Array.of(1)),
          },
          'NotFound',
        ],
        ['too few values', { values: packValues(Float64Array.of(1)) }, 'InvalidData'],
        ['no time of issue', { issuedAt: Number.NaN }, 'InvalidData'],
        ['no time of arrival', { knownAt: Infinity }, 'InvalidData'],
        [
          'leads that do not ascend',
          {
            layout: { columns: ['member_1'], series: [{ variable: 'temperature_2m', leads: [2, 1] }] },
            values: packValues(Float64Array.of(1, 2)),
          },
          'InvalidData',
        ],
        [
          'a column twice',
          {
            layout: { columns: ['x_a', 'x_a'], series: [{ variable: 'temperature_2m', leads: [1] }] },
            values: packValues(Float64Array.of(1, 2)),
          },
          'InvalidData',
        ],
      ])('refuses one with %s, and all that came with it', async (_, wrong, error) => {
        await expect(
          store.write({ places: [place('C')], runs: [run(), { ...run({ source: 'icon' }), ...wrong }] }),
        ).rejects.toMatchObject({ name: error });
        expect(await runsIn(store)).toEqual([]);
        expect(await store.places()).toHaveLength(2);
        // What was taken back is not remembered either.
        expect(await store.write({ runs: [run(), run({ source: 'icon' })] })).toEqual({
          ...nothing,
          runs: 2,
        });
        expect(await reopened((other) => other.latestRun('A', 'icon'))).toEqual(run({ source: 'icon' }));
      });

      it('gives back any numbers to the last bit', async () => {
        let issue = 0;
        const number = fc.oneof(
          fc.double(),
          fc.integer({ min: -999_999, max: 999_999 }).map((n) => n / 100),
          fc.constant(Number.NaN),
        );
        await fc.assert(
          fc.asyncProperty(fc.array(number, { minLength: 8, maxLength: 8 }), async (numbers) => {
            const one = run({ issuedAt: noon + issue++ * HOUR, numbers });
            await store.write({ runs: [one] });
            const found = await store.latestRun('A', 'gfs');
            expect(numbersOf(found!)).toEqual(numbers);
          }),
        );
      });
    });

    describe('observations', () => {
      it('gives back what was put, by place, variable, valid time and time of becoming known', async () => {
        const rows = [
          observation(),
          observation({ knownAt: noon + 3 * HOUR, value: 3.5, origin: 'corrected' }),
          observation({ validTime: noon + HOUR, value: Number.NaN, flag: 'taken back' }),
          observation({ variable: 'wind_speed_10m', value: 1 / 3, flag: 'icing' }),
          observation({ place: 'B' }),
        ];
        const counts = { ...nothing, observations: 5, revisions: 1 };
        expect(await store.write({ observations: block(rows.toReversed()) })).toMatchObject({
          observations: 5,
          revisions: 0,
        });
        expect(await observationsIn(store)).toEqual(rows);
        expect(await reopened((other) => observationsIn(other))).toEqual(rows);
        const again = await open(location());
        expect(await again.write({ ...setUp, observations: block(rows) })).toEqual({ ...counts, places: 2 });
        await again[Symbol.asyncDispose]();
      });

      it('changes nothing when the same is put again', async () => {
        const rows = [
          observation(),
          observation({ validTime: noon + HOUR, value: Number.NaN }),
          observation(),
        ];
        expect(await store.write({ observations: block(rows) })).toEqual({ ...nothing, observations: 2 });
        expect(await store.write({ observations: block(rows) })).toEqual(nothing);
      });

      it('tells where outcomes come from, first seen first', async () => {
        await store.write({
          observations: block([
            observation({ origin: 'airport' }),
            observation({ validTime: noon + HOUR, origin: 'sensor' }),
            observation({ validTime: noon + 2 * HOUR, origin: 'airport' }),
            observation({ validTime: noon + 3 * HOUR, origin: 'broken', value: Number.NaN }),
            observation({ place: 'B', variable: 'wind_speed_10m', origin: 'mast' }),
          ]),
        });
        const airport = { place: 'A', variable: 'temperature_2m', origin: 'airport' };
        const sensor = { ...airport, origin: 'sensor', newest: noon + HOUR };
        const mast = { place: 'B', variable: 'wind_speed_10m', origin: 'mast', newest: noon };
        expect(await store.origins()).toEqual([{ ...airport, newest: noon + 2 * HOUR }, sensor, mast]);
        const some = { places: ['A'], validFrom: noon + 1, validUntil: noon + 2 * HOUR };
        expect(await store.origins(some)).toEqual([sensor]);
        expect(await store.origins({ variables: ['wind_speed_10m'] })).toEqual([mast]);
        expect(await store.origins({ places: ['A'], knownUntil: noon - 1 })).toEqual([]);
      });

      it('counts a later version as a revision', async () => {
        await store.write({ observations: block([observation()]) });
        const later = observation({ knownAt: noon + 2 * HOUR, value: 4 });
        expect(await store.write({ observations: block([later]) })).toEqual({
          ...nothing,
          observations: 1,
          revisions: 1,
        });
      });

      it('refuses a contradiction, saying place, variable, valid time and both values', async () => {
        await store.write({ observations: block([observation()]) });
        for (const other of [
          observation({ value: 4 }),
          observation({ value: Number.NaN }),
          observation({ flag: 'f' }),
        ])
          await expect(store.write({ observations: block([other]) })).rejects.toMatchObject({
            name: 'InvalidData',
            message: expect.stringMatching(
              /temperature_2m at A valid 2026-01-05T12:00.*3\.25.*(4|nothing|3\.25 \(f\)).*a later known time/,
            ) as string,
          });
        expect(await observationsIn(store)).toEqual([observation()]);
      });

      it('says so where one batch holds both', async () => {
        const twice = block([observation(), observation({ validTime: 0 }), observation({ value: 4 })]);
        await expect(store.write({ observations: twice })).rejects.toMatchObject({
          name: 'InvalidData',
          message: expect.stringMatching(/revised twice in one batch.*3\.25 and 4/) as string,
        });
        expect(await observationsIn(store)).toEqual([]);
      });

      it.each<readonly [string, Partial<Observation>, string]>([
        ['that was known before its time', { knownAt: noon - 1 }, 'InvalidData'],
        ['without a time', { validTime: Number.NaN, knownAt: noon }, 'InvalidData'],
        ['of an unknown place', { place: 'Z' }, 'NotFound'],
        ['of an unknown variable', { variable: 'z' }, 'NotFound'],
      ])('refuses one %s, and all that came with it', async (_, wrong, error) => {
        const rows = [observation({ origin: 'new' }), observation({ ...wrong, origin: 'newer' })];
        await expect(store.write({ observations: block(rows) })).rejects.toMatchObject({ name: error });
        expect(await observationsIn(store)).toEqual([]);
        await store.write({ observations: block([observation({ origin: 'newer' })]) });
        expect(await reopened((other) => observationsIn(other))).toEqual([observation({ origin: 'newer' })]);
      });

      it('gives more than a block while others are written', async () => {
        const rows = Array.from({ length: 40_000 }, (_, k) =>
          observation({ place: k < 25_000 ? 'A' : 'B', validTime: noon + (k % 25_000) * HOUR, value: k }),
        );
        // Two versions, of which the first ends a block.
        rows.splice(16_384, 0, { ...rows[16_383], knownAt: rows[16_383].knownAt + 1, value: -1 });
        await store.write({ observations: block(rows) });
        const seen: Observation[] = [];
        let blocks = 0;
        for await (const some of store.observations()) {
          await store.write({ observations: block([observation({ validTime: noon - ++blocks * HOUR })]) });
          seen.push(...rowsOf(some));
        }
        expect(blocks).toBeGreaterThan(2);
        expect(seen).toEqual(rows);
      });

      it('answers any as-of query like a plain list', async () => {
        const time = fc.integer({ min: 0, max: 6 });
        const row = fc.record({
          place: fc.constantFrom('A', 'B'),
          variable: fc.constantFrom('temperature_2m', 'wind_speed_10m'),
          origin: fc.constantFrom('x', 'y'),
          validTime: time,
          delay: time,
          value: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constant(Number.NaN)),
          flag: fc.constantFrom('', 'f'),
        });
        const maybe = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: undefined });
        const query = fc.record({
          places: maybe(fc.subarray(['A', 'B', 'Z'])),
          variables: maybe(fc.subarray(['temperature_2m', 'wind_speed_10m'])),
          validFrom: maybe(time),
          validUntil: maybe(time),
          knownAfter: maybe(time),
          knownUntil: maybe(time),
        });
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(row, { maxLength: 6 })),
            fc.array(query),
            async (batches, queries) => {
              await store.write({ removePlaces: ['A', 'B'] });
              await store.write({ places: setUp.places });
              const list: Observation[] = [];
              const series = (one: Observation) => `${one.place} ${one.variable} ${one.validTime}`;
              const key = (one: Observation) => `${series(one)} ${one.knownAt}`;
              for (const batch of batches) {
                const rows = batch.map(({ delay, ...one }) => ({ ...one, knownAt: one.validTime + delay }));
                const next = [...list];
                let contradicts = false;
                for (const one of rows) {
                  const same = next.find((known) => key(known) === key(one));
                  const before = next
                    .filter((known) => series(known) === series(one) && known.knownAt < one.knownAt)
                    .sort((a, b) => b.knownAt - a.knownAt)[0];
                  const saysNothingNew =
                    before !== undefined && Object.is(before.value, one.value) && before.flag === one.flag;
                  if (same === undefined) {
                    if (!saysNothingNew) next.push(one);
                  } else contradicts ||= !Object.is(same.value, one.value) || same.flag !== one.flag;
                }
                const written = store.write({ observations: block(rows) });
                if (contradicts) await expect(written).rejects.toMatchObject({ name: 'InvalidData' });
                else {
                  expect((await written).observations).toBe(next.length - list.length);
                  list.splice(0, list.length, ...next);
                }
              }
              const order = (a: Observation, b: Observation) =>
                a.place.localeCompare(b.place) ||
                a.variable.localeCompare(b.variable) ||
                a.validTime - b.validTime ||
                a.knownAt - b.knownAt;
              list.sort(order);
              for (const one of [{}, ...queries]) {
                const { places, variables, validFrom, validUntil, knownAfter, knownUntil }: ObservationQuery =
                  one;
                expect(await observationsIn(store, one)).toEqual(
                  list.filter(
                    (known) =>
                      (places?.includes(known.place) ?? true) &&
                      (variables?.includes(known.variable) ?? true) &&
                      known.validTime >= (validFrom ?? -Infinity) &&
                      known.validTime < (validUntil ?? Infinity) &&
                      known.knownAt > (knownAfter ?? -Infinity) &&
                      known.knownAt <= (knownUntil ?? Infinity),
                  ),
                );
              }
            },
          ),
          { numRuns: 60 },
        );
      });
    });

    it('answers any as-of query of runs like a plain list', async () => {
      const time = fc.integer({ min: 0, max: 4 });
      const runLike = fc.record({
        place: fc.constantFrom('A', 'B'),
        source: fc.constantFrom('gfs', 'icon'),
        issuedAt: time,
        knownAt: time,
      });
      const maybe = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: undefined });
      const query = fc.record({
        places: maybe(fc.subarray(['A', 'B'])),
        sources: maybe(fc.subarray(['gfs', 'icon'])),
        knownAfter: maybe(time),
        knownUntil: maybe(time),
        issuedFrom: maybe(time),
      });
      await store.write({ runs: [run({ issuedAt: -1 }), run({ issuedAt: -1, source: 'icon' })] });
      await fc.assert(
        fc.asyncProperty(fc.array(runLike), fc.array(query), async (keys, queries) => {
          await store.write({ removePlaces: ['A', 'B'] });
          await store.write({ places: setUp.places });
          const key = (one: Run) => `${one.place} ${one.source} ${one.issuedAt} ${one.knownAt}`;
          const all = keys.map((one) => run({ ...one, numbers: values.with(0, one.knownAt) }));
          const list = [...new Map(all.map((one) => [key(one), one])).values()];
          expect((await store.write({ runs: all })).runs).toBe(list.length);
          list.sort(
            (a, b) =>
              a.place.localeCompare(b.place) ||
              a.source.localeCompare(b.source) ||
              a.issuedAt - b.issuedAt ||
              a.knownAt - b.knownAt,
          );
          for (const one of [{}, ...queries]) {
            const { places, sources, knownAfter, knownUntil, issuedFrom }: RunQuery = one;
            const expected = list.filter(
              (known) =>
                (places?.includes(known.place) ?? true) &&
                (sources?.includes(known.source) ?? true) &&
                known.knownAt > (knownAfter ?? -Infinity) &&
                known.knownAt <= (knownUntil ?? Infinity) &&
                known.issuedAt >= (issuedFrom ?? -Infinity),
            );
            expect(await runsIn(store, one)).toEqual(expected.map(asIssued));
            const latest = list.filter(
              (known) =>
                known.place === 'A' && known.source === 'gfs' && known.knownAt <= (knownUntil ?? Infinity),
            );
            expect(await store.latestRun('A', 'gfs', knownUntil)).toEqual(latest.at(-1));
          }
        }),
        { numRuns: 60 },
      );
    });

    describe('artefacts', () => {
      it('gives the one trained last of each kind, as of a time', async () => {
        const early = artefact({ trainedAt: noon - DAY, data: Uint8Array.of(9) });
        const others = [
          artefact({ lead: 1.5 }),
          artefact({ source: '' }),
          artefact({ model: 'idr' }),
          artefact({ variable: 'wind_speed_10m' }),
        ];
        await store.write({ artefacts: [artefact(), early, ...others] });
        const sorted = (list: readonly StoredArtefact[]) =>
          list
            .map(({ variable, source, lead, model, trainedAt }) =>
              [variable, source, lead, model, trainedAt].join('|'),
            )
            .sort();
        expect(sorted(await store.artefacts())).toEqual(sorted([artefact(), ...others]));
        expect(sorted(await store.artefacts({ trainedUntil: noon }))).toEqual(
          sorted([artefact(), ...others]),
        );
        expect(await store.artefacts({ trainedUntil: noon - 1 })).toEqual([early]);
        expect(await store.artefacts({ trainedUntil: noon - 2 * DAY })).toEqual([]);
        expect(await store.artefacts({ variable: 'wind_speed_10m' })).toEqual([others[3]]);
        expect(await store.artefacts({ variable: 'z' })).toEqual([]);
        expect(await store.artefacts({ models: ['idr', 'z'] })).toEqual([others[2]]);
        expect(await store.artefacts({ variable: 'wind_speed_10m', models: ['idr'] })).toEqual([]);
      });

      it('keeps two of a kind, and the data of the last to be put of one time', async () => {
        for (const day of [1, 3, 2, 0])
          await store.write({
            artefacts: [artefact({ trainedAt: noon + day * DAY, data: Uint8Array.of(day) })],
          });
        await store.write({ artefacts: [artefact({ trainedAt: noon + 2 * DAY, data: Uint8Array.of(22) })] });
        expect((await store.artefacts()).map((one) => one.data)).toEqual([Uint8Array.of(3)]);
        const before = await store.artefacts({ trainedUntil: noon + 3 * DAY - 1 });
        expect(before.map((one) => one.data)).toEqual([Uint8Array.of(22)]);
        expect(await store.artefacts({ trainedUntil: noon + 2 * DAY - 1 })).toEqual([]);
      });

      it('refuses one of an unknown variable or without a time', async () => {
        await expect(store.write({ artefacts: [artefact({ variable: 'z' })] })).rejects.toMatchObject({
          name: 'NotFound',
        });
        await expect(store.write({ artefacts: [artefact({ trainedAt: Number.NaN })] })).rejects.toMatchObject(
          {
            name: 'InvalidData',
          },
        );
      });
    });

    describe('predictions', () => {
      const all = ['A', 'B'].flatMap((at) =>
        ['temperature_2m', 'wind_speed_10m'].flatMap((variable) =>
          [0, 1, 2].map((k) => prediction({ place: at, variable, issuedAt: noon + k * HOUR })),
        ),
      );

      it('gives back what was issued, and what was issued first', async () => {
        expect(await store.write({ predictions: [prediction()] })).toEqual({ ...nothing, predictions: 1 });
        const other = prediction({
          method: 'another',
          contenders: ['served'],
          quantiles: new Float32Array(6),
        });
        expect(await store.write({ predictions: [other] })).toEqual(nothing);
        expect(await gather(store.predictions())).toEqual([prediction()]);
        expect(await reopened((reader) => gather(reader.predictions()))).toEqual([prediction()]);
      });

      it('restricts to places, variables and issues, in order', async () => {
        await store.write({ predictions: all.toReversed() });
        expect(await gather(store.predictions())).toEqual(all);
        expect(await gather(store.predictions({ places: ['B'], variables: ['wind_speed_10m'] }))).toEqual(
          all.slice(9),
        );
        expect(
          await gather(store.predictions({ issuedFrom: noon + HOUR, issuedUntil: noon + HOUR })),
        ).toEqual(all.filter((one) => one.issuedAt === noon + HOUR));
      });

      it('tells the newest issue of each place and variable', async () => {
        await store.write({ predictions: all });
        const newest = (k: number) =>
          all
            .filter((one) => one.issuedAt === noon + k * HOUR)
            .map(({ place, variable, issuedAt, method, validTimes, runTimes }) => ({
              place,
              variable,
              issuedAt,
              method,
              validTimes,
              runTimes,
            }));
        expect(await store.newestIssues()).toEqual(newest(2));
        expect(await store.newestIssues({ issuedUntil: noon + HOUR })).toEqual(newest(1));
        expect(await store.newestIssues({ places: ['B'], variables: ['wind_speed_10m'] })).toEqual(
          newest(2).slice(-1),
        );
        expect(await store.newestIssues({ issuedUntil: noon - 1 })).toEqual([]);
      });

      it('gives what is ahead, newest first, without issues that say nothing more', async () => {
        const of = (issued: number, ...ahead: readonly number[]) =>
          prediction({
            issuedAt: noon + issued * HOUR,
            validTimes: Float64Array.from(ahead, (k) => noon + k * HOUR),
            runTimes: new Float64Array(ahead.length).fill(noon),
            sourceTimes: undefined,
            quantiles: new Float32Array((ahead.length * all[0].quantiles.length) / all[0].validTimes.length),
          });
        const [longest, same, gap, newest] = [of(0, 1, 5, 9), of(1, 5, 6), of(2, 5, 7), of(3, 5, 6)];
        await store.write({ predictions: [longest, same, gap, newest] });
        const ahead = (query: Partial<AheadQuery>) =>
          store.predictionsAhead({ after: noon + 4 * HOUR, issues: 9, ...query });
        expect(await ahead({})).toEqual([newest, gap, longest]);
        expect(await ahead({ issues: 2 })).toEqual([newest, gap]);
        expect(await ahead({ issuedUntil: noon + 2 * HOUR - 1 })).toEqual([same, longest]);
        expect(await ahead({ after: noon + 7 * HOUR })).toEqual([longest]);
        expect(await ahead({ after: noon + 9 * HOUR })).toEqual([]);
        expect(await ahead({ places: ['B'] })).toEqual([]);
      });

      it('gives more than a block', async () => {
        const many = Array.from({ length: 700 }, (_, k) => prediction({ issuedAt: noon + k * HOUR }));
        await store.write({ predictions: many });
        expect(await gather(store.predictions())).toEqual(many);
      });

      it.each<readonly [string, Partial<StoredPrediction>, string]>([
        ['of an unknown place', { place: 'Z' }, 'NotFound'],
        ['of an unknown variable', { variable: 'z' }, 'NotFound'],
        ['with too few quantiles', { quantiles: new Float32Array(3) }, 'InvalidData'],
        ['with too few run times', { runTimes: new Float64Array(1) }, 'InvalidData'],
        ['with valid times that fall', { validTimes: Float64Array.of(2, 1) }, 'InvalidData'],
        ['without a time of issue', { issuedAt: Number.NaN }, 'InvalidData'],
      ])('refuses one %s', async (_, wrong, error) => {
        await expect(store.write({ predictions: [prediction(wrong)] })).rejects.toMatchObject({
          name: error,
        });
      });
    });

    describe('scores', () => {
      it('replaces those of the same variable, band, day and place', async () => {
        await store.write({ scores: [score()] });
        const better = score({ sums: Float64Array.of(7), contenders: ['served'] });
        await store.write({ scores: [better] });
        expect(await gather(store.scores())).toEqual([better]);
      });

      it('gives them by variable, band, day and place, restricted as asked', async () => {
        const all = ['temperature_2m', 'wind_speed_10m'].flatMap((variable) =>
          [6, 24].flatMap((band) =>
            [20_000, 20_001, 20_002].flatMap((day) =>
              ['', 'A', 'B'].map((at) => score({ variable, band, day, place: at })),
            ),
          ),
        );
        await store.write({ scores: all.toReversed() });
        expect(await gather(store.scores())).toEqual(all.filter((one) => one.place !== ''));
        expect(await gather(store.scores({ places: [''] }))).toEqual(all.filter((one) => one.place === ''));
        expect(await gather(store.scores({ places: ['B', ''] }))).toEqual(
          all.filter((one) => one.place !== 'A'),
        );
        expect(await gather(store.scores({ places: ['B', 'Z'] }))).toEqual(
          all.filter((one) => one.place === 'B'),
        );
        expect(await gather(store.scores({ places: [] }))).toEqual([]);
        expect(
          await gather(store.scores({ variables: ['wind_speed_10m'], dayFrom: 20_001, dayUntil: 20_002 })),
        ).toEqual(
          all.filter((one) => one.variable === 'wind_speed_10m' && one.day === 20_001 && one.place !== ''),
        );
      });

      it('gives more than a block', async () => {
        const many = Array.from({ length: 5000 }, (_, day) => score({ day }));
        await store.write({ scores: many });
        expect((await gather(store.scores())).map((one) => one.day)).toEqual(many.map((one) => one.day));
      });

      it('refuses those of an unknown place or variable, or of no day', async () => {
        await expect(store.write({ scores: [score({ place: 'Z' })] })).rejects.toMatchObject({
          name: 'NotFound',
        });
        await expect(store.write({ scores: [score({ variable: 'z' })] })).rejects.toMatchObject({
          name: 'NotFound',
        });
        await expect(store.write({ scores: [score({ day: 0.5 })] })).rejects.toMatchObject({
          name: 'InvalidData',
        });
      });
    });

    it('forgets the work of the loop, and nothing else', async () => {
      const own = { predictions: [prediction()], scores: [score()], artefacts: [artefact()] };
      await store.write({
        ...own,
        runs: [run()],
        observations: block([observation()]),
        notes: { kept: 'yes' },
      });
      await store.write({ forgetLoop: true });
      expect(await gather(store.predictions())).toEqual([]);
      expect(await gather(store.scores())).toEqual([]);
      expect(await store.artefacts()).toEqual([]);
      expect(await runsIn(store)).toHaveLength(1);
      expect(await observationsIn(store)).toHaveLength(1);
      expect(await store.note('kept')).toBe('yes');
      // It is done first: what comes with it stays.
      await store.write({ forgetLoop: true, ...own });
      expect(await gather(store.predictions())).toEqual([prediction()]);
      expect(await gather(store.scores())).toEqual([score()]);
    });

    describe('writing', () => {
      it('makes a thousand concurrent writes durable before it answers', async () => {
        const writes = Array.from({ length: 1000 }, (_, k) =>
          store.write({ observations: block([observation({ validTime: noon + k * HOUR, value: k })]) }),
        );
        // Each is looked for by another connection as soon as it is acknowledged.
        await using other = await open(at, { readOnly: true });
        let seen = 0;
        for (const [k, written] of writes.entries()) {
          await written;
          const found = await observationsIn(other, {
            validFrom: noon + k * HOUR,
            validUntil: noon + k * HOUR + 1,
          });
          if (found[0]?.value === k) seen++;
        }
        expect(seen).toBe(1000);
      });

      it('refuses one among many alone', async () => {
        const outcomes = await Promise.allSettled(
          Array.from({ length: 100 }, (_, k) =>
            store.write({
              runs: [run({ place: k === 50 ? 'Z' : 'A', issuedAt: noon + k * HOUR, source: `s${k}` })],
            }),
          ),
        );
        expect(outcomes.map(({ status }) => status)).toEqual(
          Array.from({ length: 100 }, (_, k) => (k === 50 ? 'rejected' : 'fulfilled')),
        );
        expect(await reopened((other) => other.sources())).toHaveLength(99);
        expect(await reopened((other) => runsIn(other))).toHaveLength(99);
      });

      it('applies calls in the order they were made', async () => {
        const writes = Array.from({ length: 300 }, (_, k) => store.write({ notes: { last: String(k) } }));
        await Promise.all(writes);
        expect(await store.note('last')).toBe('299');
      });

      it('waits for what was asked when it is closed, and refuses what comes later', async () => {
        const writes = Array.from({ length: 50 }, (_, k) => store.write({ notes: { [`n${k}`]: 'x' } }));
        const closing = store[Symbol.asyncDispose]();
        await expect(store.write({ notes: { late: 'x' } })).rejects.toMatchObject({ name: 'Unavailable' });
        await closing;
        await Promise.all(writes);
        expect(await reopened((other) => other.note('n49'))).toBe('x');
        expect(await reopened((other) => other.note('late'))).toBeUndefined();
        await expect(store.note('n49')).rejects.toMatchObject({ name: 'Unavailable' });
      });

      it('is refused by a store that is open for reading', async () => {
        await reopened(async (other) => {
          expect(other.readOnly).toBe(true);
          await expect(other.write({ notes: { a: 'b' } })).rejects.toMatchObject({ name: 'Unavailable' });
          await expect(other.reduce(noon)).rejects.toMatchObject({ name: 'Unavailable' });
        });
      });

      it('changes the data version for every reader, and only when something changed', async () => {
        await using other = await open(at, { readOnly: true });
        const versions = async () => [await store.dataVersion(), await other.dataVersion()];
        const first = await versions();
        await store.write({ notes: { a: '1' } });
        const second = await versions();
        expect(second[0]).not.toBe(first[0]);
        expect(second[1]).not.toBe(first[1]);
        await store.write({ notes: { a: '1' }, places: [place('A')], variables: [wind] });
        await expect(store.write({ notes: { b: '2' }, removePlaces: ['Z'] })).rejects.toThrow();
        await expect(store.write({ notes: { b: '2' }, runs: [run({ place: 'Z' })] })).rejects.toThrow();
        expect(await versions()).toEqual(second);
      });
    });

    it('sums up what is inside', async () => {
      const empty = await store.summary();
      expect(empty).toMatchObject({ places: 2, runs: 0, observations: 0, predictions: 0 });
      expect([empty.from, empty.until, empty.knownUntil]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      await store.write({
        runs: [run(), run({ source: 'icon', issuedAt: noon + DAY, knownAt: noon + 9 * DAY })],
        observations: block([
          observation({ validTime: noon - DAY }),
          observation({ validTime: noon + 2 * DAY }),
        ]),
        predictions: [prediction()],
      });
      const full = await store.summary();
      expect(full).toMatchObject({ places: 2, runs: 2, observations: 2, predictions: 1 });
      expect([full.from, full.until, full.knownUntil]).toEqual([noon - DAY, noon + 2 * DAY, noon + 9 * DAY]);
      expect(full.bytes).toBeGreaterThan(0);
      expect(await store.check()).toEqual([]);
    });

    describe('reduce', () => {
      const ensemble: Layout = {
        columns: [...Array.from({ length: 10 }, (_, k) => `member_${k + 1}`), 'model_1', 'x_height'],
        series: [{ variable: 'temperature_2m', leads: [0, 3] }],
      };
      // Members 1 … 10 and one missing: mean 5.5, variance 82.5 / 9, and 2 … 10 without the first.
      const members = [3, 1, 2, 4, 5, 6, 7, 8, 9, 10];
      const numbers = [...members, 5.4, 411.1, ...members.with(1, Number.NaN), 6.1, 411.1];
      const issued = run({ layout: ensemble, numbers });

      it('does nothing where nothing is scored', async () => {
        await store.write({ runs: [issued], predictions: [prediction()] });
        expect(await store.reduce(noon + 9 * DAY)).toEqual({ runs: 0, predictions: 0 });
        expect(await runsIn(store)).toEqual([asIssued(issued)]);
      });

      it('leaves runs as they are where predictions alone are asked for', async () => {
        await store.write({
          runs: [issued],
          predictions: [prediction()],
          notes: { 'loop.verified': String(noon + 4 * HOUR) },
        });
        expect(await store.reduce(noon + 9 * DAY, 'predictions')).toEqual({ runs: 0, predictions: 1 });
        expect(await runsIn(store)).toEqual([asIssued(issued)]);
        expect(await store.note('store.reduced')).toBeUndefined();
      });

      it('replaces members by mean, deviation and quantiles, and experts by what was served', async () => {
        const late = run({ layout: ensemble, numbers, issuedAt: noon + DAY });
        await store.write({
          runs: [issued, late, run({ source: 'small' })],
          predictions: [
            prediction(),
            prediction({ issuedAt: noon + 1, validTimes: Float64Array.of(0, noon + DAY) }),
          ],
          notes: { 'loop.verified': String(noon + 4 * HOUR) },
        });
        expect(await store.reduce(noon + 9 * DAY)).toEqual({ runs: 1, predictions: 1 });
        const [reduced, ...others] = await runsIn(store);
        expect(reduced).toMatchObject({ place: 'A', source: 'gfs', issuedAt: noon, knownAt: noon + HOUR });
        expect(reduced.layout).toEqual({
          columns: [
            'model_1',
            'x_height',
            'x_member_mean',
            'x_member_sd',
            'x_member_q10',
            'x_member_q50',
            'x_member_q90',
          ],
          series: ensemble.series,
        });
        const steps = [
          [5.4, 411.1, 5.5, 3.028, 1.5, 5.5, 9.5],
          [6.1, 411.1, 6, 2.739, 2, 6, 10],
        ];
        expect(reduced.values).toEqual(steps.flat());
        expect(others).toEqual([late, run({ source: 'small' })].map(asIssued));
        const [served, kept] = await gather(store.predictions());
        expect(served).toEqual(
          prediction({ contenders: ['served'], quantiles: Float32Array.of(1, 2, 3, 4, 5, 6) }),
        );
        expect(kept.contenders).toEqual(['served', 'raw']);
        expect(await store.check()).toEqual([]);
      });

      it('goes no further than asked, and once', async () => {
        await store.write({
          runs: [0, 1, 2].map((day) => run({ layout: ensemble, numbers, issuedAt: noon + day * DAY })),
          predictions: [prediction()],
          notes: { 'loop.verified': String(noon + 9 * DAY) },
        });
        expect(await store.reduce(noon + 2 * HOUR)).toEqual({ runs: 0, predictions: 0 });
        expect(await store.reduce(noon + 2 * HOUR + 1)).toEqual({ runs: 0, predictions: 1 });
        expect(await store.reduce(noon + 3 * HOUR)).toEqual({ runs: 0, predictions: 0 });
        expect(await store.reduce(noon + 3 * HOUR + 1)).toEqual({ runs: 1, predictions: 0 });
        expect(await store.reduce(noon + 5 * DAY)).toEqual({ runs: 2, predictions: 0 });
        expect(await store.reduce(noon + 5 * DAY)).toEqual({ runs: 0, predictions: 0 });
      });

      it('knows a run again that it reduced, and still refuses one that contradicts what was kept', async () => {
        await store.write({ runs: [issued], notes: { 'loop.verified': String(noon + DAY) } });
        await store.reduce(noon + DAY);
        expect(await store.write({ runs: [issued] })).toEqual(nothing);
        const other = run({ layout: ensemble, numbers: numbers.with(10, 99) });
        await expect(store.write({ runs: [other] })).rejects.toMatchObject({ name: 'InvalidData' });
      });

      it('lets others write meanwhile', async () => {
        await store.write({
          runs: Array.from({ length: 30 }, (_, k) =>
            run({ layout: ensemble, numbers, issuedAt: noon + k * HOUR }),
          ),
          notes: { 'loop.verified': String(noon + 9 * DAY) },
        });
        const reducing = store.reduce(noon + 9 * DAY);
        let reduced = false;
        const done = reducing.then(() => {
          reduced = true;
        });
        await store.write({ notes: { meanwhile: 'yes' } });
        expect(reduced).toBe(false);
        await done;
        expect((await reducing).runs).toBe(30);
      });
    });

    it('backs up into a new file that is a store like it', async () => {
      await store.write({ runs: [run()], notes: { a: 'b' } });
      const copy = location();
      await store.backup(copy);
      await store.write({ notes: { a: 'c' } });
      await expect(store.backup(copy)).rejects.toMatchObject({ name: 'Usage' });
      await using other = await open(copy);
      expect(await runsIn(other)).toEqual([asIssued(run())]);
      expect(await other.note('a')).toBe('b');
      expect(await other.write({ runs: [run({ source: 'icon' })] })).toMatchObject({ runs: 1 });
    });
  });
}

describeStore('SQLite', inTemporaryFolder());

function inTemporaryFolder(): StoreKind {
  const folder = mkdtempSync(join(tmpdir(), 'weatherglass-store-'));
  let count = 0;
  return {
    location: () => join(folder, `store-${count++}.sqlite`),
    open: (location, options) => openStore(location, options),
    removeAll: () => rmSync(folder, { recursive: true }),
  };
}
