import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPool } from '../src/index.ts';
import { replay, step } from '../src/pipeline/loop.ts';
import { verify } from '../src/pipeline/verify.ts';
import { seededRandom } from '../src/scores/random.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Store } from '../src/store/store.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import {
  dumpOf,
  firstDay,
  forecastsTable,
  importRows,
  outcomesTable,
  predictionsOf,
  predictionText,
  problemsIn,
  type SimulatedRow,
  type StoreDump,
  simulatedHistory,
  temporaryFolder,
} from './loop-tables.ts';

/** What the loop says and learns by a time depends on nothing that became known later: to the last bit. */

const folder = temporaryFolder('leaks');
const pool = openPool(2);
afterAll(() => pool[Symbol.asyncDispose]());

const day = (number: number) => firstDay + number * msPerDay;
const DAYS = 62;
const from = day(44);
/** The time that nothing may be known beyond, in the middle of a day. */
const present = day(52) + 10 * msPerHour;
const until = day(57);

/** What two sources said, and what happened. */
interface World {
  readonly forecasts: Readonly<Record<string, readonly SimulatedRow[]>>;
  readonly outcomes: readonly SimulatedRow[];
}

/** Nothing arrives in order: forecasts come up to 9 hours late, some after days, and outcomes likewise. */
function untidy(rows: readonly SimulatedRow[], seed: string): SimulatedRow[] {
  const random = seededRandom(seed);
  const known = new Map<string, number>();
  const available = new Map<string, number>();
  const once = (times: Map<string, number>, key: string, time: () => number) =>
    times.get(key) ?? times.set(key, time()).get(key)!;
  return rows.map((row) => ({
    ...row,
    available: once(available, `${row.place} ${row.issued}`, () =>
      Math.floor(row.issued + (random() < 0.1 ? 2 * msPerDay : 9 * msPerHour) * random()),
    ),
    known: once(known, `${row.place} ${row.variable} ${row.valid}`, () =>
      Math.floor(row.valid + (random() < 0.25 ? 12 * msPerDay : 6 * msPerHour) * random()),
    ),
  }));
}

const shape = {
  days: DAYS,
  places: 3,
  variables: ['temperature_2m', 'wind_speed_10m'],
  leads: [24, 72],
} as const;
const ensemble = untidy(
  simulatedHistory({ ...shape, columns: ['member_1', 'member_2', 'member_3', 'x_sun'] }),
  'arrivals',
);
const single = untidy(
  simulatedHistory({ ...shape, columns: ['model_b'], seed: 'b', hours: [6] }),
  'arrivals of b',
);
const honest: World = { forecasts: { a: ensemble, b: single }, outcomes: ensemble };

let stores = 0;

/** A store that holds a world. */
async function storeOf(
  { forecasts, outcomes }: World,
  revisions: readonly SimulatedRow[] = [],
): Promise<Store> {
  const name = join(folder, `${stores++}`);
  const store = await openStore(`${name}.db`);
  for (const [source, rows] of Object.entries(forecasts))
    await importRows(store, `${name}-${source}.csv`, forecastsTable(rows), source);
  await importRows(store, `${name}-outcomes.csv`, outcomesTable(outcomes));
  await importRows(store, `${name}-revisions.csv`, outcomesTable(revisions));
  return store;
}

/** What a replay had said and learned by a time. */
async function saidBy(store: Store, time: number) {
  const predictions = (await predictionsOf(store)).filter(({ issuedAt }) => issuedAt <= time);
  return {
    predictions: predictions.map(predictionText),
    artefacts: (await store.artefacts({ trainedUntil: time })).map(
      ({ data, ...one }) => `${JSON.stringify(one)} ${Buffer.from(data).toString('base64').slice(-40)}`,
    ),
  };
}

/** What was said and learned, as texts. */
type Said = Pick<StoreDump, 'predictions' | 'artefacts'>;

/** The first of what one said and the other did not. */
function differences(one: Said, other: Said) {
  const only = (here: readonly string[], there: readonly string[]) => {
    const known = new Set(there);
    return here.filter((text) => !known.has(text)).slice(0, 3);
  };
  return (['artefacts', 'predictions'] as const).flatMap((kind) => [
    ...only(one[kind], other[kind]),
    ...only(other[kind], one[kind]),
  ]);
}

