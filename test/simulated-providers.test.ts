import { describe, expect, it } from 'vitest';
import { slidingMost } from './simulated-calls.ts';
import { get as getFrom } from './simulated-client.ts';
import { providersForEachTest } from './simulated-each.ts';
import { openMeteoCalls } from './simulated-open-meteo.ts';
import { startSimulatedProviders } from './simulated-providers.ts';

const world = providersForEachTest();
const { get } = world;

const berlin = 'latitude=52.52&longitude=13.41&elevation=38';
const forecast = `/open-meteo/v1/forecast?${berlin}`;

describe('replies', () => {
  const paths = [
    `${forecast}&hourly=temperature_2m,weather_code&models=icon_seamless,gfs_seamless`,
    '/met-norway/weatherapi/locationforecast/2.0/complete?lat=60&lon=11',
    '/metar/api/data/metar?format=json&bbox=50,10,51,12&hours=2',
  ];

  it('are the same bytes for the same seed, and others for another', async () => {
    const one = await Promise.all(paths.map(async (path) => (await get(path)).text));
    for (const [seed, same] of [
      [7, true],
      [8, false],
    ] as const) {
      await using other = await startSimulatedProviders({ seed, now: () => world.now });
      // In the other order.
      const texts = [];
      for (const path of paths.toReversed()) texts.unshift((await getFrom(other.url + path)).text);
      expect(texts.map((text, k) => text === one[k])).toEqual([same, same, same]);
    }
  });

  it('have headers in simulated time', async () => {
    world.now = Date.UTC(2030, 0, 1, 12);
    expect((await get(paths[0])).headers.date).toBe('Tue, 01 Jan 2030 12:00:00 GMT');
  });

  it('are 404 outside all providers and 405 for what is no GET', async () => {
    expect((await get('/elsewhere/')).status).toBe(404);
    expect((await fetch(`${world.providers.url}/metar/api/data/metar`, { method: 'POST' })).status).toBe(405);
  });
});

describe('counting', () => {
  it('weighs as Open-Meteo does', () => {
    // Figures that the provider's own tests have: 7 days of 15 variables, 21 years of one.
    expect(openMeteoCalls(1, 15, 1, 7)).toBe(1.5);
    expect(openMeteoCalls(1, 1, 1, 7670)).toBeCloseTo(54.79, 2);
    expect(openMeteoCalls(3, 2, 2, 7)).toBe(3);
  });

  it('knows what was asked, sent, and when', async () => {
    const path =
      '/open-meteo/v1/forecast?latitude=1,2&longitude=3,4&hourly=temperature_2m,rain&models=gfs_seamless,gem_seamless';
    await get(path);
    await get(path);
    await get('/open-meteo/v1/forecast?latitude=91&longitude=3&hourly=rain');
    world.now += 500;
    await get(`${path}&forecast_days=14`);
    const { requests, calls, statuses, served, simulated, real, abandoned } =
      world.providers.calls['open-meteo'];
    expect({ requests, calls, statuses, abandoned }).toEqual({
      requests: 4,
      calls: 7,
      statuses: { 200: 3, 400: 1 },
      abandoned: 0,
    });
    expect(Object.fromEntries(served)).toEqual({
      '1,3|gfs_seamless|2026-03-10T06:00:00.000Z': 3,
      '1,3|gem_seamless|2026-03-10T06:00:00.000Z': 3,
      '2,4|gfs_seamless|2026-03-10T06:00:00.000Z': 3,
      '2,4|gem_seamless|2026-03-10T06:00:00.000Z': 3,
    });
    expect(simulated.second).toEqual({ requests: 4, calls: 7 });
    expect(real.hour).toEqual({ requests: 4, calls: 7 });
    world.now += 1000;
    await get(path);
    expect(world.providers.calls['open-meteo'].simulated.second).toEqual({ requests: 4, calls: 7 });
    expect(world.providers.calls['open-meteo'].simulated.minute).toEqual({ requests: 5, calls: 9 });
    expect(world.providers.calls.metar.requests).toBe(0);
  });

  it('does not count as served what was spoilt or cut', async () => {
    for (const kind of ['nan', 'cut', 'stale', 'html', 'failed']) {
      world.providers.setFaults({ [kind]: 1 });
      await get(`${forecast}&hourly=rain`).catch(() => {});
    }
    expect(world.providers.calls['open-meteo'].served.size).toBe(0);
    world.providers.setFaults({});
    await get(`${forecast}&hourly=rain`);
    expect([...world.providers.calls['open-meteo'].served.values()]).toEqual([1]);
  });

  it('sees how many are under way at once', async () => {
    await using slow = await startSimulatedProviders({ seed: 1, now: () => world.now, latencyMs: 50 });
    const rain = `${slow.url}${forecast}&hourly=rain`;
    await Promise.all(Array.from({ length: 6 }, (_, k) => getFrom(`${rain}&forecast_days=${k + 1}`)));
    await getFrom(rain);
    expect(slow.calls['open-meteo'].mostAtOnce).toBe(6);
  });

  it('finds the fullest span, open at its older end', () => {
    const most = slidingMost(1000);
    for (const [time, calls] of [
      [0, 1],
      [0.4, 1],
      [999, 2.5],
      [1000, 1],
      [1500, 1],
      [1999, 0.1],
      [5000, 3],
    ] as const)
      most.add(time, calls);
    // (0, 1000]: 2.5 + 1; [0, 999]: 1 + 1 + 2.5, of three requests; (500, 1500]: 4.5; (999, 1999]: 2.1.
    expect(most.most()).toEqual({ requests: 3, calls: 4.5 });
  });

  it('stays exact over many requests', () => {
    const most = slidingMost(1000);
    for (let k = 0; k < 50_000; k++) most.add(k * 0.7, 1);
    expect(most.most().requests).toBeGreaterThanOrEqual(1428);
    expect(most.most().requests).toBeLessThanOrEqual(1430);
  });
});
