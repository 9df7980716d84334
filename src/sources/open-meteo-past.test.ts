import { describe, expect, it } from 'vitest';
import { openMeteoForecasts } from './open-meteo-forecasts.ts';
import type { PastForecasts, Question } from './source.ts';

// All replies here are made by hand, in the documented shape.
const hour = 3_600_000;
const day = 24 * hour;
const from = Date.UTC(2024, 5, 10);
const garden = { name: 'Garden', latitude: 52.52, longitude: 13.41, elevation: 40, zone: 'Europe/Berlin' };

function pastOf(models: readonly string[]): PastForecasts {
  const { past } = openMeteoForecasts({ models });
  if (past === undefined) throw new Error('There are no past forecasts.');
  return past;
}

/** Two hours of the day; `columns` are their values. */
function asking(columns: Record<string, readonly (number | null)[]>, now = from + 30 * day) {
  const asked: Question[] = [];
  const units = Object.keys(columns).map((name) => [name, name.startsWith('temperature') ? '°C' : 'mm']);
  const body = {
    utc_offset_seconds: 0,
    hourly_units: { time: 'unixtime', ...Object.fromEntries(units) },
    hourly: { time: [from / 1000, from / 1000 + 3600], ...columns },
  };
  const ask = async (question: Question) => {
    asked.push(question);
    return { status: 200, body, receivedAt: now };
  };
  return { asked, tools: { now: () => now, ask } };
}

const request = (names: readonly string[], more: object = {}) => ({
  places: [garden],
  names: names.map((name) => `open-meteo/${name}`),
  variables: ['temperature_2m', 'precipitation'],
  from,
  until: from + day,
  ...more,
});

