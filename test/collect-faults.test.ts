import { describe, expect, it } from 'vitest';
import { readProgress } from '../src/collect/collect-progress.ts';
import { openPool } from '../src/index.ts';
import { checkQuality } from '../src/pipeline/quality.ts';
import type { Run } from '../src/store/store.ts';
import { formatInstant, msPerHour } from '../src/weather/time.ts';
import { noon, openWorld, type World } from './collect-world.ts';
import { nameOf, numbersIn, runsIn } from './collecting.ts';
import { type FaultKind, faultKinds, type SimulatedFaults } from './simulated-faults.ts';
import { stationOf } from './simulated-stations.ts';

/** What is collected when replies are spoilt in every way that a simulated provider knows. */

/** What is stored though nobody served it, of forecasts and of what stations measured. */
async function wrongIn({ store, providers }: World, right: ReadonlyMap<string, Run>): Promise<string[]> {
  const wrong: string[] = [];
  for (const run of await runsIn(store)) {
    const reference = right.get(nameOf(run));
    const numbers = new Map(
      reference &&
        [...numbersIn(reference)].map(({ variable, column, lead, value }) => [
          `${variable} ${column} ${lead}`,
          value,
        ]),
    );
    const differs = [...numbersIn(run)].find(({ variable, column, lead, value }) => {
      const expected = numbers.get(`${variable} ${column} ${lead}`);
      // °F and back leaves a little.
      return expected === undefined || Math.abs(value - expected) > 0.06;
    });
    if (differs !== undefined) wrong.push(`${nameOf(run)}: ${JSON.stringify(differs)}`);
  }
  for (const { text } of await offIn({ store, providers })) wrong.push(text);
  return wrong;
}

/** Temperatures, as last known, that are far from what was at the station. */
async function offIn({ store, providers }: Pick<World, 'store' | 'providers'>) {
  const truth = providers.weather.at(stationOf(providers.weather, 'KJ7V')!);
  const found = new Map<string, { readonly off: number; readonly flag: string; readonly text: string }>();
  for await (const block of store.observations({ variables: ['temperature_2m'] }))
    block.validTime.forEach((time, row) => {
      const key = `${block.places[block.place[row]]} ${formatInstant(time)}`;
      const off = Math.abs(block.value[row] - truth.truth(time).temperature);
      found.set(key, { off, flag: block.flag[row], text: `${key}: ${block.value[row]}` });
    });
  // A report is up to 20 minutes off, and from some stations in whole degrees.
  return [...found.values()].filter(({ off }) => off > 2.5);
}

/** Faults of the transport, which a second try gets over, and those that only what is inside tells. */
const passing: readonly FaultKind[] = [
  'slow',
  'tooMany',
  'failed',
  'overloaded',
  'cut',
  'html',
  'nan',
  'notModified',
  'empty',
];
/** What is wrong with the content but can be read rightly all the same. */
const harmless: readonly FaultKind[] = ['slow', 'fahrenheit', 'localTime', 'missingHour'];

describe('faults', () => {
  const quickly: SimulatedFaults = { slowMs: 5, retryAfter: 0 };
  /** Every run by its name, as the first test collects it. */
  const right = new Map<string, Run>();

  it('without any, all is there', async () => {
    // What old copies say is right too, of its own issue.
    for (const start of [
      noon,
      noon + 15 * 60_000,
      noon - 20 * msPerHour,
      noon - 20 * msPerHour + 15 * 60_000,
    ]) {
      await using world = await openWorld({ stations: true, start });
      // Farther ahead than the others will ask, whose copies are old.
      const { failures } = await world.collecting.collect(world.store, undefined, 240);
      expect(failures).toEqual([]);
      for (const run of await runsIn(world.store)) {
        const known = right.get(nameOf(run));
        if (known === undefined || known.values.stored.length < run.values.stored.length)
          right.set(nameOf(run), run);
      }
      expect(await wrongIn(world, right)).toEqual([]);
    }
  });

  it.each(faultKinds)('%s once: all is there, at the latest a quarter of an hour later', async (kind) => {
    await using world = await openWorld({ stations: true });
    const { store, collecting, providers } = world;
    providers.setFaults({ ...quickly, [kind]: 1, repeat: 1 });
    const progress = await readProgress(store);
    const first = await collecting.collect(store, progress);
    if (passing.includes(kind)) expect(first.failures.map(({ error }) => error.message)).toEqual([]);
    if (kind !== 'mislabelled') expect(await wrongIn(world, right)).toEqual([]);
    world.now += 15 * 60_000;
    providers.setFaults({});
    const { failures } = await collecting.collect(store, progress);
    expect(failures).toEqual([]);
    const newest = new Map((await runsIn(store)).map((run) => [`${run.source} ${run.place}`, run]));
    expect(newest.size).toBe(5 * 4 + 3);
    const late = kind === 'stale' ? 'met-norway' : '';
    for (const { source, issuedAt } of newest.values())
      if (source !== late) expect(world.now - issuedAt).toBeLessThan(8 * msPerHour);
  });

  it.each(faultKinds)('%s for good: nothing wrong is stored, and it is said', async (kind) => {
    await using world = await openWorld({ stations: true });
    const { store, collecting, providers } = world;
    const progress = await readProgress(store);
    if (kind === 'mislabelled') {
      // Units are told by what two others say, of other sources or of the same: who is alone is believed.
      for (let round = 0; round < 2; round++) {
        await collecting.collect(store, progress);
        world.now += 8 * msPerHour;
      }
    }
    const before = (await store.summary()).runs;
    providers.setFaults({ ...quickly, [kind]: 1, repeat: Infinity });
    const { failures } = await collecting.collect(store, progress);
    for (const { source, places: at, error } of failures) {
      expect(source).toMatch(/^(?:open-meteo|met-norway|us-nws|metar)$/);
      expect(at.length).toBeGreaterThan(0);
      expect(error.message.length).toBeGreaterThan(20);
    }
    const { runs } = await store.summary();
    if (kind === 'mislabelled') {
      expect(runs).toBe(before);
      const refused = failures.filter(({ error }) => error.message.endsWith('only in °F'));
      expect(new Set(refused.map(({ source }) => source))).toEqual(
        new Set(['open-meteo', 'met-norway', 'us-nws']),
      );
      // Of a station nobody else says what it measured: it is flagged before anything learns from it.
      await using pool = openPool(1);
      await checkQuality(
        store,
        { after: noon, until: world.now, signal: new AbortController().signal },
        pool,
      );
      const off = await offIn(world);
      expect(off.length).toBeGreaterThan(5);
      expect(off.filter(({ flag }) => !flag.startsWith('unit: '))).toEqual([]);
      return;
    }
    expect(await wrongIn(world, right)).toEqual([]);
    if (harmless.includes(kind)) expect({ runs, failures }).toEqual({ runs: 23, failures: [] });
    else expect(failures.length).toBeGreaterThan(0);
    if (passing.includes(kind) && kind !== 'slow') expect(runs).toBe(0);
  });

  it.each([0.2, 0.35, 0.5, 0.65, 0.8])(
    'old copies of some addresses (%d): no run has the date of another',
    async (stale) => {
      await using world = await openWorld({ stations: true });
      const { store, collecting, providers } = world;
      providers.setFaults({ stale, repeat: Infinity, only: ['open-meteo'] });
      await collecting.collect(store);
      expect(await wrongIn(world, right)).toEqual([]);
    },
  );
});