/** Replays a world to its end, and says what was said by a time. */
async function replayed(world: World, time = present, revisions: readonly SimulatedRow[] = []) {
  await using store = await storeOf(world, revisions);
  await replay(store, { from, until }, pool);
  expect(await problemsIn(store)).toEqual([]);
  return await saidBy(store, time);
}

function wild(world: World): World {
  const random = seededRandom('wild');
  const value = () => Math.round(3000 * random()) / 100;
  const forecasts = Object.fromEntries(
    Object.entries(world.forecasts).map(([source, rows]) => [
      source,
      rows.map((row) =>
        row.available <= present
          ? row
          : {
              ...row,
              forecasts: Object.fromEntries(Object.keys(row.forecasts).map((column) => [column, value()])),
            },
      ),
    ]),
  );
  const values = new Map<string, number>();
  const outcomes = world.outcomes.map((row) => {
    if (row.known <= present) return row;
    const key = `${row.place} ${row.variable} ${row.valid}`;
    const outcome = values.get(key) ?? value();
    values.set(key, outcome);
    return { ...row, outcome };
  });
  return { forecasts, outcomes };
}

function removed({ forecasts, outcomes }: World): World {
  return {
    forecasts: Object.fromEntries(
      Object.entries(forecasts).map(([source, rows]) => [
        source,
        rows.filter((row) => row.available <= present),
      ]),
    ),
    outcomes: outcomes.filter(({ known }) => known <= present),
  };
}

let truth: Said;
beforeAll(async () => {
  truth = await replayed(honest);
}, 60_000);

describe('what a replay says by a time', () => {
  it('is what it would have said had everything later been otherwise', async () => {
    const said = truth;
    expect(said.predictions.length).toBeGreaterThan(40);
    expect(differences(await replayed(wild(honest)), said)).toEqual([]);
  });

  it('is what it would have said had nothing come later', async () => {
    expect(differences(await replayed(removed(honest)), truth)).toEqual([]);
  });

  it('does depend on what was known', async () => {
    const random = seededRandom('shuffled');
    const outcomes = honest.outcomes.map((row) =>
      row.known <= from ? { ...row, outcome: Math.round(3000 * random()) / 100 } : row,
    );
    const values = new Map(outcomes.map((row) => [`${row.place} ${row.variable} ${row.valid}`, row]));
    const said = await replayed({ ...honest, outcomes: [...values.values()] });
    expect(said.predictions.length).toBe(truth.predictions.length);
    expect(said.predictions).not.toEqual(truth.predictions);
  });

  it('is the same where it stops there', async () => {
    const end = day(52);
    await using whole = await storeOf(honest);
    await replay(whole, { from, until: end }, pool);
    await using part = await storeOf(removed(honest));
    await replay(part, { from, until: end }, pool);
    const [a, b] = [await dumpOf(whole), await dumpOf(part)];
    expect({ ...a, runs: [], observations: [] }).toEqual({ ...b, runs: [], observations: [] });
    expect(a.scores.length).toBeGreaterThan(60);
  });

  it.each([
    ['source', { ...honest.forecasts, c: single.filter(({ available }) => available > present) }],
    [
      'column',
      {
        a: ensemble.map((row) =>
          row.available > present ? { ...row, forecasts: { ...row.forecasts, x_new: 1 } } : row,
        ),
        b: single,
      },
    ],
    [
      'lead',
      {
        ...honest.forecasts,
        a: [
          ...ensemble,
          ...ensemble
            .filter(({ available, issued, valid }) => available > present && valid - issued === msPerDay)
            .map((row) => ({ ...row, valid: row.valid + msPerDay, known: row.valid + 2 * msPerDay })),
        ],
      },
    ],
  ])('does not depend on a %s that begins later', async (_, forecasts) => {
    expect(differences(await replayed({ ...honest, forecasts }), truth)).toEqual([]);
  });

  it('does not depend on a source that begins later to forecast a place observed until then', async () => {
    const place = 'Place 3';
    const elsewhere = Object.fromEntries(
      Object.entries(honest.forecasts).map(([source, rows]) => [
        source,
        rows.filter((row) => row.place !== place),
      ]),
    );
    const without: World = { forecasts: elsewhere, outcomes: honest.outcomes };
    const later = single.filter((row) => row.place === place && row.available > present);
    const withIt: World = {
      forecasts: { ...elsewhere, b: [...elsewhere.b, ...later] },
      outcomes: honest.outcomes,
    };
    const said = await replayed(without);
    expect(said.predictions.some((text) => text.startsWith(place))).toBe(true);
    expect(differences(await replayed(withIt), said)).toEqual([]);
  });
});

