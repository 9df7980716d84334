import { describe, expect, it } from 'vitest';
import { WeatherglassError } from '../errors.ts';
import type { FollowedPlace } from '../weather/place.ts';
import type { ForecastRequest, Question, SourceTools } from './source.ts';
import { usNws } from './us-nws.ts';

// Replies made by hand in the documented shape of api.weather.gov.

const now = Date.UTC(2026, 0, 1, 10, 20);
const base = 'https://api.weather.gov';
const pointAddress = `${base}/points/38.886,-77.094`;
const cellAddress = `${base}/gridpoints/LWX/95,71`;

const garden: FollowedPlace = {
  name: 'Garden',
  latitude: 38.88612,
  longitude: -77.0941,
  elevation: 47,
  zone: 'America/New_York',
};

// Texts of digits here, numbers in other replies.
const point = { properties: { gridId: 'LWX', gridX: '95', gridY: 71 } };

function gridOf(layers: object, updateTime = '2026-01-01T09:12:34+00:00') {
  return { properties: { '@id': cellAddress, updateTime, gridX: '95', ...layers } };
}

function hourlyOf(periods: readonly object[], updateTime = '2026-01-01T09:12:34+00:00') {
  return { properties: { updateTime, periods } };
}

function toolsThatAnswer(replies: Readonly<Record<string, unknown>>) {
  const asked: Question[] = [];
  const tools: SourceTools = {
    now: () => now,
    ask: async (question) => {
      asked.push(question);
      const body = replies[question.url];
      if (body instanceof Error) throw body;
      if (body === undefined) throw new WeatherglassError('NotFound', `no reply for ${question.url}`);
      return { status: 200, body, receivedAt: now - 60_000 };
    },
  };
  return { asked, tools };
}

function wanting(...variables: string[]): ForecastRequest {
  return { places: [garden], names: ['us-nws'], variables, hours: 240 };
}

async function seriesOf(grid: unknown, ...variables: string[]) {
  const { tools } = toolsThatAnswer({ [pointAddress]: point, [cellAddress]: grid });
  const [issued] = await usNws().forecasts(wanting(...variables), tools);
  return issued?.series.map(({ variable, leads, values }) => [variable, leads, [...values]]) ?? [];
}

describe('usNws asks', () => {
  it('for the point, then for its cell, with an Accept header and no more than three decimals', async () => {
    const { asked, tools } = toolsThatAnswer({ [pointAddress]: point, [cellAddress]: gridOf({}) });
    const { signal } = new AbortController();
    expect(await usNws().forecasts({ ...wanting('temperature_2m'), signal }, tools)).toEqual([]);
    expect(asked.map(({ url, about, headers }) => [url, about, headers])).toEqual([
      [pointAddress, 'Garden', { accept: 'application/geo+json' }],
      [cellAddress, 'Garden', { accept: 'application/geo+json' }],
    ]);
    expect(asked.every((question) => question.signal === signal)).toBe(true);
    expect(asked[0].provider).toMatchObject({ name: 'us-nws', concurrency: 4 });
  });

  it('nothing where its name is not due', async () => {
    const { asked, tools } = toolsThatAnswer({});
    expect(await usNws().forecasts({ ...wanting('temperature_2m'), names: [] }, tools)).toEqual([]);
    expect(asked).toEqual([]);
    expect(usNws().calls(wanting())).toBe(2);
  });
});