describe('past forecasts', () => {
  it('are runs of every hour with leads of whole days', async () => {
    const { tools, asked } = asking({
      temperature_2m_previous_day1_gfs_global: [10, 11],
      temperature_2m_previous_day2_gfs_global: [20, null],
      precipitation_previous_day1_gfs_global: [0.5, 0],
      temperature_2m_previous_day1_ecmwf_ifs025: [30, 31],
    });
    const runs = await pastOf(['gfs_global', 'ecmwf_ifs025']).forecasts(
      request(['gfs_global', 'ecmwf_ifs025']),
      tools,
    );
    const gfs = { source: 'open-meteo/gfs_global', place: 'Garden', columns: ['model_gfs_global'] };
    expect(runs.slice(0, 3)).toEqual([
      {
        ...gfs,
        issuedAt: from - 2 * day,
        knownAt: from - 2 * day + 6 * hour,
        series: [{ variable: 'temperature_2m', leads: [48], values: Float64Array.of(20) }],
      },
      {
        ...gfs,
        issuedAt: from - day,
        knownAt: from - day + 6 * hour,
        series: [
          { variable: 'temperature_2m', leads: [24], values: Float64Array.of(10) },
          { variable: 'precipitation', leads: [24], values: Float64Array.of(0.5) },
        ],
      },
      {
        ...gfs,
        issuedAt: from - day + hour,
        knownAt: from - day + 7 * hour,
        series: [
          { variable: 'temperature_2m', leads: [24], values: Float64Array.of(11) },
          { variable: 'precipitation', leads: [24], values: Float64Array.of(0) },
        ],
      },
    ]);
    // What takes longer to be public is taken to be known later.
    expect(runs.slice(3).map(({ source, issuedAt, knownAt }) => [source, knownAt - issuedAt])).toEqual([
      ['open-meteo/ecmwf_ifs025', 9 * hour],
      ['open-meteo/ecmwf_ifs025', 9 * hour],
    ]);

    const { searchParams, host } = new URL(asked[0].url);
    expect(host).toBe('previous-runs-api.open-meteo.com');
    expect(searchParams.get('hourly')?.split(',')).toHaveLength(14);
    expect(searchParams.get('hourly')).toMatch(
      /^temperature_2m_previous_day1,.*,precipitation_previous_day7$/,
    );
    expect([searchParams.get('start_date'), searchParams.get('end_date')]).toEqual([
      '2024-06-10',
      '2024-06-10',
    ]);
    expect(searchParams.has('forecast_hours')).toBe(false);
    expect(asked[0].calls).toBe(2.8);
  });

  it('of one run have several leads when days follow each other', async () => {
    const { asked, tools } = asking({});
    const ask = async (question: Question) => {
      asked.push(question);
      const body = {
        utc_offset_seconds: 0,
        hourly_units: {
          time: 'unixtime',
          temperature_2m_previous_day1: '°C',
          temperature_2m_previous_day2: '°C',
        },
        hourly: {
          time: [from / 1000, (from + day) / 1000],
          temperature_2m_previous_day1: [1, 2],
          temperature_2m_previous_day2: [3, 4],
        },
      };
      return { status: 200, body, receivedAt: 0 };
    };
    const runs = await pastOf(['gfs_global']).forecasts(request(['gfs_global'], { until: from + 2 * day }), {
      ...tools,
      ask,
    });
    expect(runs.map(({ issuedAt, series: [one] }) => [issuedAt, one.leads, Array.from(one.values)])).toEqual([
      [from - 2 * day, [48], [3]],
      [from - day, [24, 48], [1, 4]],
      [from, [24], [2]],
    ]);
    expect(runs.every(({ issuedAt, knownAt }) => knownAt < issuedAt + day)).toBe(true);
  });

  it('leave out what is outside the span, and what cannot be known yet', async () => {
    const columns = { temperature_2m_previous_day1: [1, 2] };
    const span = request(['gfs_global'], { from: from + hour });
    const inside = await pastOf(['gfs_global']).forecasts(span, asking(columns).tools);
    expect(inside.map(({ issuedAt }) => issuedAt)).toEqual([from + hour - day]);
    const first = request(['gfs_global'], { until: from + hour });
    const before = await pastOf(['gfs_global']).forecasts(first, asking(columns).tools);
    expect(before.map(({ issuedAt }) => issuedAt)).toEqual([from - day]);
    const early = asking(columns, from - day + 6 * hour);
    const known = await pastOf(['gfs_global']).forecasts(request(['gfs_global']), early.tools);
    expect(known.map(({ issuedAt }) => issuedAt)).toEqual([from - day]);
  });

  it('are asked for a place at a time, and in replies that stay small', async () => {
    const models = ['gfs_global', 'icon_global', 'ecmwf_ifs025', 'icon_eu'];
    const variables = ['temperature_2m', 'rain', 'showers', 'snowfall', 'precipitation']
      .concat(['cloud_cover', 'wind_speed_10m', 'wind_gusts_10m', 'pressure_msl', 'dew_point_2m'])
      .concat(['surface_pressure']);
    const wanted = request(models, { variables, places: [garden, { ...garden, name: 'Hut', latitude: 0 }] });
    const { tools, asked } = asking({});
    await pastOf(models).forecasts(wanted, tools);
    const models_ = asked.map(({ url, about }) => [about, new URL(url).searchParams.get('models')]);
    // 11 variables with 7 leads are 77 columns, so that two models are below 220.
    expect(models_).toEqual([
      ['Garden', 'gfs_global,icon_global'],
      ['Garden', 'ecmwf_ifs025,icon_eu'],
      ['Hut', 'gfs_global,icon_global'],
      ['Hut', 'ecmwf_ifs025'],
    ]);
    const counted = asked.reduce((sum, { calls = 1 }) => sum + calls, 0);
    expect(counted).toBeCloseTo(3 * 15.4 + 7.7, 10);
    expect(pastOf(models).calls(wanted)).toBeCloseTo(counted, 10);
    expect(220 * pastOf(models).daysAtOnce * 24 * 6).toBeLessThan(1e6);
  });
});
