import { describe, expect, it } from 'vitest';
import { msPerHour } from '../src/weather/time.ts';
import { politeAgent } from './simulated-client.ts';
import { providersForEachTest } from './simulated-each.ts';
import { simulatedStationsNear } from './simulated-stations.ts';

const world = providersForEachTest();
const { get, json } = world;

interface NwsProperties {
  readonly gridId: string;
  readonly gridX: number | string;
  readonly gridY: number | string;
  readonly forecastGridData: string;
  readonly observationStations: string;
  readonly timeZone: string;
  readonly updateTime: string;
  readonly stationIdentifier: string;
  readonly timestamp: string;
  readonly rawMessage: string;
  readonly temperature: {
    readonly uom: string;
    readonly values: readonly { readonly validTime: string; readonly value: number }[];
    readonly unitCode: string;
    readonly value: number;
  };
  readonly periods: readonly Readonly<Record<string, unknown>>[];
}

interface NwsBody {
  readonly properties: NwsProperties;
  readonly features: readonly { readonly properties: NwsProperties }[];
}

describe('the simulated National Weather Service', () => {
  it('leads from a point to its grid', async () => {
    const point = await get('/us-nws/points/47.61,-122.33');
    expect(point.headers['cache-control']).toBe('public, max-age=20000, s-maxage=120');
    expect(point.headers.date).toBe('Tue, 10 Mar 2026 10:20:00 GMT');
    const { gridId, gridX, gridY, forecastGridData, timeZone } = (JSON.parse(point.text) as NwsBody)
      .properties;
    expect(timeZone).toBe('America/Los_Angeles');
    expect(forecastGridData).toBe(`${world.providers.url}/us-nws/gridpoints/${gridId}/${gridX},${gridY}`);

    const { properties } = await json<NwsBody>(forecastGridData.slice(world.providers.url.length));
    // Strings here, numbers in the point.
    expect(properties.gridX).toBe(String(gridX));
    const issuedAt = Date.UTC(2026, 2, 10, 9);
    expect(Math.floor(Date.parse(properties.updateTime) / msPerHour) * msPerHour).toBe(issuedAt);
    expect(properties.temperature.uom).toBe('wmoUnit:degC');
    let hours = 0;
    for (const { validTime, value } of properties.temperature.values) {
      const [from, duration] = validTime.split('/');
      expect(Date.parse(from)).toBe(issuedAt + hours * msPerHour);
      const [, days = '0', rest = '0'] = /^P(?:(\d+)D)?(?:T(\d+)H)?$/.exec(duration) ?? [];
      hours += Number(days) * 24 + Number(rest);
      // Whole degrees Fahrenheit.
      expect(value * 1.8 + 32).toBeCloseTo(Math.round(value * 1.8 + 32), 6);
    }
    expect(hours).toBe(186);
    // Equal neighbours are one interval.
    expect(properties.temperature.values.length).toBeLessThan(180);
  });

  it('has an hourly forecast in three styles', async () => {
    const { gridId, gridX, gridY } = (await json<NwsBody>('/us-nws/points/47.61,-122.33')).properties;
    const path = `/us-nws/gridpoints/${gridId}/${gridX},${gridY}/forecast/hourly`;
    const periods = async (query: string, headers = {}) => {
      const asked = { 'User-Agent': politeAgent, ...headers };
      return (await json<NwsBody>(path + query, asked)).properties.periods;
    };
    const [us] = await periods('');
    expect(us).toMatchObject({ number: 1, startTime: '2026-03-10T03:00:00-07:00', temperatureUnit: 'F' });
    expect(us.windSpeed).toMatch(/^\d+ mph$/);
    const [si] = await periods('?units=si');
    expect(si.windSpeed).toMatch(/^\d+ km\/h$/);
    expect(Math.abs(Number(si.temperature) * 1.8 + 32 - Number(us.temperature))).toBeLessThan(0.2);
    const [flagged] = await periods('', {
      'Feature-Flags': 'forecast_temperature_qv, forecast_wind_speed_qv',
    });
    expect(flagged.temperature).toEqual({ unitCode: 'wmoUnit:degF', value: us.temperature });
    expect(flagged.windSpeed).toMatchObject({ unitCode: 'wmoUnit:km_h-1' });
    // The clocks went forward two days before; the zone's offset is that of each hour.
    world.now = Date.UTC(2026, 2, 7, 10, 20);
    const all = await periods('');
    expect([all[0].startTime, all.at(-1)?.startTime]).toEqual([
      '2026-03-07T02:00:00-08:00',
      '2026-03-13T14:00:00-07:00',
    ]);
  });

  it('has stations and what they observed', async () => {
    const { observationStations } = (await json<NwsBody>('/us-nws/points/47.61,-122.33')).properties;
    const stations = (await json<NwsBody>(observationStations.slice(world.providers.url.length))).features;
    const { stationIdentifier: id } = stations[0].properties;
    const [nearest] = simulatedStationsNear(
      world.providers.weather,
      { latitude: 47.6125, longitude: -122.3375, elevation: 0 },
      50,
    );
    expect(id).toBe(nearest.id);
    const path = `/us-nws/stations/${id}/observations`;
    const { features } = await json<NwsBody>(
      `${path}?start=2026-03-10T04:00:00Z&end=2026-03-10T09:59:00Z&limit=500`,
    );
    expect(features.length).toBeGreaterThanOrEqual(6);
    const times = features.map(({ properties }) => Date.parse(properties.timestamp));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    const { temperature, rawMessage } = features[0].properties;
    expect(temperature.unitCode).toBe('wmoUnit:degC');
    const truth = world.providers.weather.at(nearest).truth(times[0]).temperature;
    expect(Math.abs(temperature.value - truth)).toBeLessThan(nearest.hasTenths ? 0.6 : 1.1);
    expect(rawMessage).toContain(`${id} 10`);
    const latest = await json<NwsBody>(`${path}/latest`);
    expect(Date.parse(latest.properties.timestamp)).toBeGreaterThanOrEqual(times[0]);
  });

  it('keeps its rules', async () => {
    expect((await get('/us-nws/points/47.61,-122.33', {})).status).toBe(403);
    const precise = await get('/us-nws/points/47.612345,-122.33');
    expect([precise.status, precise.headers.location]).toEqual([301, '/us-nws/points/47.6123,-122.33']);
    const unknown = await get('/us-nws/points/47.61,-122.33?t=1');
    expect([unknown.status, unknown.headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(JSON.parse(unknown.text)).toMatchObject({
      status: 400,
      parameterErrors: [{ parameter: 'query.t' }],
    });
    const outside = await get('/us-nws/points/52.5,13.4');
    expect(JSON.parse(outside.text)).toMatchObject({
      status: 404,
      type: 'https://api.weather.gov/problems/InvalidPoint',
      detail: 'Unable to provide data for requested point 52.5,13.4',
    });
    expect((await get('/us-nws/gridpoints/AAA/1,1')).status).toBe(404);
    expect((await get('/us-nws/alerts')).status).toBe(404);
  });
});
