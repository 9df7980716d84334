import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../store/sqlite-store.ts';
import type { ObservationBlock, Store } from '../store/store.ts';
import { findVariable } from '../weather/variable.ts';
import { acceptObservations, type ReportedObservation } from './accept-observations.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.UTC(2026, 0, 10, 12);
const folder = mkdtempSync(join(tmpdir(), 'weatherglass-accept-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
let store: Store;
beforeEach(async () => {
  store = await openStore(join(folder, `${files++}.db`));
  await store.write({
    places: ['garden', 'roof'].map((name) => ({
      name,
      latitude: 47,
      longitude: 8,
      elevation: 400,
      zone: 'UTC',
    })),
    variables: ['temperature_2m', 'wind_speed_10m', 'precipitation', 'relative_humidity_2m'].map((name) =>
      findVariable(name),
    ),
  });
});
afterEach(() => store[Symbol.asyncDispose]());

const reading = (given: Partial<ReportedObservation> = {}): ReportedObservation => ({
  place: 'garden',
  variable: 'temperature_2m',
  validTime: now - HOUR,
  value: 3,
  ...given,
});
const accept = (reported: readonly ReportedObservation[], at = now) =>
  acceptObservations(store, reported, { now: at, origin: 'push' });
/** Reports and writes; how many values were new. */
async function push(reported: readonly ReportedObservation[], at = now): Promise<number> {
  const changes = await accept(reported, at);
  await store.write(changes);
  return changes.observations.rows;
}

function rowsOf(block: ObservationBlock) {
  return Array.from({ length: block.rows }, (_, row) => ({
    place: block.places[block.place[row]],
    variable: block.variables[block.variable[row]],
    origin: block.origins[block.origin[row]],
    validTime: block.validTime[row],
    knownAt: block.knownAt[row],
    value: block.value[row],
    flag: block.flag[row],
  }));
}
const stored = async () => (await Array.fromAsync(store.observations())).flatMap(rowsOf);

/** A reading an hour for the last days: 12 to 23 °C by the hour of the day. */
const mildDays = Array.from({ length: 48 }, (_, k) =>
  reading({ validTime: now - (48 - k) * HOUR, value: 12 + (k % 12) }),
);

/** The refusal of a batch, which leaves the store as it was. */
async function refusal(reported: readonly ReportedObservation[]): Promise<string> {
  const before = await store.dataVersion();
  let message = '';
  try {
    await accept(reported);
  } catch (error) {
    expect(error).toMatchObject({ name: 'InvalidData' });
    message = (error as Error).message;
  }
  expect(await store.dataVersion()).toBe(before);
  return message;
}

describe('reported values', () => {
  test('become observations known now, in the units of their variables', async () => {
    const batch = [
      reading({ value: 50, unit: '°F' }),
      reading({ place: 'roof', variable: 'wind_speed_10m', value: 36, unit: 'km/h' }),
      reading({ place: 'roof', variable: 'relative_humidity_2m', value: 81 }),
    ];
    expect(await push(batch)).toBe(3);
    const common = { origin: 'push', validTime: now - HOUR, knownAt: now, flag: '' };
    expect(await stored()).toEqual([
      { ...common, place: 'garden', variable: 'temperature_2m', value: expect.closeTo(10, 12) as number },
      { ...common, place: 'roof', variable: 'wind_speed_10m', value: expect.closeTo(10, 12) as number },
      { ...common, place: 'roof', variable: 'relative_humidity_2m', value: 81 },
    ]);
  });

  test('that are known already change nothing, whoever reports them again and when', async () => {
    const batch = [reading({ value: 50, unit: '°F' }), reading({ place: 'roof', value: -3.5 })];
    expect(await push(batch)).toBe(2);
    expect(await push(batch, now + DAY)).toBe(0);
    expect(await push([...batch, reading({ validTime: now - 2 * HOUR })], now + DAY)).toBe(1);
    expect(await stored()).toHaveLength(3);
  });

  test('that differ are revisions, and null takes a value back, once', async () => {
    await push([reading({ value: 3 })]);
    expect(await push([reading({ value: 4 })], now + 1)).toBe(1);
    expect(await push([reading({ value: null })], now + 2)).toBe(1);
    expect(await push([reading({ value: null })], now + 3)).toBe(0);
    expect(await push([reading({ value: 3 })], now + 4)).toBe(1);
    expect((await stored()).map(({ knownAt, value }) => [knownAt - now, value])).toEqual([
      [0, 3],
      [1, 4],
      [2, Number.NaN],
      [4, 3],
    ]);
  });

  test('of no number are no batch', async () => {
    expect(await push([])).toBe(0);
  });

  test.each([
    ['precipitation', -0.005, 0],
    ['relative_humidity_2m', 103, 100],
    ['wind_speed_10m', 0, 0],
  ])(
    'of %s a little beyond what is possible are inaccuracy: %d counts as %d',
    async (variable, value, kept) => {
      await push([reading({ variable, value })]);
      expect((await stored()).map((one) => one.value)).toEqual([kept]);
    },
  );

  test('may be a minute ahead of the clock, and are known when they are valid', async () => {
    const early = reading({ validTime: now + 60_000 });
    expect(await push([early])).toBe(1);
    expect((await stored())[0].knownAt).toBe(now + 60_000);
    expect(await push([early], now + 60_000)).toBe(0);
  });
});

describe('a batch is refused whole', () => {
  test('for a place or variable that is not there, with the nearest names', async () => {
    await expect(accept([reading({ place: 'gardn' })])).rejects.toMatchObject({
      name: 'NotFound',
      message: expect.stringContaining('garden') as string,
    });
    await expect(accept([reading({ variable: 'temprature_2m' })])).rejects.toMatchObject({
      name: 'NotFound',
      message: expect.stringContaining('temperature_2m') as string,
    });
  });

  test.each<readonly [string, Partial<ReportedObservation>, string]>([
    [
      'from the future',
      { validTime: now + 60_001 },
      'temperature_2m of garden at 2026-01-10T12:01:00.001Z is observed in the future: it is 2026-01-10T12:00Z now',
    ],
    [
      'colder than anything',
      { value: -274 },
      'temperature_2m of garden at 2026-01-10T11:00Z cannot be -274 °C',
    ],
    ['impossible in its own unit', { value: -500, unit: '°F' }, 'cannot be -500 °F'],
    ['of negative rain', { variable: 'precipitation', value: -1 }, 'the least is 0 mm'],
    ['more than all', { variable: 'relative_humidity_2m', value: 120 }, 'the most is 100 %'],
    ['no number', { value: Number.NaN }, 'Send null for a value that is missing'],
    ['infinite', { variable: 'precipitation', value: Infinity }, 'cannot be Infinity mm'],
    ['in a unit of another quantity', { value: 3, unit: 'mm' }, 'of length cannot become °C'],
    ['in a unit that is unknown', { value: 3, unit: 'parrots' }, 'Unknown unit "parrots"'],
    ['in kelvins by mistake', { value: 285 }, 'declare the unit K'],
  ])('for a value %s', async (_, given, says) => {
    expect(await refusal([reading({ validTime: now - 2 * HOUR }), reading(given)])).toContain(says);
  });

  test('for a value that is reported twice', async () => {
    expect(await refusal([reading(), reading({ place: 'roof' }), reading({ value: 4 })])).toBe(
      'temperature_2m of garden at 2026-01-10T11:00Z is reported twice in one batch; report it once',
    );
  });

  test('for a temperature in °F that is declared in °C, with the unit it must be in', async () => {
    await push(mildDays);
    expect(await refusal([reading({ validTime: now, value: 64.4 })])).toBe(
      'temperature_2m of garden at 2026-01-10T12:00Z is 64.4 °C, but the last outcomes there are 12 to 23 °C. In °F it would be 18.0 °C: declare the unit °F.',
    );
    // Declared rightly, it is a mild day; another place says nothing about this one.
    expect(await push([reading({ validTime: now, value: 64.4, unit: '°F' })])).toBe(1);
    expect(await push([reading({ place: 'roof', value: 58 })])).toBe(1);
  });
});

describe('a revision within the same millisecond', () => {
  test('is known a millisecond after the one it revises, as often as it comes', async () => {
    for (const [k, value] of [5, 6, 7].entries()) {
      const { observations } = await accept([reading({ value })]);
      expect(observations.knownAt[0]).toBe(now + k);
      await store.write({ observations });
    }
  });
});

describe('what is genuine is accepted', () => {
  test.each([
    ['a cold snap', 'temperature_2m', -14],
    ['a hot day', 'temperature_2m', 37],
  ])('%s', async (_, variable, value) => {
    await push(mildDays);
    expect(await push([reading({ variable, validTime: now, value })])).toBe(1);
  });

  test('a storm', async () => {
    await push(mildDays.map((one) => ({ ...one, variable: 'wind_speed_10m', value: 2 })));
    expect(await push([reading({ variable: 'wind_speed_10m', validTime: now, value: 62 })])).toBe(1);
  });

  test('the first value there ever was, and one after a long silence', async () => {
    expect(await push([reading({ value: 58 })])).toBe(1);
    const longAgo = mildDays.map((one) => ({ ...one, place: 'roof', validTime: one.validTime - 62 * DAY }));
    await push(longAgo);
    expect(await push([reading({ place: 'roof', value: 58 })])).toBe(1);
  });

  test('where the values to compare with are flagged or not known yet', async () => {
    const block = (await accept(mildDays)).observations;
    await store.write({ observations: { ...block, flag: block.flag.map(() => 'stuck') } });
    expect(await push([reading({ validTime: now, value: 58 })])).toBe(1);
    await push(
      mildDays.map((one) => ({ ...one, place: 'roof' })),
      now + DAY,
    );
    expect(await push([reading({ place: 'roof', validTime: now, value: 58 })], now)).toBe(1);
  });
});
