import { describe, expect, it } from 'vitest';
import { msPerHour } from '../src/weather/time.ts';
import { type MetNorwayBody, type OpenMeteoBody } from './simulated-client.ts';
import { providersForEachTest } from './simulated-each.ts';
import { faultKinds, planFaults, type SimulatedFaults } from './simulated-faults.ts';

const world = providersForEachTest();
const { get, json } = world;

const berlin = 'latitude=52.52&longitude=13.41&elevation=38';
const forecast = `/open-meteo/v1/forecast?${berlin}`;

describe('faults', () => {
  const path = `${forecast}&hourly=temperature_2m,wind_speed_10m&forecast_days=2`;
  const metPath = '/met-norway/weatherapi/locationforecast/2.0/complete?lat=60&lon=11';
  const always = (kind: string, more: SimulatedFaults = {}) =>
    world.providers.setFaults({ [kind]: 1, ...more });

  it.each([
    ['tooMany', 429],
    ['failed', 500],
    ['overloaded', 503],
    ['refused', 400],
    ['notModified', 304],
  ] as const)('%s is %d, and the next try succeeds', async (kind, status) => {
    always(kind);
    const got = await get(path);
    expect(got.status).toBe(status);
    if (kind === 'tooMany') expect(got.headers['retry-after']).toBe('2');
    expect((await get(path)).status).toBe(200);
    expect((await get(path)).status).toBe(status);
    expect(world.providers.calls['open-meteo'].faults).toEqual({ [kind]: 2 });
  });

  it('last as long as they are told to', async () => {
    const statuses = async (count: number) => {
      const all = [];
      for (let k = 0; k < count; k++) all.push((await get(path)).status);
      return all;
    };
    always('failed', { repeat: 3 });
    expect(await statuses(5)).toEqual([500, 500, 500, 200, 500]);
    always('failed', { repeat: Infinity });
    expect(await statuses(5)).toEqual([500, 500, 500, 500, 500]);
    always('failed', { only: ['metar'] });
    expect(await statuses(2)).toEqual([200, 200]);
  });

  it('html, empty and nan are no JSON, though 200', async () => {
    for (const kind of ['html', 'empty', 'nan']) {
      always(kind);
      const { status, text } = await get(path);
      expect(status).toBe(200);
      expect(() => JSON.parse(text)).toThrow(SyntaxError);
      if (kind === 'nan') expect(text).toMatch(/[[,]nan[,\]]/);
    }
  });

  it('cut ends the connection in the middle of the body', async () => {
    always('cut');
    await expect(get(path)).rejects.toThrow('aborted');
    expect((await get(path)).status).toBe(200);
    expect(world.providers.calls['open-meteo']).toMatchObject({ requests: 2, faults: { cut: 1 } });
  });

  it('slow takes its time', async () => {
    always('slow', { slowMs: 60 });
    const began = performance.now();
    const { text } = await get(path);
    expect(performance.now() - began).toBeGreaterThan(50);
    expect((await get(path)).text).toBe(text);
  });

  it('fahrenheit says so, mislabelled does not', async () => {
    const clean = await json<OpenMeteoBody>(path);
    always('fahrenheit');
    const honest = await json<OpenMeteoBody>(path);
    expect(honest.hourly_units).toEqual({ ...clean.hourly_units, temperature_2m: '°F' });
    expect(honest.hourly.temperature_2m[0]).toBeCloseTo(Number(clean.hourly.temperature_2m[0]) * 1.8 + 32, 1);
    expect(honest.hourly.wind_speed_10m).toEqual(clean.hourly.wind_speed_10m);
    always('mislabelled');
    expect(await json<OpenMeteoBody>(path)).toEqual({ ...honest, hourly_units: clean.hourly_units });

    const met = await json<MetNorwayBody>(metPath);
    expect(met.properties.meta.units.air_temperature).toBe('celsius');
    always('fahrenheit');
    const metHonest = await json<MetNorwayBody>(metPath);
    const first = (body: MetNorwayBody) =>
      body.properties.timeseries[0].data.instant.details?.air_temperature ?? Number.NaN;
    expect(metHonest.properties.meta.units.air_temperature).toBe('fahrenheit');
    world.providers.setFaults({});
    expect(first(metHonest)).toBeCloseTo(first(await json<MetNorwayBody>(metPath)) * 1.8 + 32, 1);
  });

  it('backwards, duplicateHour and missingHour spoil a series', async () => {
    const { time, temperature_2m: values } = (await json<OpenMeteoBody>(path)).hourly;
    always('backwards');
    const swapped = (await json<OpenMeteoBody>(path)).hourly;
    expect(swapped.time.slice(22, 26)).toEqual([time[22], time[24], time[23], time[25]]);
    expect(swapped.temperature_2m[23]).toBe(values[24]);
    always('duplicateHour');
    expect((await json<OpenMeteoBody>(path)).hourly.time.slice(23, 26)).toEqual([
      time[23],
      time[24],
      time[24],
    ]);
    always('missingHour');
    const skipped = (await json<OpenMeteoBody>(path)).hourly;
    expect(skipped.time.slice(23, 25)).toEqual([time[23], time[25]]);
    expect(skipped.temperature_2m).toHaveLength(47);

    always('backwards');
    const met = (await json<MetNorwayBody>(metPath)).properties.timeseries.map((step) =>
      Date.parse(step.time),
    );
    expect(met.some((at, k) => k > 0 && at < met[k - 1])).toBe(true);
  });

  it('localTime is the clock of Berlin', async () => {
    world.now = Date.UTC(2026, 2, 29, 12);
    always('localTime');
    const local = await json<OpenMeteoBody>(`${path}&timezone=GMT`);
    expect(local).toMatchObject({ timezone: 'Europe/Berlin', utc_offset_seconds: 7200 });
    expect(local.hourly.time[0]).toBe('2026-03-29T00:00');
    const plain = await json<OpenMeteoBody>(`${path}&timezone=GMT`);
    expect(local.hourly.temperature_2m.slice(2, 26)).toEqual(plain.hourly.temperature_2m.slice(0, 24));
  });

  it('stale is what was true 20 hours before', async () => {
    const fresh = await json<MetNorwayBody>(metPath);
    always('stale');
    const stale = await json<MetNorwayBody>(metPath);
    expect(
      Date.parse(fresh.properties.meta.updated_at) - Date.parse(stale.properties.meta.updated_at),
    ).toBeGreaterThanOrEqual(18 * msPerHour);
  });

  it('come by seed and request, in whatever order these arrive', () => {
    const urls = Array.from({ length: 4000 }, (_, k) => `/metar/api/data/metar?ids=${k}`);
    const faults: SimulatedFaults = { failed: 0.1, cut: 0.05, slow: 0.02 };
    const draw = (order: readonly string[], seed = 1) => {
      const plan = planFaults(seed, faults);
      return new Map(order.map((url) => [url, plan.draw('metar', url)]));
    };
    const forth = draw(urls);
    const back = draw(urls.toReversed());
    for (const url of urls) expect(back.get(url)).toBe(forth.get(url));
    expect(draw(urls, 2)).not.toEqual(forth);
    const share = (kind: string) => [...forth.values()].filter((one) => one === kind).length / urls.length;
    // Three standard errors.
    expect(Math.abs(share('failed') - 0.1)).toBeLessThan(0.015);
    expect(Math.abs(share('cut') - 0.05)).toBeLessThan(0.011);
    expect(Math.abs(share('slow') - 0.02)).toBeLessThan(0.007);
  });

  it('leave what they cannot spoil, and never break the simulator', async () => {
    const all = [
      path,
      metPath,
      '/metar/api/data/metar?format=json&ids=ZZZZ',
      '/us-nws/points/47.61,-122.33',
      '/us-nws/nothing',
    ];
    for (const kind of faultKinds) {
      if (kind === 'cut') continue;
      always(kind, { slowMs: 1 });
      for (const one of all) expect((await get(one)).status).toBeGreaterThanOrEqual(200);
    }
    always('fahrenheit');
    expect((await get('/us-nws/nothing')).status).toBe(404);
    expect(world.providers.calls['us-nws'].faults).not.toHaveProperty('nan');
  });
});
