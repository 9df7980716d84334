import { join } from 'node:path';
import { expect, it } from 'vitest';
import { collectedPlaces, type Truth } from '../src/collect/follow.ts';
import { followPlace } from '../src/collect/follow-place.ts';
import { metar } from '../src/sources/metar.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { placesOf } from './collecting.ts';
import { temporaryFolder } from './loop-tables.ts';

const folder = temporaryFolder('follow-place');

it('goes on with a station that was followed before, under its name', async () => {
  await using store = await openStore(join(folder, 'weatherglass.db'));
  const [garden] = placesOf([['Garden', 40.6, -73.8, 5]]);
  const station = { id: 'KJFK', name: 'Kennedy', latitude: 40.64, longitude: -73.76, elevation: 4 };
  const stations = [{ source: metar(), station, distanceKm: 5.46, higherM: -1 }];
  const follow = (truth: Truth, now: number) =>
    followPlace(store, garden, {
      truth,
      pastDays: 90,
      found: truth === 'stations' ? { stations, problems: [] } : { stations: [], problems: [] },
      hasReanalysis: true,
      now,
    });
  const names = async () => (await collectedPlaces(store)).map(({ place }) => place.name);

  await follow('stations', 1);
  expect(await names()).toEqual(['Garden', 'KJFK']);
  await follow('reanalysis', 2);
  expect(await names()).toEqual(['Garden']);
  await follow('stations', 3);
  const collected = await collectedPlaces(store);
  expect(collected.map(({ place }) => place.name)).toEqual(['Garden', 'KJFK']);
  expect((await store.places()).map(({ name }) => name)).toEqual(['Garden', 'KJFK']);
  // Since when it is followed, and how much of its past there is to be, are what they were.
  expect(collected[1].following).toMatchObject({ since: 1, pastDays: 15 });
  expect(collected[0].following.stations).toEqual([{ place: 'KJFK', distanceKm: 5.46, higherM: -1 }]);
});
