import { describe, expect, it } from 'vitest';
import { readProgress, saveProgress } from '../src/collect/collect-progress.ts';
import { msPerHour } from '../src/weather/time.ts';
import { folder, openWorld, places, type World } from './collect-world.ts';
import { follow, openTestCollecting, placesOf, runsIn } from './collecting.ts';

/** What is collected when a model, a place or a provider is in trouble. */

describe('what fails alone', () => {
  it('is one model of a reply whose number cannot be: its run is told, and all others are kept', async () => {
    await using world = await openWorld({ sources: ['open-meteo'] });
    const { store, collecting, providers } = world;
    providers.setFaults({ impossible: 1, repeat: Infinity });
    const progress = await readProgress(store);
    const { forecasts, failures, added } = await collecting.collect(store, progress);
    expect(failures).toHaveLength(1);
    expect(failures[0].error.message).toMatch(/^open-meteo\/\w+, Seattle, .*temperature_2m is up to 9999/);
    expect(forecasts[0].answered).toBe(forecasts[0].requests);
    const kept = Map.groupBy(await runsIn(store), ({ place }) => place);
    expect(places.map(({ name }) => kept.get(name)?.length)).toEqual([2, 3, 3]);
    expect(added).toBe(8);
    // It alone is asked for again, after a while.
    providers.setFaults({});
    world.now += 11 * 60_000;
    const again = await collecting.collect(store, progress);
    expect(again).toMatchObject({ added: 1, failures: [], forecasts: [{ requests: 1 }] });
  });

  it('is a model whose metadata do not come: it is told, left alone for a while, and the others are asked for', async () => {
    await using world = await openWorld({ sources: ['open-meteo'] });
    const { store, collecting, providers } = world;
    providers.setFaults({ failed: 1, repeat: Infinity, within: '/data/ecmwf_ifs025/' });
    const progress = await readProgress(store);
    const { failures, added } = await collecting.collect(store, progress);
    expect(failures).toMatchObject([{ source: 'open-meteo', places: places.map(({ name }) => name) }]);
    expect(failures[0].error.message).toMatch(/metadata of ecmwf_ifs025.*500/);
    expect(added).toBeGreaterThan(5);
    const { requests } = providers.calls['open-meteo'];
    world.now += 60_000;
    expect(await collecting.collect(store, progress)).toMatchObject({ added: 0, failures: [] });
    // Only what the others' newest runs are is looked at again.
    expect(providers.calls['open-meteo'].requests - requests).toBeLessThanOrEqual(6);
    providers.setFaults({});
    world.now += 10 * 60_000;
    expect(await collecting.collect(store, progress)).toMatchObject({ added: 3, failures: [] });
  });

  it('is a model that the provider refuses, of what is due and of the past', async () => {
    const models = ['gfs_global', 'cma_grapes_global'];
    await using world = await openWorld({ sources: ['open-meteo'], settings: { models } });
    const { store, collecting, providers } = world;
    await follow(store, places, { truth: 'none', pastDays: 40 });
    providers.setFaults({ refused: 1, repeat: Infinity, within: 'cma_grapes_global' });
    const current = await collecting.collect(store);
    expect(current).toMatchObject({ added: 3, failures: [{ error: { name: 'InvalidData' } }] });
    const past = await collecting.fill(store);
    // Two steps a place: each is done by the model that is there, and says that the other is not.
    expect(past).toMatchObject({ steps: 6, left: 0 });
    expect(past.failures).toHaveLength(6);
    for (const { error } of past.failures) expect(error.message).toMatch(/400, This question is refused/);
    expect(new Set((await runsIn(store)).map(({ source }) => source))).toEqual(
      new Set(['open-meteo/gfs_global']),
    );
    expect(await collecting.fill(store)).toMatchObject({ steps: 0, left: 0 });
  });

  it('is not looked for request by request where everything is refused', async () => {
    await using world = await openWorld({ sources: ['open-meteo'] });
    const { store, collecting, providers } = world;
    const many = Array.from({ length: 300 }, (_, k) => [`P${k}`, 40 + k / 100, 8, 400] as const);
    await follow(store, placesOf(many));
    providers.setFaults({ refused: 1, repeat: Infinity, within: '/v1/forecast' });
    const { forecasts, failures } = await collecting.collect(store);
    // Each of thirteen batches could be taken apart into 150 requests.
    expect(forecasts[0].requests).toBeLessThan(150);
    expect(new Set(failures.flatMap(({ places: at }) => at)).size).toBe(300 + places.length);
  });

  it('is one report of a station that is not understood', async () => {
    await using world = await openWorld({ stations: true, sources: ['metar'] });
    const { store, collecting, providers } = world;
    providers.setFaults({ impossible: 1, repeat: Infinity });
    const { failures, added } = await collecting.collect(store);
    expect(failures.length).toBeGreaterThan(0);
    for (const { source, places: at, error } of failures)
      expect([source, at, error.message]).toEqual([
        'metar',
        ['metar'],
        'metar, KJ7V: temp must be a number, not "M"',
      ]);
    // 15 days of hours, of eight variables.
    expect(added).toBeGreaterThan(15 * 24 * 6);
  });
});

