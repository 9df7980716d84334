import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPool } from '../src/index.ts';
import { replay } from '../src/pipeline/loop.ts';
import { readMixing } from '../src/pipeline/mixing.ts';
import { type PredictManyOptions, predictMany } from '../src/pipeline/predict-many.ts';
import { train } from '../src/pipeline/train.ts';
import { mergeParts } from '../src/store/run-parts.ts';
import { packValues } from '../src/store/run-values.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { type Run, type Store, verifiedNote } from '../src/store/store.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import {
  dumpOf,
  firstDay,
  importRows,
  pairsTable,
  type SimulatedHistory,
  type SimulatedRow,
  simulatedHistory,
  temporaryFolder,
} from './loop-tables.ts';

const folder = temporaryFolder('predict-many');
const pool = openPool(2);
afterAll(() => pool[Symbol.asyncDispose]());

const DAYS = 40;
const day = (number: number) => firstDay + number * msPerDay;
/** When the last runs are known, but no outcome of theirs. */
const asOf = day(DAYS - 1) + 8 * msPerHour;
const levels = [0.1, 0.5, 0.9];
const shape: SimulatedHistory = { days: DAYS, places: 3, leads: [24, 48] };
const both = ['temperature_2m', 'wind_speed_10m'] as const;

let stores = 0;
async function storeOf(
  tables: readonly (readonly [source: string, rows: readonly SimulatedRow[]])[],
): Promise<Store> {
  const name = join(folder, `${++stores}`);
  const store = await openStore(`${name}.db`);
  for (const [k, [source, rows]] of tables.entries())
    await importRows(store, `${name}-${k}.csv`, pairsTable(rows), source);
  return store;
}

interface Row {
  readonly variable: string;
  readonly validTime: number;
  readonly runTime: number;
  readonly quantiles: readonly number[];
}

/** What is predicted: rows by the index of the place, in the order in which they came. */
async function predicted(store: Store, places: readonly string[], options: Partial<PredictManyOptions> = {}) {
  const rows = new Map<number, Row[]>();
  let empty = 0;
  const result = await predictMany(store, places, { asOf, levels, ...options }, pool, (block) => {
    if (block.quantiles.length === 0) empty++;
    for (const {
      index,
      rows: { variables },
      at,
    } of block.predicted) {
      const own: Row[] = [];
      let from = at;
      for (const { name, validTimes, runTimes } of variables)
        validTimes.forEach((validTime, t) => {
          const quantiles = [...block.quantiles.subarray(from, (from += block.levels.length))];
          own.push({ variable: name, validTime, runTime: runTimes[t], quantiles });
        });
      rows.set(index, own);
    }
  });
  return { ...result, rows, empty };
}

let usual: Store;
beforeAll(async () => {
  // Of two sources one has the wind, both the temperature.
  usual = await storeOf([
    ['a', simulatedHistory({ ...shape, variables: both })],
    ['b', simulatedHistory({ ...shape, columns: ['model_b'], seed: 'b' })],
  ]);
  await train(usual, { asOf }, pool);
});
afterAll(() => usual[Symbol.asyncDispose]());

test('a place: every variable and valid time ahead, from the newest runs', async () => {
  const { rows, failures } = await predicted(usual, ['Place 2']);
  expect(failures).toEqual([]);
  const run = day(DAYS - 1);
  const { quantiles: _, ...first } = rows.get(0)![0];
  expect(first).toEqual({ variable: 'temperature_2m', validTime: run + 24 * msPerHour, runTime: run });
  expect(
    rows.get(0)!.map(({ variable, validTime }) => `${variable} ${(validTime - run) / msPerHour}`),
  ).toEqual(['temperature_2m 24', 'temperature_2m 48', 'wind_speed_10m 24', 'wind_speed_10m 48']);
  for (const { quantiles } of rows.get(0)!) {
    expect(quantiles).toEqual(quantiles.toSorted((a, b) => a - b));
    expect(quantiles[2] - quantiles[0]).toBeGreaterThan(0.5);
  }
});

test('forecasts 1 too high are mended', async () => {
  const { rows } = await predicted(usual, ['Place 1', 'Place 2', 'Place 3']);
  for (const [index, own] of rows) {
    const [a, b] = [
      await usual.latestRun(`Place ${index + 1}`, 'a'),
      await usual.latestRun(`Place ${index + 1}`, 'b'),
    ];
    const mean = (a!.values.stored[0] + b!.values.stored[0]) / 2;
    const median = own[0].quantiles[1];
    expect(median).toBeLessThan(mean - 0.2);
    expect(median).toBeGreaterThan(mean - 2.5);
  }
});