describe('usNws spreads merged intervals over their hours:', () => {
  it('what holds at an hour, from the start on', async () => {
    const grid = gridOf({
      temperature: {
        uom: 'wmoUnit:degC',
        values: [
          // Began before the update; the hours before it are no forecast.
          { validTime: '2026-01-01T05:00:00+00:00/PT6H', value: 18.9 },
          { validTime: '2026-01-01T11:00:00+00:00/PT1H', value: null },
          { validTime: '2026-01-01T12:00:00+00:00/P1DT1H', value: 0 },
        ],
      },
    });
    expect(await seriesOf(grid, 'temperature_2m')).toEqual([
      [
        'temperature_2m',
        Array.from({ length: 28 }, (_, lead) => lead),
        [18.9, 18.9, NaN, ...new Array<number>(25).fill(0)],
      ],
    ]);
  });

  it('amounts in equal shares, at the ends of the hours', async () => {
    const grid = gridOf({
      quantitativePrecipitation: {
        uom: 'wmoUnit:mm',
        values: [
          // Four of its six hours began before the issue at 9; 0.5 mm fall in each.
          { validTime: '2026-01-01T05:00:00+00:00/PT6H', value: 3 },
          { validTime: '2026-01-01T11:00:00+00:00/PT3H', value: 0 },
          { validTime: '2026-01-01T14:00:00+00:00/PT2H', value: null },
        ],
      },
      // 30 mm of snow are 3 cm.
      snowfallAmount: {
        uom: 'wmoUnit:mm',
        values: [{ validTime: '2026-01-01T12:00:00+00:00/PT6H', value: 30 }],
      },
    });
    expect(await seriesOf(grid, 'precipitation', 'snowfall')).toEqual([
      ['precipitation', [1, 2, 3, 4, 5, 6, 7], [0.5, 0.5, 0, 0, 0, NaN, NaN]],
      ['snowfall', [4, 5, 6, 7, 8, 9], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
    ]);
  });

  it('gusts undivided, at the ends of the hours', async () => {
    const grid = gridOf({
      windGust: {
        uom: 'wmoUnit:km_h-1',
        values: [{ validTime: '2026-01-01T10:00:00+00:00/PT2H', value: 36 }],
      },
    });
    expect(await seriesOf(grid, 'wind_gusts_10m')).toEqual([['wind_gusts_10m', [2, 3], [10, 10]]]);
  });

  it('as far ahead as is wanted', async () => {
    const forever = [{ validTime: '2026-01-01T09:00:00+00:00/P9999D', value: 5 }];
    const grid = gridOf({ skyCover: { uom: 'wmoUnit:percent', values: forever } });
    const { tools } = toolsThatAnswer({ [pointAddress]: point, [cellAddress]: grid });
    const [{ series }] = await usNws().forecasts({ ...wanting('cloud_cover'), hours: 3 }, tools);
    expect(series[0].leads).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('usNws reads', () => {
  const at9 = (value: unknown) => [{ validTime: '2026-01-01T09:00:00+00:00/PT1H', value }];

  it('the unit of each layer, in old and new spelling', async () => {
    const grid = gridOf({
      temperature: { uom: 'wmoUnit:degC', values: at9(10) },
      dewpoint: { uom: 'unit:degC', values: at9(-1.5) },
      apparentTemperature: { uom: 'wmoUnit:degF', values: at9(50) },
      relativeHumidity: { uom: 'wmoUnit:percent', values: at9(33) },
      windSpeed: { uom: 'wmoUnit:km_h-1', values: at9(18) },
      windDirection: { uom: 'wmoUnit:degree_(angle)', values: at9(270) },
      skyCover: { uom: 'wmoUnit:percent', values: at9(73) },
      visibility: { uom: 'wmoUnit:m', values: at9(16_093.44) },
      pressure: { uom: 'wmoUnit:Pa', values: at9(101_325) },
    });
    expect(await seriesOf(grid, ...usNws().variables)).toEqual([
      ['temperature_2m', [0], [10]],
      ['dew_point_2m', [0], [-1.5]],
      ['apparent_temperature', [0], [10]],
      ['relative_humidity_2m', [0], [33]],
      ['wind_speed_10m', [0], [5]],
      ['wind_direction_10m', [0], [270]],
      ['cloud_cover', [0], [73]],
      ['visibility', [0], [16_093.44]],
      ['surface_pressure', [0], [1013.25]],
    ]);
  });

  it('nothing from a layer without a unit, as a pressure of 29.9 of something', async () => {
    const grid = gridOf({
      pressure: { values: at9(29.9) },
      visibility: { values: [] },
      windGust: {},
      windSpeed: null,
      temperature: { uom: 'wmoUnit:degC', values: [] },
    });
    expect(await seriesOf(grid, ...usNws().variables)).toEqual([]);
  });

  it.each([
    [
      'a value that is no number',
      gridOf({ temperature: { uom: 'wmoUnit:degC', values: at9('warm') } }),
      'us-nws, Garden: properties.temperature.values[0].value must be a number, not "warm"',
    ],
    [
      'a length that is not one of hours',
      gridOf({
        temperature: { uom: 'wmoUnit:degC', values: [{ validTime: '2026-01-01T09:00Z/P1M', value: 1 }] },
      }),
      'us-nws, Garden: properties.temperature.values[0].validTime must be an interval, such as 2022-02-04T01:00:00+00:00/PT10H, not "2026-01-01T09:00Z/P1M"',
    ],
    [
      'a unit of something else',
      gridOf({ temperature: { uom: 'wmoUnit:Pa', values: at9(1) } }),
      /^us-nws, Garden: properties\.temperature\.uom: Unit "wmoUnit:Pa" of pressure cannot become °C/,
    ],
    ['no time of its update', { properties: {} }, /^us-nws, Garden: properties\.updateTime is missing/],
  ])('refuses %s', async (_, grid, message) => {
    await expect(seriesOf(grid, 'temperature_2m')).rejects.toMatchObject({
      name: 'InvalidData',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });

  it('takes an old copy for missing', async () => {
    const values = [{ validTime: '2026-01-01T09:00:00+00:00/PT5H', value: 1 }];
    const layers = { temperature: { uom: 'wmoUnit:degC', values } };
    expect(await seriesOf(gridOf(layers, '2025-12-31T16:20:00Z'), 'temperature_2m')).toHaveLength(1);
    await expect(seriesOf(gridOf(layers, '2025-12-31T16:19:59Z'), 'temperature_2m')).rejects.toMatchObject({
      name: 'Unavailable',
      message:
        'us-nws, Garden: the forecast was updated at 2025-12-31T16:19:59Z, more than 18 hours ago; so old a copy counts as missing',
    });
  });
});

describe('usNws, where the cell is out of order,', () => {
  const expired = new WeatherglassError('Unavailable', 'Forecast Grid Expired (status 503)');
  const period = {
    startTime: '2026-01-01T05:00:00-05:00',
    endTime: '2026-01-01T06:00:00-05:00',
    temperature: 50,
    temperatureUnit: 'F',
    windSpeed: '5 to 10 mph',
  };

  it('takes the hourly forecast', async () => {
    const { asked, tools } = toolsThatAnswer({
      [pointAddress]: point,
      [cellAddress]: expired,
      [`${cellAddress}/forecast/hourly`]: hourlyOf([period]),
    });
    const issued = await usNws().forecasts(wanting('temperature_2m', 'wind_speed_10m', 'visibility'), tools);
    expect(asked).toHaveLength(3);
    expect(issued).toEqual([
      {
        source: 'us-nws',
        place: 'Garden',
        issuedAt: Date.UTC(2026, 0, 1, 9),
        knownAt: now - 60_000,
        columns: ['model_nws'],
        series: [
          { variable: 'temperature_2m', leads: [1], values: Float64Array.of(10) },
          { variable: 'wind_speed_10m', leads: [1], values: Float64Array.of(7.5 * 0.44704) },
        ],
      },
    ]);
  });

  it('refuses an old hourly forecast too', async () => {
    const { tools } = toolsThatAnswer({
      [pointAddress]: point,
      [cellAddress]: expired,
      [`${cellAddress}/forecast/hourly`]: hourlyOf([period], '2025-12-30T00:00:00Z'),
    });
    await expect(usNws().forecasts(wanting('temperature_2m'), tools)).rejects.toThrow(
      /more than 18 hours ago/,
    );
  });

  it.each(['NotFound', 'InvalidData', 'Cancelled', 'Timeout'] as const)('but not for %s', async (name) => {
    const { asked, tools } = toolsThatAnswer({
      [pointAddress]: point,
      [cellAddress]: new WeatherglassError(name, 'so'),
    });
    await expect(usNws().forecasts(wanting('temperature_2m'), tools)).rejects.toMatchObject({
      name,
      message: 'so',
    });
    expect(asked).toHaveLength(2);
  });
});

describe('usNws says NotFound', () => {
  it('as the service does of a point elsewhere', async () => {
    const { tools } = toolsThatAnswer({});
    await expect(usNws().forecasts(wanting('temperature_2m'), tools)).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('of a point without a grid', async () => {
    const { tools } = toolsThatAnswer({ [pointAddress]: { properties: { gridId: null } } });
    await expect(usNws().forecasts(wanting('temperature_2m'), tools)).rejects.toMatchObject({
      name: 'NotFound',
      message: 'us-nws has no forecast for Garden; it covers the United States and their territories',
    });
  });

  it('and trusts no grid that would lead elsewhere', async () => {
    const { tools } = toolsThatAnswer({
      [pointAddress]: { properties: { gridId: '../x', gridX: 1, gridY: 1 } },
    });
    await expect(usNws().forecasts(wanting('temperature_2m'), tools)).rejects.toThrow(
      'us-nws, Garden: properties.gridId must be letters, such as LWX, not "../x"',
    );
  });
});
