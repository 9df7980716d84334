import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { collectedVariables } from '../src/collect/collect.ts';
import { readProgress, saveProgress } from '../src/collect/collect-progress.ts';
import { fillStepsOf } from '../src/collect/fill.ts';
import { openPool } from '../src/index.ts';
import { checkQuality } from '../src/pipeline/quality.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Run, Store } from '../src/store/store.ts';
import { formatInstant, msPerDay, msPerHour } from '../src/weather/time.ts';
import {
  follow,
  nameOf,
  numbersIn,
  openTestCollecting,
  placesOf,
  runsIn,
  type TestCollecting,
} from './collecting.ts';
import { temporaryFolder } from './loop-tables.ts';
import type { SimulatedCalls } from './simulated-calls.ts';
import { type FaultKind, faultKinds, type SimulatedFaults } from './simulated-faults.ts';
import {
  type SimulatedProviders,
  type SimulatedProvidersOptions,
  startSimulatedProviders,
} from './simulated-providers.ts';
import type { SimulatedState } from './simulated-state.ts';
import { stationOf } from './simulated-stations.ts';

/** Collecting from simulated providers over HTTP, in good times and bad, by a clock of the test's own. */

const folder = temporaryFolder('collect');
/** A day on which European clocks are put forward. */
const noon = Date.UTC(2026, 2, 29, 10, 40);
const places = placesOf([
  ['Seattle', 47.61, -122.33, 56],
  ['Oslo, "upper"', 59.91, 10.75, 126],
  ['Nice / été', 43.7, 7.27, 10],
]);
const seed = 'collect';

interface World extends AsyncDisposable {
  readonly store: Store;
  readonly providers: SimulatedProviders;
  readonly collecting: TestCollecting;
  /** Simulated time. */
  now: number;
}

let worlds = 0;

/** A new store, and providers that only it asks. */
async function openWorld(
  options: Partial<SimulatedProvidersOptions> & Parameters<typeof worldOf>[1] = {},
): Promise<World> {
  return worldOf(options, options);
}

