import { describe, expect, it } from 'vitest';
import { airportHours, hourlyValues } from '../weather/hourly-values.ts';
import { findVariable } from '../weather/variable.ts';
import type { Question, SourceTools } from './source.ts';
import { decodeObservations } from './us-nws-observations.ts';
import { usNwsStations } from './us-nws-stations.ts';

// Replies made by hand in the documented shape of api.weather.gov.

const onUnread = (_station: string, error: Error) => {
  throw error;
};

const base = 'https://api.weather.gov';

function toolsThatAnswer(replies: Readonly<Record<string, unknown>>) {
  const asked: Question[] = [];
  const tools: SourceTools = {
    now: () => 0,
    ask: async (question) => {
      asked.push(question);
      return { status: 200, body: replies[question.url], receivedAt: 0 };
    },
  };
  return { asked, tools };
}

function observed(timestamp: string | null, properties: object): object {
  return { properties: { timestamp, station: `${base}/stations/KDCA`, ...properties } };
}

describe('stationsNear', () => {
  const stationAt = (
    stationIdentifier: string,
    coordinates: number[],
    elevation: unknown,
    name?: string,
  ) => ({
    geometry: { type: 'Point', coordinates },
    properties: { stationIdentifier, elevation, ...(name && { name }) },
  });
  const point = {
    properties: { gridId: 'LWX', observationStations: `${base}/gridpoints/LWX/95,71/stations` },
  };
  const list = {
    features: [
      stationAt('KFAR', [-78.5, 38.9], { unitCode: 'wmoUnit:m', value: 100 }),
      stationAt('KIAD', [-77.45, 38.95, 93], { unitCode: 'wmoUnit:[ft_i]', value: null }, 'Dulles'),
      stationAt('KDCA', [-77.03417, 38.84833], { unitCode: 'wmoUnit:ft', value: 13 }, 'Reagan'),
      stationAt('KNUL', [-77.1, 38.9], null),
    ],
  };

  it('are those within the distance, nearest first', async () => {
    const { asked, tools } = toolsThatAnswer({
      [`${base}/points/38.886,-77.094`]: point,
      [`${base}/gridpoints/LWX/95,71/stations`]: list,
    });
    const here = { latitude: 38.886, longitude: -77.094, elevation: NaN };
    expect(await usNwsStations().stationsNear(here, 40, tools)).toEqual([
      { id: 'KNUL', name: 'KNUL', latitude: 38.9, longitude: -77.1, elevation: NaN },
      {
        id: 'KDCA',
        name: 'Reagan',
        latitude: 38.84833,
        longitude: -77.03417,
        elevation: expect.closeTo(3.9624, 10),
      },
      { id: 'KIAD', name: 'Dulles', latitude: 38.95, longitude: -77.45, elevation: NaN },
    ]);
    expect(asked.map(({ headers }) => headers)).toEqual([
      { accept: 'application/geo+json' },
      { accept: 'application/geo+json' },
    ]);
  });

  it('are asked for at our own address, whatever host the reply names', async () => {
    const { asked, tools } = toolsThatAnswer({
      'http://proxy/points/1,2': point,
      'http://proxy/gridpoints/LWX/95,71/stations': { features: [] },
    });
    const source = usNwsStations({ url: 'http://proxy' });
    expect(await source.stationsNear({ latitude: 1, longitude: 2, elevation: NaN }, 40, tools)).toEqual([]);
    expect(asked[1].url).toBe('http://proxy/gridpoints/LWX/95,71/stations');
  });

  it('are NotFound where there are none', async () => {
    const { tools } = toolsThatAnswer({
      [`${base}/points/1,2`]: { properties: { observationStations: null } },
    });
    const near = usNwsStations().stationsNear({ latitude: 1, longitude: 2, elevation: NaN }, 40, tools);
    await expect(near).rejects.toMatchObject({
      name: 'NotFound',
      message: 'us-nws has no stations for 1, 2; it covers the United States and their territories',
    });
  });
});

describe('readings', () => {
  const temperature = (value: number) => ({
    temperature: { unitCode: 'wmoUnit:degC', value, qualityControl: 'V' },
  });

  it('are asked for day by day, each time from its beginning and before its end', async () => {
    const days = [
      `${base}/stations/KDCA/observations?start=2026-01-01T12:00:00Z&end=2026-01-02T12:00:00Z&limit=500`,
      `${base}/stations/KDCA/observations?start=2026-01-02T12:00:00Z&end=2026-01-02T18:00:00Z&limit=500`,
    ];
    const { asked, tools } = toolsThatAnswer({
      [days[0]]: {
        features: [
          observed('2026-01-02T12:00:00+00:00', temperature(3)),
          observed('2026-01-01T12:00:00+00:00', temperature(2)),
          observed('2026-01-01T11:59:59+00:00', temperature(1)),
        ],
      },
      [days[1]]: { features: [observed('2026-01-02T12:00:00+00:00', temperature(3))] },
    });
    const readings = await usNwsStations().readings(
      { stations: ['KDCA'], from: Date.UTC(2026, 0, 1, 12), until: Date.UTC(2026, 0, 2, 18), onUnread },
      tools,
    );
    expect(asked.map(({ url }) => url)).toEqual(days);
    expect(asked[0].about).toBe('KDCA');
    expect(readings).toEqual([
      {
        station: 'KDCA',
        variable: 'temperature_2m',
        time: Date.UTC(2026, 0, 1, 12),
        value: 2,
        receivedAt: NaN,
      },
      {
        station: 'KDCA',
        variable: 'temperature_2m',
        time: Date.UTC(2026, 0, 2, 12),
        value: 3,
        receivedAt: NaN,
      },
    ]);
  });

  it('of a week at most', () => {
    const source = usNwsStations();
    expect(source).toMatchObject({ name: 'us-nws', daysBack: 7, stationsAtOnce: 1 });
    expect(source.covers({ latitude: 38.9, longitude: -77, elevation: NaN })).toBe(true);
  });
});

