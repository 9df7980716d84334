import { describe, expect, it } from 'vitest';
import { collectedVariables } from '../src/collect/collect.ts';
import { readProgress } from '../src/collect/collect-progress.ts';
import { fillStepsOf } from '../src/collect/fill.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { noon, openWorld, places } from './collect-world.ts';
import { follow, nameOf, numbersIn, runsIn } from './collecting.ts';
import type { SimulatedCalls } from './simulated-calls.ts';
import type { SimulatedProviders } from './simulated-providers.ts';
import type { SimulatedState } from './simulated-state.ts';

/** What is collected when all is well, from simulated providers over HTTP. */

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