async function worldOf(
  simulated: Partial<SimulatedProvidersOptions>,
  {
    sources,
    settings,
    stations = false,
    start = noon,
  }: {
    readonly sources?: readonly string[];
    readonly settings?: { readonly models?: readonly string[]; readonly ensembles?: readonly string[] };
    readonly stations?: boolean;
    readonly start?: number;
  },
): Promise<World> {
  const clock = { now: start };
  const now = () => clock.now;
  const providers = await startSimulatedProviders({ seed, now, ...simulated });
  const store = await openStore(join(folder, `${worlds++}.db`));
  const collecting = openTestCollecting({
    url: providers.url,
    folder,
    now,
    ...(sources && { sources }),
    ...(settings && { settings }),
  });
  await follow(store, places, {
    ...(stations && {
      stations: ['metar', 'us-nws'].map((place) => ({ place, distanceKm: 11, higherM: null })),
    }),
  });
  if (stations) {
    const [site] = places;
    for (const [k, source] of ['metar', 'us-nws'].entries())
      await follow(store, [{ ...site, latitude: site.latitude + 0.1 * (k + 1), name: source }], {
        truth: 'own',
        station: { source, id: 'KJ7V' },
      });
  }
  return {
    store,
    providers,
    collecting,
    get now() {
      return clock.now;
    },
    set now(time) {
      clock.now = time;
    },
    async [Symbol.asyncDispose]() {
      await collecting[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await providers[Symbol.asyncDispose]();
    },
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

/** What a source says of a state, as it writes numbers. */
const written: Readonly<Record<string, Readonly<Record<string, (state: SimulatedState) => number>>>> = {
  'open-meteo': {
    temperature_2m: (s) => tenths(s.temperature),
    dew_point_2m: (s) => tenths(s.dewPoint),
    relative_humidity_2m: (s) => Math.round(s.relativeHumidity),
    precipitation: (s) => hundredths(s.precipitation),
    wind_speed_10m: (s) => hundredths(s.windSpeed),
    wind_gusts_10m: (s) => hundredths(s.windGust),
    pressure_msl: (s) => tenths(s.pressure),
    cloud_cover: (s) => Math.round(s.cloudCover),
    snowfall: (s) => hundredths(s.snowfall),
    visibility: (s) => hundredths(s.visibility),
  },
  'met-norway': {
    temperature_2m: (s) => tenths(s.temperature),
    wind_speed_10m: (s) => tenths(s.windSpeed),
    pressure_msl: (s) => tenths(s.pressure),
    precipitation: (s) => tenths(s.precipitation),
  },
  'us-nws': {
    temperature_2m: (s) => ((Math.round(s.temperature * 1.8 + 32) - 32) * 5) / 9,
    // Whole knots, sent in km/h.
    wind_speed_10m: (s) => (Math.round((s.windSpeed * 3600) / 1852) * 1852) / 3600,
  },
};

describe('what is kept', () => {
  it('is what the providers served, number by number, in our units, and each run once', async () => {
    await using world = await openWorld({ settings: { ensembles: ['ncep_gefs025'] } });
    const { failures, added } = await world.collecting.collect(world.store);
    expect(failures).toEqual([]);
    const runs = await runsIn(world.store);
    expect(added).toBe(runs.length);
    expect(new Set(runs.map(nameOf)).size).toBe(runs.length);
    let compared = 0;
    for (const run of runs) {
      const place = places.find(({ name }) => name === run.place)!;
      const [source, model = source] = run.source.split('/');
      if (source === 'us-nws') continue;
      const isEnsemble = run.layout.columns[0].startsWith('member_');
      const simulated = world.providers.weather
        // Open-Meteo is not told the height, and takes that of the ground.
        .at(source === 'open-meteo' ? { ...place, elevation: Number.NaN } : place)
        .run(isEnsemble ? `${model} ensemble` : model, run.issuedAt);
      for (const { variable, column, lead, value } of numbersIn(run)) {
        const of = written[source][variable];
        if (of === undefined || column.startsWith('x_')) continue;
        const member = isEnsemble ? Number(column.slice('member_'.length)) : 0;
        const state = member === 0 ? simulated.at : simulated.member(member);
        const expected = of(state(run.issuedAt + lead * msPerHour));
        if (value !== expected)
          expect.fail(`${nameOf(run)} ${variable} ${column} +${lead} h: ${value}, not ${expected}`);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(150_000);
    const served = [...world.providers.calls['open-meteo'].served.keys()];
    const kept = runs.filter(({ source }) => source.startsWith('open-meteo/')).map((run) => run.place);
    expect(kept.length).toBe(served.length);
    const members = runs.filter(({ layout }) => layout.columns.length === 31);
    expect(members.map(({ place }) => place).sort()).toEqual(places.map(({ name }) => name).sort());
  });

  it('of the US National Weather Service is its cell, in °C and m/s, of what was whole °F and knots', async () => {
    await using world = await openWorld({ sources: ['us-nws'] });
    expect((await world.collecting.collect(world.store)).failures).toEqual([]);
    const [run, ...others] = await runsIn(world.store);
    expect(others).toEqual([]);
    const { at } = world.providers.weather
      .at({ latitude: 47.6125, longitude: -122.3375, elevation: Number.NaN })
      .run('us-nws', run.issuedAt);
    let compared = 0;
    for (const { variable, lead, value } of numbersIn(run)) {
      const of = written['us-nws'][variable];
      if (of === undefined) continue;
      expect(value, `${variable} +${lead} h`).toBeCloseTo(of(at(run.issuedAt + lead * msPerHour)), 9);
      compared++;
    }
    expect(compared).toBeGreaterThan(300);
  });
});

describe('asking again', () => {
  it('asks for nothing that is not due, as the same process and as a new one, and writes nothing', async () => {
    await using world = await openWorld({ stations: true });
    const { store, collecting, providers } = world;
    const progress = await readProgress(store);
    await collecting.collect(store, progress);
    const before = { version: await store.dataVersion(), ...callsOf(providers) };
    for (const again of [progress, undefined]) {
      world.now += 60_000;
      const { forecasts, readings, added } = await collecting.collect(store, again);
      for (const one of [...forecasts, ...readings]) expect(one).toMatchObject({ requests: 0, failures: [] });
      expect(added).toBe(0);
    }
    // Only what says which runs there are, which is free.
    expect({ version: await store.dataVersion(), ...callsOf(providers) }).toEqual(before);
  });

  it('gets every issue of every source once, forecasts beside observations of the same source', async () => {
    await using world = await openWorld({ stations: true });
    const { store, collecting, providers } = world;
    const progress = await readProgress(store);
    const problems: string[] = [];
    for (let minute = 0; minute <= 13 * 60; minute += 10) {
      world.now = noon + minute * 60_000;
      const { failures } = await collecting.collect(store, progress);
      problems.push(...failures.map(({ error }) => error.message));
    }
    expect(problems).toEqual([]);
    const runs = await runsIn(store);
    // MET Norway refines what is farther ahead between two runs of its model.
    const revised = runs.filter(({ source }) => source !== 'met-norway');
    expect(new Set(revised.map(nameOf)).size).toBe(revised.length);
    const issuesOf = (source: string, place: string) =>
      runs.filter((run) => run.source === source && run.place === place).map(({ issuedAt }) => issuedAt);
    const six = Date.UTC(2026, 2, 29, 6);
    expect(issuesOf('open-meteo/gfs_global', 'Seattle')).toEqual([
      six,
      six + 6 * msPerHour,
      six + 12 * msPerHour,
    ]);
    expect(new Set(issuesOf('met-norway', 'Seattle'))).toEqual(
      new Set([0, 6, 12].map((k) => six + k * msPerHour)),
    );
    // An office's grid is issued each three hours; it is asked hourly, so none is missed, at a station neither.
    for (const place of ['Seattle', 'us-nws'])
      expect(issuesOf('us-nws', place)).toEqual(
        [9, 12, 15, 18, 21].map((hour) => Date.UTC(2026, 2, 29, hour)),
      );
    // A station has one temperature for each hour, and none twice.
    for (const place of ['us-nws', 'metar']) {
      const times: number[] = [];
      for await (const block of store.observations({ places: [place], variables: ['temperature_2m'] }))
        times.push(...block.validTime);
      expect(new Set(times).size).toBe(times.length);
      expect(Math.max(...times)).toBe(Date.UTC(2026, 2, 29, 23));
      const span = (Math.max(...times) - Math.min(...times)) / msPerHour;
      expect(times.length).toBeGreaterThanOrEqual(span - 1);
    }
    const { requests } = providers.calls['us-nws'];
    expect(requests).toBeLessThan(110);
  });
});

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

describe('filling in the past', () => {
  it('costs what was planned, call by call, and is done once', async () => {
    await using world = await openWorld({ sources: ['open-meteo'] });
    const { store, collecting, providers } = world;
    await follow(store, places, { truth: 'reanalysis', pastDays: 35 });
    const plan = await fillStepsOf(store, collecting.sources, collectedVariables, world.now);
    const calls = plan.reduce((sum, step) => sum + step.calls, 0);
    expect(providers.calls['open-meteo'].requests).toBe(0);
    const filled = await collecting.fill(store);
    expect(filled).toMatchObject({ steps: plan.length, left: 0, failures: [] });
    expect(filled.runs).toBe((await store.summary()).runs);
    expect(providers.calls['open-meteo'].calls).toBeCloseTo(calls, 6);
    const after = await store.dataVersion();
    expect(await collecting.fill(store)).toMatchObject({ steps: 0, left: 0, runs: 0, observations: 0 });
    expect(await store.dataVersion()).toBe(after);
    expect(providers.calls['open-meteo'].calls).toBeCloseTo(calls, 6);
    // Observations and forecasts are of the same days.
    for (const { name } of places) {
      const days = new Set<number>();
      for await (const block of store.observations({ places: [name], variables: ['temperature_2m'] }))
        for (const time of block.validTime) days.add(Math.floor(time / msPerDay));
      expect(days.size).toBe(35);
    }
  });
});

function callsOf(providers: SimulatedProviders) {
  return Object.fromEntries(
    Object.entries(providers.calls).map(([name, { calls }]: [string, SimulatedCalls]) => [name, calls]),
  );
}

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
  const rightRuns = Promise.withResolvers<ReadonlyMap<string, Run>>();

  it('without any, all is there', async () => {
    const right = new Map<string, Run>();
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
    rightRuns.resolve(right);
  });

  it.each(faultKinds)('%s once: all is there, at the latest a quarter of an hour later', async (kind) => {
    const right = await rightRuns.promise;
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
    const right = await rightRuns.promise;
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
      const right = await rightRuns.promise;
      await using world = await openWorld({ stations: true });
      const { store, collecting, providers } = world;
      providers.setFaults({ stale, repeat: Infinity, only: ['open-meteo'] });
      await collecting.collect(store);
      expect(await wrongIn(world, right)).toEqual([]);
    },
  );
});