describe('decodeObservations', () => {
  const time = '2026-01-01T12:52:00+00:00';

  function valuesOf(...features: object[]) {
    return decodeObservations({ features }, 'KDCA', 'us-nws, KDCA').map(({ variable, value }) => [
      variable,
      value,
    ]);
  }

  it('reads the unit of each value', () => {
    expect(
      valuesOf(
        observed(time, {
          temperature: { unitCode: 'unit:degF', value: 50, qualityControl: 'qc:V' },
          dewpoint: { unitCode: 'wmoUnit:K', value: 273.15, qualityControl: 'V' },
          relativeHumidity: { unitCode: 'wmoUnit:percent', value: 35.16, qualityControl: 'V' },
          windSpeed: { unitCode: 'wmoUnit:km_h-1', value: 36, qualityControl: 'V' },
          windGust: { unitCode: 'unit:m_s-1', value: 15, qualityControl: 'S' },
          windDirection: { unitCode: 'wmoUnit:degree_(angle)', value: 280, qualityControl: 'V' },
          seaLevelPressure: { unitCode: 'wmoUnit:Pa', value: 101_360, qualityControl: 'V' },
          // The altimeter setting of a station 1,612 m up; the pressure there is some 843 hPa.
          barometricPressure: { unitCode: 'wmoUnit:Pa', value: 102_410, qualityControl: 'V' },
          visibility: { unitCode: 'wmoUnit:m', value: 16_090, qualityControl: 'C' },
          precipitationLastHour: { unitCode: 'wmoUnit:m', value: 0.0025, qualityControl: 'C' },
        }),
      ),
    ).toEqual([
      ['temperature_2m', 10],
      ['dew_point_2m', 0],
      ['relative_humidity_2m', 35.16],
      ['wind_speed_10m', 10],
      ['wind_direction_10m', 280],
      ['wind_gusts_10m', 15],
      ['pressure_msl', 1013.6],
      ['visibility', 16_090],
      ['precipitation', 2.5],
    ]);
    expect(
      valuesOf(observed(time, { precipitationLastHour: { unitCode: 'wmoUnit:mm', value: 2.5 } })),
    ).toEqual([['precipitation', 2.5]]);
  });

  it('has the rain of full hours, from reports that close them', () => {
    const rain = (value: number) => ({ precipitationLastHour: { unitCode: 'wmoUnit:mm', value } });
    const features = [
      observed('2026-01-01T10:52:00+00:00', rain(1)),
      observed('2026-01-01T11:52:00+00:00', rain(2)),
      // A special report counts from the last one.
      observed('2026-01-01T12:03:00+00:00', rain(7)),
      observed('2026-01-01T12:52:00+00:00', rain(3)),
    ];
    const readings = decodeObservations({ features }, 'KDCA', 'us-nws, KDCA');
    const period = { from: Date.UTC(2026, 0, 1, 9), until: Date.UTC(2026, 0, 1, 15) };
    const hours = hourlyValues(readings, findVariable('precipitation'), period, airportHours);
    expect(hours.map(({ time: hour, value }) => [new Date(hour).getUTCHours(), value])).toEqual([
      [11, 1],
      [12, 2],
      [13, 3],
    ]);
  });

  it.each([
    ['V', true],
    ['S', true],
    ['C', true],
    ['Z', true],
    ['qc:Z', true],
    ['G', true],
    ['T', true],
    [null, true],
    ['X', false],
    ['qc:X', false],
    ['Q', false],
    ['B', false],
    ['I', false],
    ['W', false],
    ['?', false],
  ])('keeps what is marked %j: %s', (qualityControl, kept) => {
    const values = valuesOf(
      observed(time, { temperature: { unitCode: 'wmoUnit:degC', value: 46, qualityControl } }),
    );
    expect(values).toEqual(kept ? [['temperature_2m', 46]] : []);
  });

  it('takes the value, not the gap, of a time that comes twice', () => {
    const temperature = (value: number | null) => ({ temperature: { unitCode: 'wmoUnit:degC', value } });
    const corrected = observed(time, temperature(7));
    expect(valuesOf(observed(time, temperature(null)), corrected, observed(time, temperature(9)))).toEqual([
      ['temperature_2m', 7],
    ]);
    expect(valuesOf(observed(time, temperature(null)))).toEqual([['temperature_2m', NaN]]);
  });

  it.each([
    [
      'a value without a unit',
      observed(time, { temperature: { value: 7 } }),
      'features[0].properties.temperature.unitCode is missing; it must be the unit of 7, such as wmoUnit:degC',
    ],
    [
      'a value without a time',
      observed(null, { visibility: { unitCode: 'wmoUnit:m', value: 7 } }),
      'features[0].properties.timestamp is missing; it must be the time of the visibility',
    ],
    [
      'a time without a zone',
      observed('2026-01-01T12:52', {}),
      'features[0].properties.timestamp must be a time with its zone, such as 2004-01-31T00:00Z, not "2026-01-01T12:52"',
    ],
    [
      'a text for a number',
      observed(time, { temperature: { unitCode: 'wmoUnit:degC', value: 'warm' } }),
      'features[0].properties.temperature.value must be a number, not "warm"',
    ],
  ])('refuses %s', (_, feature, message) => {
    expect(() => valuesOf(feature)).toThrow(
      expect.objectContaining({ name: 'InvalidData', message: `us-nws, KDCA: ${message}` }),
    );
  });
});
