import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packValues } from '../store/run-values.ts';
import { openStore } from '../store/sqlite-store.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { followNoteOf, type Truth } from './follow.ts';
import { observationsOf } from './hourly-observations.ts';
import { staleness } from './staleness.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-stale-'));
afterAll(() => rmSync(folder, { recursive: true }));

const now = Date.UTC(2026, 0, 20);
const temperature = findVariable('temperature_2m');

test('says what is late of what is collected, and nothing of what was given up', async () => {
  await using store = await openStore(join(folder, 'stale.db'));
  const place = (name: string) => ({ name, latitude: 47, longitude: 8, elevation: 400, zone: 'UTC' });
  const run = (source: string, name: string, hoursAgo: number) => ({
    place: name,
    source,
    issuedAt: now - (hoursAgo + 3) * msPerHour,
    knownAt: now - hoursAgo * msPerHour,
    layout: { columns: ['model_a'], series: [{ variable: temperature.name, leads: [24] }] },
    values: packValues(Float64Array.of(1)),
  });
  const seen = (name: string, hoursAgo: number) => {
    const time = now - hoursAgo * msPerHour;
    const values = [{ time, value: 1, receivedAt: time }];
    return observationsOf([{ place: name, variable: temperature, values }], 'own sensor', () => time);
  };
  await store.write({
    places: ['A', 'B', 'Table'].map(place),
    variables: [temperature],
    runs: [
      run('fresh', 'A', 2),
      run('late', 'A', 20),
      run('late', 'B', 13),
      run('gone', 'A', 40 * 24),
      run('late', 'Table', 1),
    ],
  });
  await store.write({ observations: seen('A', 2) });
  await store.write({ observations: seen('B', 7) });
  await store.write({ observations: seen('Table', 24) });
  // What came from a table is expected from nobody.
  expect(await staleness(store, now)).toEqual([]);

  const own = { truth: 'own', since: now - 50 * msPerDay, pastDays: 0 } as const;
  await store.write({ placeNotes: [followNoteOf('A', own), followNoteOf('B', own)] });
  expect(await staleness(store, now)).toEqual([
    'late has sent no new forecast for 13 h',
    'nothing has been observed for more than 6 h at B',
  ]);
  expect(await staleness(store, now - 6 * msPerHour)).toEqual([
    'late has sent no new forecast for more than 12 h for A',
  ]);
  // When all are silent, none of them was given up.
  expect(await staleness(store, now + 40 * msPerDay)).toHaveLength(3);
  expect(await staleness(store, now + 4 * msPerDay)).toContain('fresh has sent no new forecast for 4 days');

  // One place of several, though all else is well.
  await store.write({ places: ['New', 'Quiet', 'Modelled'].map(place), runs: [run('late', 'B', 1)] });
  await store.write({ observations: seen('B', 1) });
  const followed = (truth: Truth, days: number) => ({ truth, since: now - days * msPerDay, pastDays: 0 });
  await store.write({
    placeNotes: [
      followNoteOf('New', followed('none', 0.2)),
      followNoteOf('Quiet', followed('own', 10)),
      followNoteOf('Modelled', followed('reanalysis', 11)),
    ],
    runs: [run('fresh', 'Modelled', 3)],
  });
  expect(await staleness(store, now)).toEqual([
    'late has sent no new forecast for more than 12 h for A',
    'no forecast has ever come for Quiet',
    'nothing has been observed for more than 6 h at Quiet',
    'the reanalysis has had nothing new for more than 10 days at Modelled',
  ]);
});
