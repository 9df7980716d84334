import { expect, it } from 'vitest';
import { sensorObservations } from '../src/collect/sensor-hours.ts';
import type { Store } from '../src/store/store.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { storeWith } from './hand-made-runs.ts';
import { temporaryFolder } from './loop-tables.ts';

const folder = temporaryFolder('sensor-hours');
const noon = Date.UTC(2026, 2, 10, 12);
const minute = 60_000;

/** Pushes a temperature of a time, received at another. */
async function push(store: Store, time: number, value: number, receivedAt: number): Promise<void> {
  const reading = { place: 'Garden', variable: 'temperature_2m', periodHours: 0 };
  await store.write({ readings: [{ ...reading, time, value, receivedAt }] });
}

/** Hours and temperatures in the order in which they became known. */
async function observed(store: Store): Promise<readonly (readonly [hour: number, value: number])[]> {
  const rows: (readonly [known: number, hour: number, value: number])[] = [];
  for await (const block of store.observations())
    block.validTime.forEach((time, row) =>
      rows.push([block.knownAt[row], (time - noon) / msPerHour, block.value[row]]),
    );
  return rows.sort(([a], [b]) => a - b).map(([, hour, value]) => [hour, value]);
}

it('makes hours that are over, once, and revises them for three hours', async () => {
  await using store = await storeWith(folder);
  await push(store, noon - 4 * minute, 10, noon);
  // Ten minutes later nothing nearer can come.
  expect(await sensorObservations(store, noon + 9 * minute)).toBe(0);
  expect(await sensorObservations(store, noon + 10 * minute)).toBe(1);
  expect(await sensorObservations(store, noon + 11 * minute)).toBe(0);
  await push(store, noon + 4 * minute, 12, noon + 2.9 * msPerHour);
  expect(await sensorObservations(store, noon + 2.9 * msPerHour)).toBe(1);
  expect(await observed(store)).toEqual([
    [0, 10],
    [0, 11],
  ]);
});

it('makes what comes days late where nothing is known, and leaves what is known as it is', async () => {
  await using store = await storeWith(folder);
  await push(store, noon, 10, noon);
  expect(await sensorObservations(store, noon + 10 * minute)).toBe(1);
  // A console that was without a network for three days sends what it has kept, the last minutes before it among them.
  const back = noon + 3 * msPerDay;
  await push(store, noon - 5 * minute, 99, back);
  await push(store, noon + msPerHour, 11, back);
  await push(store, noon + 50 * msPerHour, 12, back);
  expect(await sensorObservations(store, back + minute)).toBe(2);
  expect(await observed(store)).toEqual([
    [0, 10],
    [1, 11],
    [50, 12],
  ]);
  expect(await store.readings(-Infinity)).toHaveLength(3);
  expect(await sensorObservations(store, back + 7 * msPerHour)).toBe(0);
});

it('forgets readings six hours after they came, of whatever time they are', async () => {
  await using store = await storeWith(folder);
  await push(store, noon - 20 * msPerDay, 1, noon);
  await push(store, noon, 2, noon + msPerHour);
  await sensorObservations(store, noon + 6.5 * msPerHour);
  expect((await store.readings(-Infinity)).map(({ value }) => value)).toEqual([2]);
});

it('reads late hours whole, though they come piece by piece', async () => {
  await using store = await storeWith(folder);
  const gust = { place: 'Garden', variable: 'wind_gusts_10m', periodHours: 0 };
  const late = noon + 10 * msPerHour;
  const pushGusts = (minutes: readonly number[], value: number, receivedAt: number) =>
    store.write({
      readings: minutes.map((past) => ({ ...gust, time: noon - (60 - past) * minute, value, receivedAt })),
    });
  await pushGusts([5, 15, 25, 35, 45], 5, late);
  expect(await sensorObservations(store, late + minute)).toBe(1);
  await pushGusts([50, 55, 60], 25, late + 2 * minute);
  expect(await sensorObservations(store, late + 3 * minute)).toBe(1);
  expect(await observed(store)).toEqual([
    [0, 5],
    [0, 25],
  ]);
});