describe('an outcome that is corrected', () => {
  const correctedAt = day(53) + 5 * msPerHour;
  const corrections = ensemble
    .filter(({ place, known }) => place === 'Place 2' && known < day(50))
    .map((row) => ({ ...row, outcome: row.outcome! + 8, known: correctedAt }));

  it('changes nothing before the correction was known, and something after', async () => {
    await using without = await storeOf(honest);
    await replay(without, { from, until }, pool);
    await using corrected = await storeOf(honest, corrections);
    await replay(corrected, { from, until }, pool);
    expect(await problemsIn(corrected)).toEqual([]);
    expect(differences(await saidBy(corrected, correctedAt), await saidBy(without, correctedAt))).toEqual([]);
    expect((await saidBy(corrected, until)).predictions).not.toEqual(
      (await saidBy(without, until)).predictions,
    );
  });
});

describe('a loop that steps live', () => {
  /** Of source a at 06:00, of b at 09:00; outcomes are known at 18:00. */
  const tidy = (rows: readonly SimulatedRow[], hour: number) =>
    rows.map((row) => ({
      ...row,
      available: Math.floor(row.issued / msPerDay) * msPerDay + hour * msPerHour,
      known: Math.floor(row.valid / msPerDay) * msPerDay + 18 * msPerHour,
    }));
  const world: World = {
    forecasts: { a: tidy(ensemble, 6), b: tidy(single, 9) },
    outcomes: [...tidy(ensemble, 6), ...tidy(single, 9)],
  };

  it('says, learns and scores what a replay of the same days does', async () => {
    await using all = await storeOf(world);
    const result = await replay(all, { from, until }, pool);
    expect(result).toMatchObject({ days: 13, trainings: 2, unanswered: 0 });

    const then = (after: number, time: number): World => ({
      forecasts: Object.fromEntries(
        Object.entries(world.forecasts).map(([source, rows]) => [
          source,
          rows.filter(({ available }) => available > after && available <= time),
        ]),
      ),
      outcomes: world.outcomes.filter(({ known }) => known > after && known <= time),
    });
    // Live begins where a replay of what there was has ended.
    const begin = from + msPerDay;
    await using live = await storeOf(then(-Infinity, begin));
    let { trainings } = await replay(live, { from, until: begin }, pool);
    let last = begin;
    for (let midnight = begin; midnight < until; midnight += msPerDay)
      for (const hour of [0, 6, 9, 18]) {
        const now = midnight + hour * msPerHour;
        const { forecasts, outcomes } = then(last, now);
        for (const [source, rows] of Object.entries(forecasts))
          await importRows(live, join(folder, `live ${source}.csv`), forecastsTable(rows), source);
        await importRows(live, join(folder, 'live outcomes.csv'), outcomesTable(outcomes));
        // What is known by the evening is scored at midnight, as a replay does.
        if (hour !== 18 && (await step(live, { asOf: now }, pool)).trained !== undefined) trainings++;
        last = now;
      }
    await verify(live, { asOf: until }, pool);
    expect(trainings).toBe(2);
    expect(await problemsIn(live)).toEqual([]);
    const [a, b] = [await dumpOf(all), await dumpOf(live)];
    expect(differences(a, b)).toEqual([]);
    expect(b.scores).toEqual(a.scores);
    expect(a.scores.length).toBeGreaterThan(100);
  });
});
