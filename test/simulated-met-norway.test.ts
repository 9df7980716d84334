import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { msPerHour } from '../src/weather/time.ts';
import { type MetNorwayBody, politeAgent } from './simulated-client.ts';
import { providersForEachTest } from './simulated-each.ts';

const world = providersForEachTest();
const { get, json } = world;

describe('the simulated MET Norway', () => {
  const path = '/met-norway/weatherapi/locationforecast/2.0';
  const oslo = 'lat=59.9127&lon=10.7461&altitude=26';

  it('has hours, then steps of six hours', async () => {
    const body = await json<MetNorwayBody>(`${path}/complete?${oslo}`);
    const { meta, timeseries } = body.properties;
    expect(body.geometry.coordinates).toEqual([10.7461, 59.9127, 26]);
    const issuedAt = Math.floor(Date.parse(meta.updated_at) / msPerHour) * msPerHour;
    expect(issuedAt).toBe(Date.UTC(2026, 2, 10, 6));
    expect(timeseries[0].time).toBe('2026-03-10T10:00:00Z');
    expect(timeseries.length).toBeGreaterThanOrEqual(80);
    expect(timeseries.length).toBeLessThanOrEqual(90);
    const run = world.providers.weather
      .at({ latitude: 59.9127, longitude: 10.7461, elevation: 26 })
      .run('met-norway', issuedAt);
    for (const step of timeseries) {
      const { air_temperature: temperature } = step.data.instant.details ?? {};
      expect(temperature).toBe(Math.round(run.at(Date.parse(step.time)).temperature * 10) / 10);
    }
    const tail = timeseries.slice(-3).map(({ data }) => Object.keys(data));
    expect(tail).toEqual([
      ['instant', 'next_12_hours', 'next_6_hours'],
      ['instant', 'next_6_hours'],
      ['instant'],
    ]);
    expect(timeseries.at(-1)?.time).toMatch(/T(?:00|06|12|18):00:00Z$/);
    expect(timeseries[0].data.instant.details).toHaveProperty('air_temperature_percentile_10');
    // Sums of six hours are those of their hours.
    const hours = timeseries
      .slice(0, 6)
      .reduce((sum, { data }) => sum + (data.next_1_hours.details?.precipitation_amount ?? 0), 0);
    expect(
      Math.abs(hours - (timeseries[0].data.next_6_hours.details?.precipitation_amount ?? 0)),
    ).toBeLessThan(0.4);
  });

  it('has less in compact, and no percentiles elsewhere', async () => {
    const compact = await json<MetNorwayBody>(`${path}/compact?${oslo}`);
    expect(Object.keys(compact.properties.timeseries[0].data.instant.details ?? {})).toEqual([
      'air_pressure_at_sea_level',
      'air_temperature',
      'cloud_area_fraction',
      'relative_humidity',
      'wind_from_direction',
      'wind_speed',
    ]);
    const africa = await json<MetNorwayBody>(`${path}/complete?lat=-34&lon=18.4`);
    expect(africa.properties.meta.units).not.toHaveProperty('air_temperature_percentile_10');
    expect(africa.geometry.coordinates[2]).toBe(world.providers.weather.terrain(-34, 18.4));
  });

  it('says until when a reply holds, and 304 where nothing has changed', async () => {
    const first = await get(`${path}/compact?${oslo}`);
    const expires = Date.parse(String(first.headers.expires));
    expect(expires).toBeGreaterThan(world.now);
    expect(expires - world.now).toBeLessThanOrEqual(30 * 60_000);
    const modified = String(first.headers['last-modified']);
    expect(Date.parse(modified)).toBeLessThanOrEqual(world.now);
    const since = { 'User-Agent': politeAgent, 'If-Modified-Since': modified };
    const again = await get(`${path}/compact?${oslo}`, since);
    expect([again.status, again.text, again.headers['last-modified']]).toEqual([304, '', modified]);
    // As long as it holds, the reply is the same.
    world.now = expires - 1000;
    expect((await get(`${path}/compact?${oslo}`)).text).toBe(first.text);
    world.now = expires + msPerHour;
    const later = await get(`${path}/compact?${oslo}`, since);
    expect(later.status).toBe(200);
    expect(later.text).not.toBe(first.text);
  });

  it('sends anew only what has changed', async () => {
    let known = await get(`${path}/compact?${oslo}`);
    const statuses: number[] = [];
    for (let half = 0; half < 24; half++) {
      world.now += 30 * 60_000;
      const since = {
        'User-Agent': politeAgent,
        'If-Modified-Since': String(known.headers['last-modified']),
      };
      const next = await get(`${path}/compact?${oslo}`, since);
      const whole = await get(`${path}/compact?${oslo}`);
      statuses.push(next.status);
      expect(next.status).toBe(whole.text === known.text ? 304 : 200);
      if (next.status === 200) known = next;
    }
    // It begins with another hour each second time; a new run comes with one of the others, or with one of these.
    expect(statuses.filter((status) => status === 304).length).toBeGreaterThanOrEqual(10);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(12);
  });

  it('packs its replies', async () => {
    const plain = await get(`${path}/complete?${oslo}`);
    const packed = await get(`${path}/complete?${oslo}`, {
      'User-Agent': politeAgent,
      'Accept-Encoding': 'gzip',
    });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.bytes).toString()).toBe(plain.text);
  });

  it.each([
    [`${oslo}`, {}, 403],
    [`${oslo}`, { 'User-Agent': 'node' }, 403],
    ['lat=59.91273&lon=10.7461', { 'User-Agent': politeAgent }, 403],
    ['lat=95&lon=10', { 'User-Agent': politeAgent }, 400],
    ['lat=60', { 'User-Agent': politeAgent }, 400],
    [`${oslo}&cachebuster=1`, { 'User-Agent': politeAgent }, 400],
    ['lat=60&lon=10&altitude=1.5', { 'User-Agent': politeAgent }, 400],
  ])('refuses %s as %o with %d, in HTML', async (query, headers, status) => {
    const got = await get(`${path}/compact?${query}`, headers as Record<string, string>);
    expect([got.status, got.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
  });
});
