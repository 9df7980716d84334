import { describe, expect, it } from 'vitest';
import type { FollowedPlace } from '../weather/place.ts';
import { metNorway } from './met-norway.ts';
import type { ForecastRequest, Question, SourceTools } from './source.ts';

// Replies made by hand in the documented shape of Locationforecast 2.0.

const units = {
  air_temperature: 'celsius',
  air_temperature_percentile_10: 'celsius',
  air_temperature_percentile_90: 'celsius',
  wind_speed: 'm/s',
  wind_speed_of_gust: 'm/s',
  wind_speed_percentile_10: 'm/s',
  wind_speed_percentile_90: 'm/s',
  precipitation_amount: 'mm',
};

function replyOf(timeseries: readonly object[], given: Record<string, string> = units) {
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [10.7, 59.9, 94] },
    properties: { meta: { updated_at: '2026-01-01T06:42:10Z', units: given }, timeseries },
  };
}

function stepAt(hour: number, data: object): object {
  return { time: new Date(Date.UTC(2026, 0, 1, hour)).toISOString(), data };
}

const garden: FollowedPlace = {
  name: 'Garden',
  latitude: 59.91273,
  longitude: 10.74609,
  elevation: 94.4,
  zone: 'Europe/Oslo',
};
const receivedAt = Date.UTC(2026, 0, 1, 7, 5);

function toolsThatAnswer(body: unknown, status = 200) {
  const asked: Question[] = [];
  const tools: SourceTools = {
    now: () => receivedAt,
    ask: async (question) => {
      asked.push(question);
      return { status, body, receivedAt };
    },
  };
  return { asked, tools };
}

function wanting(...variables: string[]): ForecastRequest {
  return { places: [garden], names: ['met-norway'], variables, hours: 240 };
}