test('in the order asked, a place twice, one level, one variable, until a time', async () => {
  const places = ['Place 3', 'Place 1', 'Place 3', 'Place 2'];
  const alone = await Promise.all(places.map((place) => predicted(usual, [place])));
  const { rows, predicted: count } = await predicted(usual, places);
  expect(count).toBe(4);
  expect([...rows.keys()]).toEqual([0, 1, 2, 3]);
  alone.forEach((one, k) => expect(rows.get(k)).toEqual(one.rows.get(0)));
  expect(rows.get(0)).toEqual(rows.get(2));
  expect(rows.get(0)).not.toEqual(rows.get(1));

  const less = { levels: [0.5], variables: ['wind_speed_10m'], until: day(DAYS) };
  const { rows: few } = await predicted(usual, ['Place 1'], less);
  const wind = rows.get(1)!.find(({ variable }) => variable === 'wind_speed_10m')!;
  expect(few.get(0)).toEqual([{ ...wind, quantiles: [wind.quantiles[1]] }]);
});

test('many places, in turn', async () => {
  const places = Array.from({ length: 64 * 30 + 5 }, (_, k) => `Place ${(k % 3) + 1}`);
  let last = 0;
  const { rows, failures } = await predicted(usual, places, {
    onProgress(done, total) {
      expect(total).toBe(places.length);
      expect(done).toBeGreaterThan(last);
      last = done;
    },
  });
  expect(last).toBe(places.length);
  expect(failures).toEqual([]);
  expect([...rows.keys()]).toEqual(places.map((_, k) => k));
  for (const [k, own] of rows) expect(own).toEqual(rows.get(k % 3));
});

test('rooms are used again', async () => {
  // Where nobody can be predicted for, a room comes back as it was given: empty only if it is new.
  const places = Array.from({ length: 64 * 130 }, (_, k) => (k < 64 * 30 ? 'Place 1' : 'Atlantis'));
  const { empty, failures } = await predicted(usual, places);
  expect(failures.map(({ index }) => index)).toEqual(Array.from({ length: 64 * 100 }, (_, k) => 64 * 30 + k));
  // Results are handed over in order: while a thread that is slow to start holds up the first, others need rooms of their own.
  expect(empty).toBeLessThan(50);
});

test('nobody is nobody', async () => {
  expect(await predicted(usual, [])).toMatchObject({ predicted: 0, failures: [], moved: {} });
});

test('what fails for one place fails for it alone', async () => {
  await usual.write({
    places: ['Bare', 'Over', 'Strange', 'Empty'].map((name) => ({
      name,
      latitude: 1,
      longitude: 2,
      elevation: 3,
      zone: 'UTC',
    })),
  });
  const model = (await usual.latestRun('Place 1', 'a', asOf))!;
  const [over, empty] = [day(DAYS - 4), day(DAYS - 1)];
  const values = packValues(new Float64Array(model.values.stored.length).fill(Number.NaN));
  const strange: Run = {
    ...model,
    place: 'Strange',
    layout: { columns: ['model_a'], series: [{ variable: 'temperature_2m', leads: [300] }] },
    values: packValues(Float64Array.of(10)),
  };
  await usual.write({
    runs: [
      { ...model, place: 'Over', issuedAt: over, knownAt: over },
      { ...model, place: 'Empty', issuedAt: empty, knownAt: empty, values },
      strange,
    ],
  });
  const places = ['Bare', 'Place 1', 'Over', 'Atlantis', 'Strange', 'Empty', 'Place 2'];
  const { rows, predicted: count, failures } = await predicted(usual, places);
  expect(count).toBe(2);
  expect([...rows.keys()]).toEqual([1, 6]);
  expect(failures.map(({ index, place, error }) => [index, place, error])).toEqual(
    [0, 2, 3, 4, 5].map((index) => [index, places[index], 'NotFound']),
  );
  const messages = failures.map(({ message }) => message);
  expect(messages[0]).toBe('no forecast for Bare is known');
  expect(messages[2]).toBe('no forecast for Atlantis is known');
  for (const k of [1, 3, 4])
    expect(messages[k]).toMatch(
      /^no expert answers for (Over|Strange|Empty): its newest forecasts are over, or empty/,
    );
});

test('what is damaged of one place leaves out that place alone', async () => {
  const file = join(folder, 'damaged.db');
  await usual.backup(file);
  {
    using database = new DatabaseSync(file);
    database.exec(
      `UPDATE run SET data = x'0001' WHERE place = (SELECT id FROM place WHERE name = 'Place 2')`,
    );
  }
  await using store = await openStore(file);
  const places = ['Place 1', 'Place 2', 'Place 3'];
  const { rows, failures } = await predicted(store, places);
  expect([...rows.keys()]).toEqual([0, 2]);
  expect(failures).toMatchObject([
    { index: 1, error: 'InvalidData', message: expect.stringMatching(/^Place 2: .* is damaged/) },
  ]);
});

