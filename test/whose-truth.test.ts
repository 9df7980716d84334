import { join } from 'node:path';
import { expect, it } from 'vitest';
import { followNoteOf } from '../src/collect/follow.ts';
import { whoseTruth } from '../src/pipeline/whose-truth.ts';
import { observationBlock } from '../src/store/observation-block.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';
import { follow, placesOf } from './collecting.ts';
import { temporaryFolder } from './loop-tables.ts';

const folder = temporaryFolder('whose-truth');
const issuedAt = Date.UTC(2026, 2, 10);
const station = 'metar station KVDM, 19 km away, 24 m lower';

it('names the own outcomes of each variable, and its stations as long as these are young', async () => {
  await using store = await openStore(join(folder, 'weatherglass.db'));
  const places = placesOf(
    ['Central Park', 'Park', 'Rea', 'KVDM'].map((name, k) => [name, 47 + k, 8, 400] as const),
  );
  const stations = [{ place: 'KVDM', distanceKm: 18.6, higherM: -24 }];
  await follow(store, places);
  await store.write({
    placeNotes: [
      followNoteOf('Central Park', { truth: 'own', since: 0, pastDays: 0, stations }),
      followNoteOf('Park', { truth: 'stations', since: 0, pastDays: 0, stations }),
      followNoteOf('KVDM', { truth: 'own', since: 0, pastDays: 0, station: { source: 'metar', id: 'KVDM' } }),
    ],
    variables: ['temperature_2m', 'wind_speed_10m'].map((name) => findVariable(name)),
  });
  const observe = (place: string, variable: string, origin: string, daysAgo: number, knownAt?: number) => {
    const validTime = issuedAt - daysAgo * msPerDay;
    const row = { place, variable, origin, validTime, knownAt: knownAt ?? validTime, value: 5 };
    return store.write({ observations: observationBlock([row]) });
  };
  await observe('KVDM', 'temperature_2m', 'metar', 1);
  await observe('Rea', 'temperature_2m', 'open-meteo-archive', 8);
  const truth = async (variable: string, place: string) =>
    (
      await whoseTruth(
        store,
        places.map(({ name }) => name),
        issuedAt,
      )
    )(variable, place);
  for (const place of ['Central Park', 'Park'])
    expect(await truth('temperature_2m', place)).toEqual([station]);
  expect(await truth('temperature_2m', 'KVDM')).toEqual(['metar']);
  expect(await truth('temperature_2m', 'Rea')).toEqual([
    expect.stringMatching('^open-meteo-archive .a reanalysis: a weather model'),
  ]);

  // What came after the issue went into nothing.
  await observe('Central Park', 'temperature_2m', 'push', 1, issuedAt + msPerHour);
  expect(await truth('temperature_2m', 'Central Park')).toEqual([station]);
  await observe('Central Park', 'temperature_2m', 'push', 2);
  expect(await truth('temperature_2m', 'Central Park')).toEqual(['push', station]);
  // Neither another variable nor a place of a similar name is told by it.
  expect(await truth('wind_speed_10m', 'Central Park')).toEqual([station]);
  expect(await truth('temperature_2m', 'Park')).toEqual([station]);
  await observe('Central Park', 'temperature_2m', 'push', 35);
  expect(await truth('temperature_2m', 'Central Park')).toEqual(['push']);
});