describe('metNorway asks', () => {
  it('with three decimals and whole metres, once for each place', async () => {
    const { asked, tools } = toolsThatAnswer(replyOf([]));
    const flat = { ...garden, name: 'Flat', elevation: NaN, latitude: 60, longitude: -0.00001 };
    expect(await metNorway().forecasts({ ...wanting(), places: [garden, flat] }, tools)).toEqual([]);
    expect(asked.map(({ url, about }) => [url, about])).toEqual([
      [
        'https://api.met.no/weatherapi/locationforecast/2.0/complete?lat=59.913&lon=10.746&altitude=94',
        'Garden',
      ],
      ['https://api.met.no/weatherapi/locationforecast/2.0/complete?lat=60&lon=0', 'Flat'],
    ]);
    expect(asked[0].provider).toMatchObject({
      name: 'met-norway',
      limits: [{ calls: 10, seconds: 1 }],
      concurrency: 4,
    });
  });

  it('for the compact reply elsewhere, if told so', async () => {
    const { asked, tools } = toolsThatAnswer(replyOf([]));
    const signal = new AbortController().signal;
    await metNorway({ url: 'http://proxy/x', complete: false }).forecasts({ ...wanting(), signal }, tools);
    expect(asked[0]).toMatchObject({
      url: 'http://proxy/x/compact?lat=59.913&lon=10.746&altitude=94',
      signal,
    });
  });

  it('nothing where its name is not due', async () => {
    const { asked, tools } = toolsThatAnswer(replyOf([]));
    expect(await metNorway().forecasts({ ...wanting('temperature_2m'), names: [] }, tools)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('anywhere on Earth', () => {
    const source = metNorway();
    expect(source.covers('met-norway', { latitude: -77.8, longitude: 166.7, elevation: NaN })).toBe(true);
    expect(source.calls({ ...wanting(), places: [garden, garden] })).toBe(2);
    expect(source.variables).toContain('precipitation_sum_6h');
  });
});

describe('metNorway has', () => {
  const details = {
    air_temperature: -3.5,
    air_temperature_percentile_10: -5,
    air_temperature_percentile_90: -2.25,
    wind_speed: 3,
    wind_speed_of_gust: 8.5,
    wind_speed_percentile_10: 2,
  };
  const reply = replyOf([
    stepAt(7, {
      instant: { details },
      next_1_hours: {
        summary: { symbol_code: 'lightsnowshowers_day' },
        details: { precipitation_amount: 0.4 },
      },
      next_6_hours: { summary: { symbol_code: 'snow' }, details: { precipitation_amount: 2.5 } },
    }),
    // Schema traps: no details, no summary, null.
    stepAt(8, { instant: {}, next_1_hours: { details: { precipitation_amount: null } } }),
    stepAt(9, { instant: { details: { air_temperature: null, wind_speed_of_gust: 0 } }, next_1_hours: {} }),
    stepAt(12, {
      instant: { details },
      next_6_hours: { summary: { symbol_code: 'rain' }, details: { precipitation_amount: 1.5 } },
    }),
    stepAt(18, { instant: { details: { air_temperature: 1 } } }),
  ]);

  const gap = [NaN, NaN, NaN];

  it('the forecast beside its quantiles, leads as they come, NaN where there is none', async () => {
    const { tools } = toolsThatAnswer(reply);
    const [issued, ...more] = await metNorway().forecasts(wanting('temperature_2m', 'wind_speed_10m'), tools);
    expect(more).toEqual([]);
    expect(issued).toEqual({
      source: 'met-norway',
      place: 'Garden',
      issuedAt: Date.UTC(2026, 0, 1, 6),
      knownAt: receivedAt,
      columns: ['model_met', 'x_q10', 'x_q90'],
      series: [
        {
          variable: 'temperature_2m',
          leads: [1, 2, 3, 6, 12],
          values: Float64Array.of(-3.5, -5, -2.25, ...gap, ...gap, -3.5, -5, -2.25, 1, NaN, NaN),
        },
        {
          variable: 'wind_speed_10m',
          leads: [1, 2, 3, 6, 12],
          values: Float64Array.of(3, 2, NaN, ...gap, ...gap, 3, 2, NaN, NaN, NaN, NaN),
        },
      ],
    });
  });

  it('amounts at the end of their hours, of six hours only where there is no other', async () => {
    const { tools } = toolsThatAnswer(reply);
    const [{ columns, series }] = await metNorway({ complete: false }).forecasts(
      wanting('precipitation', 'precipitation_sum_6h', 'wind_gusts_10m', 'weather_code'),
      tools,
    );
    expect(columns).toEqual(['model_met']);
    expect(series).toEqual([
      { variable: 'precipitation', leads: [2, 3, 4], values: Float64Array.of(0.4, NaN, NaN) },
      { variable: 'precipitation_sum_6h', leads: [12], values: Float64Array.of(1.5) },
      // The step after three hours may hold the greatest gust of them all.
      { variable: 'wind_gusts_10m', leads: [1, 2, 3], values: Float64Array.of(8.5, NaN, 0) },
      { variable: 'weather_code', leads: [1, 6], values: Float64Array.of(85, 63) },
    ]);
  });

  it('values until as many hours ahead as are wanted', async () => {
    const { tools } = toolsThatAnswer(reply);
    const [{ series }] = await metNorway().forecasts({ ...wanting('temperature_2m'), hours: 2 }, tools);
    expect(series[0].leads).toEqual([1, 2, 3]);
  });

  it('the units that the reply names', async () => {
    const step = stepAt(7, {
      instant: { details: { air_temperature: 50, air_temperature_percentile_10: 9, wind_speed: 36 } },
    });
    const given = { air_temperature: '°F', air_temperature_percentile_10: 'celsius', wind_speed: 'km/h' };
    // 203 says that the product is deprecated; the reply is as good.
    const { tools } = toolsThatAnswer(replyOf([step], given), 203);
    const [{ series }] = await metNorway().forecasts(wanting('temperature_2m', 'wind_speed_10m'), tools);
    expect(series.map(({ values }) => [...values])).toEqual([
      [10, 9, NaN],
      [10, NaN, NaN],
    ]);
  });
});

describe('metNorway refuses', () => {
  const step = (value: unknown) => stepAt(7, { instant: { details: { air_temperature: value } } });
  it.each([
    [
      'a text for a number',
      replyOf([stepAt(6, { instant: {} }), step('x')]),
      'met-norway, Garden: properties.timeseries[1].data.instant.details.air_temperature must be a number, not "x"',
    ],
    [
      'a value without a unit',
      replyOf([step(1)], {}),
      'met-norway, Garden: properties.meta.units.air_temperature is missing; it must be the unit of the values of air_temperature',
    ],
    [
      'a unit of something else',
      replyOf([step(1)], { air_temperature: 'mm' }),
      /^met-norway, Garden: properties\.meta\.units\.air_temperature: Unit "mm"/,
    ],
    [
      'HTML',
      '<html>400 Bad Request</html>',
      'met-norway, Garden: the reply must be an object, not "<html>400 Bad Request</html>"',
    ],
    ['nothing', undefined, 'met-norway, Garden: the reply is missing; it must be an object'],
    [
      'times that go back',
      replyOf([step(2), step(1)]),
      'met-norway, Garden: properties.timeseries[1].time is not later than the one before it',
    ],
    [
      'a time told twice',
      replyOf([step(1), step(1)]),
      'met-norway, Garden: properties.timeseries[1].time is not later than the one before it',
    ],
    [
      'a local time',
      replyOf([{ time: '2026-01-01T07:00', data: {} }]),
      /properties\.timeseries\[0\]\.time must be a time with its zone/,
    ],
  ])('%s', async (_, body, message) => {
    const { tools } = toolsThatAnswer(body);
    await expect(metNorway().forecasts(wanting('temperature_2m'), tools)).rejects.toMatchObject({
      name: 'InvalidData',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    });
  });
});