describe('refused', () => {
  test.each([
    [
      'levels out of order',
      { levels: [0.5, 0.1] },
      'Usage',
      /levels must ascend between 0 and 1, not 0.5, 0.1/,
    ],
    ['no levels', { levels: [] }, 'Usage', /levels must ascend between 0 and 1, not be none/],
    ['a level of 1', { levels: [0.5, 1] }, 'Usage', /levels must ascend/],
    [
      'an unknown variable',
      { variables: ['moonlight'] },
      'NotFound',
      /no variable moonlight in .*; it holds temperature_2m, wind_speed_10m/,
    ],
    ['a time before any training', { asOf: day(3) }, 'NotFound', /nothing was trained by then/],
  ])('%s', async (_, options, name, message) => {
    await expect(predicted(usual, ['Place 1'], options)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message) as string,
    });
  });

  test('a store in which nothing was trained', async () => {
    await using store = await storeOf([['a', simulatedHistory({ ...shape, days: 2 })]]);
    await expect(predicted(store, ['Place 1'])).rejects.toMatchObject({ name: 'NotFound' });
  });
});

test('stopped, it stops', async () => {
  const places = new Array<string>(100_000).fill('Place 1');
  for (const after of [0, 30]) {
    const stop = new AbortController();
    let stopped = Infinity;
    setTimeout(() => {
      stopped = performance.now();
      stop.abort();
    }, after);
    await expect(predicted(usual, places, { signal: stop.signal })).rejects.toMatchObject({
      name: 'Cancelled',
    });
    expect(performance.now() - stopped).toBeLessThan(1000);
  }
});

test('what the receiver throws is thrown, and the pool goes on', async () => {
  const failing = predictMany(usual, ['Place 1'], { asOf, levels }, pool, () => {
    throw new Error('the disk is full');
  });
  await expect(failing).rejects.toThrow('the disk is full');
  expect((await predicted(usual, ['Place 1'])).predicted).toBe(1);
});

test('batches in turn in the same threads, of different stores and levels', async () => {
  await using other = await storeOf([['a', simulatedHistory({ ...shape, bias: 5, seed: 'other' })]]);
  await train(other, { asOf }, pool);
  const places = Array.from({ length: 64 * 8 }, (_, k) => `Place ${(k % 3) + 1}`);
  const ask = [
    [usual, [0.1, 0.9]],
    [other, [0.5]],
    [usual, [0.25]],
  ] as const;
  const apart: Awaited<ReturnType<typeof predicted>>[] = [];
  for (const [store, own] of ask) apart.push(await predicted(store, places, { levels: own }));
  const together = await Promise.all(ask.map(([store, own]) => predicted(store, places, { levels: own })));
  together.forEach(({ rows }, k) => expect(rows).toEqual(apart[k].rows));
  expect(together[0].rows).not.toEqual(together[1].rows);
});

test('a store put in the place of another is read', async () => {
  const file = join(folder, 'replaced.db');
  await usual.backup(file);
  await using first = await openStore(file, { readOnly: true });
  const { rows } = await predicted(first, ['Place 1']);
  const shifted = await storeOf([['a', simulatedHistory({ ...shape, bias: -4, seed: 'shifted' })]]);
  await train(shifted, { asOf }, pool);
  const expected = (await predicted(shifted, ['Place 1'])).rows;
  await shifted[Symbol.asyncDispose]();
  renameSync(shifted.location, file);
  await using second = await openStore(file, { readOnly: true });
  const now = (await predicted(second, ['Place 1'])).rows;
  expect(now).toEqual(expected);
  expect(now).not.toEqual(rows);
});

test('what became known later changes nothing, and nothing is kept', async () => {
  const file = join(folder, 'later.db');
  await usual.backup(file);
  await using store = await openStore(file);
  const before = await predicted(store, ['Place 1', 'Place 2']);
  const model = (await store.latestRun('Place 1', 'a', asOf))!;
  const values = packValues(Float64Array.from(model.values.stored, () => 99));
  await store.write({
    runs: [
      { ...model, issuedAt: asOf, knownAt: asOf + 1, values },
      { ...model, source: 'late', issuedAt: asOf - msPerHour, knownAt: asOf + 1, values },
      // A revision of the same issue.
      { ...model, knownAt: asOf + 1, values },
    ],
  });
  await importRows(
    store,
    join(folder, 'later.csv'),
    pairsTable(simulatedHistory({ ...shape, days: 50, bias: 9, seed: 'later' })),
    'b2',
  );
  await train(store, { asOf: asOf + 20 * msPerDay }, pool);
  const dump = await dumpOf(store);
  const after = await predicted(store, ['Place 1', 'Place 2']);
  const of = (rows: ReadonlyMap<number, Row[]>) => [...rows.values()].flat();
  // Runs of b2 known by then are new, but no expert had learned from them: weights are shared anew among those who answer.
  for (const [k, row] of of(after.rows).entries())
    row.quantiles.forEach((value, j) => expect(value).toBeCloseTo(of(before.rows)[k].quantiles[j], 4));
  expect(await dumpOf(store)).toEqual(dump);
  const now = await predicted(store, ['Place 1', 'Place 2'], { asOf: asOf + 1 });
  expect(of(now.rows).some(({ quantiles }) => quantiles[1] > 50)).toBe(true);
});

