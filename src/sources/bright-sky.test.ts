import { describe, expect, it } from 'vitest';
import { WeatherglassError } from '../errors.ts';
import { brightSky } from './bright-sky.ts';
import { decodeBrightSky } from './bright-sky-decode.ts';
import { brightSkyReadings, brightSkyStations } from './bright-sky-stations.ts';
import type { ForecastSource, Question, SourceTools } from './source.ts';

const onUnread = (_station: string, error: Error) => {
  throw error;
};

const url = 'http://brightsky.test';
const hour = 3_600_000;
const now = Date.UTC(2026, 2, 10, 12, 20);

// Made by hand in the documented shape of /weather with units=dwd; all places and numbers are invented.
const station = (id: number, kind: string, dwd: string | null, more = {}) => ({
  id,
  dwd_station_id: dwd,
  observation_type: kind,
  lat: 52.4,
  lon: 13.4,
  height: 50,
  station_name: `STATION ${id}`,
  wmo_station_id: null,
  first_record: '2026-03-08T00:00:00+00:00',
  last_record: '2026-03-10T11:00:00+00:00',
  distance: 100,
  ...more,
});
const record = (timestamp: string, source_id: number, fields = {}) => ({
  timestamp: `2026-03-10T${timestamp}:00+00:00`,
  source_id,
  ...fields,
});
const measuring = station(1, 'current', '00433');
const archive = station(2, 'historical', '00433');
const forecasting = station(3, 'forecast', '00399');
const forecastingToo = station(4, 'forecast', '00400');

const complete = {
  temperature: 15.3,
  dew_point: 10,
  relative_humidity: 71,
  pressure_msl: 1018.9,
  wind_speed: 36,
  wind_direction: 220,
  wind_gust_speed: 54,
  cloud_cover: 88,
  precipitation: 0.2,
  solar: 0.45,
  visibility: 58500,
  sunshine: 20,
  condition: 'rain',
  icon: 'cloudy',
};

/** A provider that answers one address after another from a list, and remembers what it was asked. */
function answering(...bodies: readonly unknown[]) {
  const asked: Question[] = [];
  const tools: SourceTools = {
    now: () => now,
    ask: async (question) => {
      const body = bodies[asked.length % bodies.length];
      asked.push(question);
      if (body instanceof Error) throw body;
      return { status: 200, body, receivedAt: now };
    },
  };
  return { tools, asked };
}

const place = { name: 'Garden', latitude: 52.50004, longitude: 13.4, elevation: NaN, zone: 'Europe/Berlin' };
const forecastsOf = (source: ForecastSource, tools: SourceTools, hours = 48) =>
  source.forecasts({ places: [place], names: source.names, variables: source.variables, hours }, tools);