describe('trouble with a provider', () => {
  const bad = 20;
  /** Sixty places; the first twenty lie at 61° north, the others at 48°. */
  const many = placesOf(
    Array.from({ length: 60 }, (_, k) => [`P${k}`, k < bad ? 61 : 48, 1 + k / 10, 100] as const),
  );

  async function manyPlaces(): Promise<World & { readonly due: number }> {
    const world = await openWorld({ sources: ['met-norway'] });
    await follow(world.store, many);
    return Object.assign(world, { due: many.length + places.length });
  }

  it('is over for all places as soon as it is over, however long it lasted', async () => {
    await using world = await manyPlaces();
    const { store, collecting, providers, due } = world;
    const progress = await readProgress(store);
    providers.setFaults({ failed: 1, repeat: Infinity });
    for (let round = 0; round < 6; round++) {
      const { added, failures } = await collecting.collect(store, progress);
      expect(added).toBe(0);
      expect(failures.length).toBeGreaterThan(0);
      world.now += 2 * msPerHour;
    }
    // The breaker lets one probe through, by a clock of real time: a new process has none that is open.
    providers.setFaults({});
    world.now += 6 * msPerHour;
    await using anew = openTestCollecting({
      url: providers.url,
      folder,
      now: () => world.now,
      sources: ['met-norway'],
    });
    expect(await anew.collect(store, progress)).toMatchObject({ added: due, failures: [] });
  });

  it('at some places keeps no other waiting, in a process that goes on and in new ones', async () => {
    for (const isAnew of [false, true]) {
      await using world = await manyPlaces();
      const { store, providers, due } = world;
      providers.setFaults({ failed: 1, repeat: Infinity, within: 'lat=61' });
      let progress = await readProgress(store);
      let added = 0;
      for (let round = 0; round < 8; round++) {
        // Each has a breaker of its own, that is closed.
        await using collecting = openTestCollecting({
          url: providers.url,
          folder,
          now: () => world.now,
          sources: ['met-norway'],
        });
        ({ added } = await collecting.collect(store, progress));
        await saveProgress(store, progress);
        if (isAnew) progress = await readProgress(store);
        // All are due again, also what has failed again and again.
        world.now += 7 * msPerHour;
      }
      expect(added).toBe(due - bad);
    }
  });

  it('is asked about ever more rarely, by new processes too', async () => {
    await using world = await openWorld({ sources: ['met-norway'] });
    const { store, collecting, providers } = world;
    providers.setFaults({ refused: 1, repeat: Infinity, within: 'lat=47.61' });
    for (let minute = 0; minute < 6 * 60; minute += 10) {
      const progress = await readProgress(store);
      await collecting.collect(store, progress);
      await saveProgress(store, progress);
      world.now += 10 * 60_000;
    }
    // After 10, 20, 40 … minutes: the sixth time comes more than five hours after the first.
    expect(providers.calls['met-norway'].faults).toEqual({ refused: 6 });
  });
});