test('scores of outcomes that became known later change no weight', async () => {
  // Of two sources that are given much the same weight at first, one turns out to be far worse.
  const last = day(DAYS - 1);
  const rows = (columns: readonly string[], seed: string) =>
    simulatedHistory({ ...shape, days: DAYS + 12, columns, seed });
  await using store = await storeOf([
    ['a', rows(['model_a'], 'a')],
    ['b', rows(['model_b'], 'b')],
  ]);
  const then = { asOf: last + 8 * msPerHour };
  const mixed = async () => (await readMixing(store, then.asOf)).map(({ bands }) => bands);
  // Trained ten days before, and three.
  await replay(store, { from: last - 10 * msPerDay, until: last }, pool);
  const weights = await mixed();
  const { rows: before } = await predicted(store, ['Place 1', 'Place 3'], then);
  expect(before.get(0)!.length).toBeGreaterThan(0);
  await replay(store, { until: last + 3 * msPerDay }, pool);
  // The day that had just begun has been scored as a whole: what its scores say now must not be used.
  expect(await mixed()).not.toEqual(weights);
  const { rows: after } = await predicted(store, ['Place 1', 'Place 3'], then);
  // The loop's own predictions keep six digits of a weight.
  for (const [index, own] of before)
    for (const [k, { quantiles }] of own.entries())
      for (const [j, value] of quantiles.entries())
        expect(after.get(index)![k].quantiles[j]).toBeCloseTo(value, 4);
});

async function newest(store: Store, place: string): Promise<Run> {
  return (await store.latestRun(place, 'a', asOf))!;
}

test('a run that came in parts is one', async () => {
  await using store = await storeOf([['a', simulatedHistory({ ...shape, variables: both })]]);
  await train(store, { asOf }, pool);
  const whole = await newest(store, 'Place 1');
  const issuedAt = whole.issuedAt + msPerHour;
  const parts = whole.layout.series.map((series, k): Run => {
    const values = packValues(
      Float64Array.from(whole.values.stored.subarray(2 * k, 2 * k + 2), (x) => Math.round(100 * x) / 100),
    );
    return {
      ...whole,
      issuedAt,
      knownAt: issuedAt,
      layout: { columns: whole.layout.columns, series: [series] },
      values,
    };
  });
  await store.write({ runs: parts });
  await store.write({ runs: [{ ...mergeParts(parts), place: 'Place 2' }] });
  expect((await store.latestRun('Place 1', 'a', asOf))!.layout.series).toHaveLength(2);
  const { rows } = await predicted(store, ['Place 1', 'Place 2']);
  expect(rows.get(0)).toHaveLength(4);
  // Their stations differ, but by less than a degree.
  rows.get(0)!.forEach(({ quantiles, runTime }, k) => {
    expect(runTime).toBe(issuedAt);
    quantiles.forEach((value, j) => expect(Math.abs(value - rows.get(1)![k].quantiles[j])).toBeLessThan(1));
  });
});

test('in a store that was made smaller, ensembles are read as their summaries', async () => {
  const members = Array.from({ length: 8 }, (_, k) => `member_${k + 1}`);
  await using store = await storeOf([['a', simulatedHistory({ ...shape, columns: members })]]);
  // As long as it was not, they are read as they are.
  await train(store, { asOf: asOf - msPerHour }, pool);
  expect((await predicted(store, ['Place 1'])).failures).toEqual([]);
  await store.write({ notes: { [verifiedNote]: String(day(DAYS + 10)) } });
  expect((await store.reduce(day(DAYS - 2))).runs).toBeGreaterThan(0);
  await train(store, { asOf }, pool);
  expect((await newest(store, 'Place 1')).layout.columns).toEqual(members);
  const full = await predicted(store, ['Place 1', 'Place 2']);
  await store.reduce(day(DAYS + 10));
  expect((await newest(store, 'Place 1')).layout.columns).toContain('x_member_mean');
  const reduced = await predicted(store, ['Place 1', 'Place 2']);
  expect(reduced.failures).toEqual([]);
  for (const [index, rows] of full.rows)
    rows.forEach(({ quantiles }, k) =>
      quantiles.forEach((value, j) => expect(reduced.rows.get(index)![k].quantiles[j]).toBeCloseTo(value, 2)),
    );
});