describe('forecasts of Bright Sky', () => {
  it('are asked for from this hour on, in units that are named', async () => {
    const { tools, asked } = answering({ weather: [], sources: [] });
    expect(await forecastsOf(brightSky({ url }), tools)).toEqual([]);
    expect(asked.map((one) => one.url)).toEqual([
      `${url}/weather?lat=52.5&lon=13.4&date=2026-03-10T12:00Z&last_date=2026-03-12T12:00Z&tz=Etc/UTC&units=dwd`,
    ]);
  });

  it('are asked for ten days ahead at most', async () => {
    const { tools, asked } = answering({ weather: [], sources: [] });
    await forecastsOf(brightSky({ url }), tools, 16 * 24);
    expect(asked[0].url).toContain('date=2026-03-10T12:00Z&last_date=2026-03-20T12:00Z');
  });

  it('are only the records of forecasts, in a list that begins with what was measured', async () => {
    const { tools } = answering({
      weather: [
        record('11:00', 1, complete),
        record('12:00', 1, complete),
        record('13:00', 3, { ...complete, temperature: 16 }),
        record('14:00', 3, { ...complete, temperature: null, relative_humidity: undefined }),
      ],
      sources: [measuring, forecasting],
    });
    const [issued] = await forecastsOf(brightSky({ url }), tools);
    expect(issued).toMatchObject({
      source: 'bright-sky',
      place: 'Garden',
      // The hour in which the reply came, for it does not say when MOSMIX ran.
      issuedAt: Date.UTC(2026, 2, 10, 12),
      knownAt: now,
      columns: ['model_mosmix'],
    });
    const told = issued.series.map(({ variable, leads, values }) => [variable, leads, [...values]]);
    expect(told).toEqual([
      ['temperature_2m', [1, 2], [16, NaN]],
      ['dew_point_2m', [1, 2], [10, 10]],
      ['relative_humidity_2m', [1, 2], [71, NaN]],
      ['pressure_msl', [1, 2], [1018.9, 1018.9]],
      ['wind_speed_10m', [1, 2], [10, 10]],
      ['wind_direction_10m', [1, 2], [220, 220]],
      ['wind_gusts_10m', [1, 2], [15, 15]],
      ['cloud_cover', [1, 2], [88, 88]],
      ['precipitation', [1, 2], [0.2, 0.2]],
      // 0.45 kWh/m² in an hour.
      ['shortwave_radiation', [1, 2], [450, 450]],
      ['visibility', [1, 2], [58500, 58500]],
    ]);
  });

  it('leave out what a measurement filled in, and keep what another forecast did', async () => {
    const { tools } = answering({
      weather: [
        record('13:00', 3, {
          temperature: 16,
          dew_point: 9,
          fallback_source_ids: { temperature: 1, dew_point: 4 },
        }),
        // Measured, with a gap that a forecast filled: not of this source either.
        record('14:00', 1, { temperature: 17, fallback_source_ids: { temperature: 3 } }),
      ],
      sources: [measuring, forecasting, forecastingToo],
    });
    const [issued] = await forecastsOf(brightSky({ url }), tools);
    expect(issued.series).toEqual([{ variable: 'dew_point_2m', leads: [1], values: Float64Array.of(9) }]);
  });

  it('have no amount of an hour that began before they were asked for', async () => {
    const { tools } = answering({
      weather: [
        record('12:00', 3, { temperature: 16, precipitation: 1 }),
        record('13:00', 3, { precipitation: 2 }),
      ],
      sources: [forecasting],
    });
    const [{ series }] = await forecastsOf(brightSky({ url }), tools);
    expect(series.map(({ variable, leads }) => [variable, leads])).toEqual([
      ['temperature_2m', [0, 1]],
      ['precipitation', [1]],
    ]);
  });

  it('end with the hours that are wanted, and are not asked for under another name', async () => {
    const { tools, asked } = answering({
      weather: [record('13:00', 3, { temperature: 16 }), record('14:00', 3, { temperature: 17 })],
      sources: [forecasting],
    });
    const source = brightSky({ url });
    const [{ series }] = await forecastsOf(source, tools, 1);
    expect(series[0].leads).toEqual([1]);
    const request = { places: [place], names: ['other'], variables: source.variables, hours: 1 };
    expect(await source.forecasts(request, tools)).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it('cover Germany', () => {
    const covers = (latitude: number, longitude: number) =>
      brightSky().covers('bright-sky', { latitude, longitude, elevation: NaN });
    expect(covers(52.5, 13.4)).toBe(true);
    expect(covers(47.3, 11.1)).toBe(true);
    expect(covers(54.9, 8.3)).toBe(true);
    expect(covers(48.86, 2.35)).toBe(false);
    expect(covers(59.9, 10.8)).toBe(false);
    expect(covers(-52, 13)).toBe(false);
  });

  it('pass on that no station is near', async () => {
    const { tools } = answering(new WeatherglassError('NotFound', 'bright-sky, Garden: 404'));
    await expect(forecastsOf(brightSky({ url }), tools)).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('a reply of Bright Sky that is not understood', () => {
  const told = (weather: unknown, sources: unknown = [forecasting]) => ({ weather, sources });
  const about = 'bright-sky, Garden';
  it.each([
    // DWD's own files have decimal commas and dashes; in the reply they would be a mistake.
    ['temperature', '12,3', 'weather[0].temperature must be a number, not "12,3"'],
    ['solar', '---', 'weather[0].solar must be a number, not "---"'],
    ['timestamp', '2026-03-10T13:00:00', 'weather[0].timestamp must be a time with its zone, such as'],
    ['source_id', 9, "weather[0].source_id must be one of the sources' ids, not 9"],
    [
      'fallback_source_ids',
      { dew_point: 9 },
      'weather[0].fallback_source_ids.dew_point must be one of the sources',
    ],
  ])('names the field: %s %j', (field, value, message) => {
    const body = told([record('13:00', 3, { [field]: value })]);
    expect(() => decodeBrightSky(body, about)).toThrow(`${about}: ${message}`);
  });

  it('names what is not there', () => {
    expect(() => decodeBrightSky({ detail: 'No sources match your criteria' }, about)).toThrow(
      `${about}: weather is missing; it must be a list`,
    );
    expect(() => decodeBrightSky(told([], null), about)).toThrow(
      `${about}: sources must be a list, not null`,
    );
  });
});

describe('readings of Bright Sky', () => {
  it('are what the station measured, never a forecast', async () => {
    const { tools, asked } = answering({
      weather: [
        record('09:00', 2, { ...complete, temperature: null }),
        record('10:00', 1, { temperature: 14, solar: 0.3, fallback_source_ids: { solar: 3 } }),
        record('11:00', 1, { temperature: 15, dew_point: 5, fallback_source_ids: { dew_point: 5 } }),
        record('12:00', 1, { temperature: 16 }),
        record('12:00', 3, { temperature: 99 }),
      ],
      sources: [measuring, archive, station(3, 'forecast', '00433'), station(5, 'current', '00400')],
    });
    const source = brightSkyStations({ url });
    const [from, until] = [Date.UTC(2026, 2, 10, 9), Date.UTC(2026, 2, 10, 12)];
    const readings = await source.readings({ stations: ['00433'], from, until, onUnread }, tools);
    expect(asked.map((one) => one.url)).toEqual([
      `${url}/weather?dwd_station_id=00433&date=2026-03-10T09:00Z&last_date=2026-03-10T12:00Z&tz=Etc/UTC&units=dwd`,
    ]);
    const nine = { station: '00433', time: from, receivedAt: NaN };
    expect(readings).toEqual([
      { ...nine, variable: 'dew_point_2m', value: 10 },
      { ...nine, variable: 'relative_humidity_2m', value: 71 },
      { ...nine, variable: 'pressure_msl', value: 1018.9 },
      { ...nine, variable: 'wind_speed_10m', value: 10 },
      { ...nine, variable: 'wind_direction_10m', value: 220 },
      { ...nine, variable: 'wind_gusts_10m', value: 15, periodHours: 1 },
      { ...nine, variable: 'cloud_cover', value: 88 },
      { ...nine, variable: 'precipitation', value: 0.2, periodHours: 1 },
      { ...nine, variable: 'shortwave_radiation', value: 450, periodHours: 1 },
      { ...nine, variable: 'visibility', value: 58500 },
      { ...nine, variable: 'temperature_2m', time: from + hour, value: 14 },
      // Its dew point is another station's, and noon is not asked for.
      { ...nine, variable: 'temperature_2m', time: from + 2 * hour, value: 15 },
    ]);
  });

  it('have no direction in a calm', () => {
    const body = {
      weather: [
        record('09:00', 1, { wind_speed: 0, wind_direction: 0 }),
        record('10:00', 1, { wind_speed: 3.6, wind_direction: 360 }),
        record('10:10', 5, { wind_speed_10: 0, wind_direction_10: 0 }),
      ],
      sources: [measuring, station(5, 'synop', '00433')],
    };
    const told = brightSkyReadings(decodeBrightSky(body, 'x')).map(({ variable, value }) => [
      variable,
      value,
    ]);
    expect(told).toEqual([
      ['wind_speed_10m', 0],
      ['wind_speed_10m', 1],
      ['wind_direction_10m', 360],
      ['wind_speed_10m', 0],
    ]);
  });

  it('are asked for a month at a time, and are none where there is nothing', async () => {
    const { tools, asked } = answering(new WeatherglassError('NotFound', '404'));
    const source = brightSkyStations({ url });
    const from = Date.UTC(2026, 0, 1);
    const request = { stations: ['00433', '00399'], from, until: from + 45 * 24 * hour, onUnread };
    expect(await source.readings(request, tools)).toEqual([]);
    expect(asked.map((one) => /id=(\d+)&date=(\S{10}).*last_date=(\S{10})/.exec(one.url)?.slice(1))).toEqual([
      ['00433', '2026-01-01', '2026-01-31'],
      ['00433', '2026-01-31', '2026-02-15'],
      ['00399', '2026-01-01', '2026-01-31'],
      ['00399', '2026-01-31', '2026-02-15'],
    ]);
    const broken = answering(new WeatherglassError('Unavailable', '503'));
    await expect(source.readings(request, broken.tools)).rejects.toMatchObject({ name: 'Unavailable' });
  });
});

describe('stations of Bright Sky', () => {
  const location = { latitude: 52.5, longitude: 13.4, elevation: NaN };

  it('are those that report now, nearest first', async () => {
    const { tools, asked } = answering({
      sources: [
        station(1, 'current', '00001', { lat: 52.6, height: 70 }),
        station(2, 'current', '00002', { lat: 52.52, height: null, station_name: null }),
        station(3, 'forecast', '00003'),
        station(4, 'historical', '00004'),
        station(5, 'synop', '00005'),
        station(6, 'current', null),
        station(7, 'current', '00007', { last_record: '2026-03-07T11:00:00+00:00' }),
        station(8, 'current', '00008', { lat: 53.5 }),
        station(9, 'historical', '00002', { lat: 52.55 }),
      ],
    });
    const found = await brightSkyStations({ url }).stationsNear(location, 50, tools);
    expect(asked.map((one) => one.url)).toEqual([
      `${url}/sources?lat=52.5&lon=13.4&max_dist=50000&tz=Etc/UTC`,
    ]);
    expect(found).toEqual([
      { id: '00002', name: '00002', latitude: 52.52, longitude: 13.4, elevation: NaN },
      { id: '00001', name: 'STATION 1', latitude: 52.6, longitude: 13.4, elevation: 70 },
    ]);
  });

  it('are none where the service knows of none, and are never looked for beyond 500 km', async () => {
    const { tools, asked } = answering(new WeatherglassError('NotFound', '404'));
    expect(await brightSkyStations({ url }).stationsNear(location, 900, tools)).toEqual([]);
    expect(asked[0].url).toContain('max_dist=500000');
  });
});
