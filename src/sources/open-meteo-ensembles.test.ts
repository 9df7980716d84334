import { describe, expect, it } from 'vitest';
import { openMeteoEnsembleMeans, openMeteoEnsembles } from './open-meteo-ensembles.ts';
import type { Question } from './source.ts';

// All replies here are made by hand, in the documented shape.
const hour = 3_600_000;
const run = Date.UTC(2024, 5, 1, 0);
const now = run + 9 * hour;
const garden = { name: 'Garden', latitude: 52.52, longitude: 13.41, elevation: 40, zone: 'Europe/Berlin' };

function asking(columns: Record<string, readonly [unit: string, values: readonly (number | null)[]]>) {
  const asked: Question[] = [];
  const entries = Object.entries(columns);
  const reply = {
    utc_offset_seconds: 0,
    hourly_units: { time: 'unixtime', ...Object.fromEntries(entries.map(([name, [unit]]) => [name, unit])) },
    hourly: {
      time: [now / 1000, now / 1000 + 3600],
      ...Object.fromEntries(entries.map(([name, [, values]]) => [name, values])),
    },
  };
  const metadata = {
    last_run_initialisation_time: run / 1000,
    last_run_availability_time: (run + 8 * hour) / 1000,
  };
  const tools = {
    now: () => now,
    ask: async (question: Question) => {
      asked.push(question);
      return { status: 200, body: question.url.includes('/data/') ? metadata : reply, receivedAt: now };
    },
  };
  return { asked, tools };
}

const wanted = (name: string, ...variables: string[]) => ({
  places: [garden],
  names: [`open-meteo/${name}`],
  variables,
  hours: 1,
});

describe('openMeteoEnsembles', () => {
  const source = openMeteoEnsembles({ ensembles: ['ecmwf_ifs025_ensemble', 'ecmwf_ifs025_ensemble_mean'] });

  it('has the control and the members in the order of their numbers', async () => {
    const { tools, asked } = asking({
      temperature_2m: ['°C', [10, 11]],
      temperature_2m_member10: ['°C', [30, 31]],
      temperature_2m_member02: ['°C', [20, null]],
      rain: ['mm', [0, 1]],
      rain_member02: ['mm', [2, 3]],
      visibility: ['undefined', [null, null]],
      visibility_member02: ['undefined', [null, null]],
    });
    const request = wanted('ecmwf_ifs025_ensemble', 'temperature_2m', 'rain', 'visibility');
    expect(await source.forecasts(request, tools)).toEqual([
      {
        source: 'open-meteo/ecmwf_ifs025_ensemble',
        place: 'Garden',
        issuedAt: run,
        knownAt: now,
        columns: ['member_00', 'member_02', 'member_10'],
        series: [
          { variable: 'temperature_2m', leads: [9, 10], values: Float64Array.of(10, 20, 30, 11, NaN, 31) },
          { variable: 'rain', leads: [9, 10], values: Float64Array.of(0, 2, NaN, 1, 3, NaN) },
        ],
      },
    ]);
    expect(asked.map(({ url }) => new URL(url)).map(({ host, pathname }) => host + pathname)).toEqual([
      'ensemble-api.open-meteo.com/data/ecmwf_ifs025_ensemble/static/meta.json',
      'ensemble-api.open-meteo.com/v1/ensemble',
      'ensemble-api.open-meteo.com/data/ecmwf_ifs025_ensemble/static/meta.json',
    ]);
  });

  it('knows suffixes behind the number of the member', async () => {
    const { tools } = asking({
      rain_ecmwf_ifs025_ensemble: ['mm', [0, 1]],
      rain_member01_ecmwf_ifs025_ensemble: ['mm', [2, 3]],
    });
    const [forecast] = await source.forecasts(wanted('ecmwf_ifs025_ensemble', 'rain'), tools);
    expect(forecast.columns).toEqual(['member_00', 'member_01']);
    expect(forecast.series[0].values).toEqual(Float64Array.of(0, 2, 1, 3));
  });

  it('counts each member like a model of its own', () => {
    const request = { ...wanted('ecmwf_ifs025_ensemble', 'temperature_2m', 'rain'), hours: 240 };
    expect(source.calls(request)).toBe(10.2);
    expect(source.names).toEqual(['open-meteo/ecmwf_ifs025_ensemble']);
  });
});

describe('openMeteoEnsembleMeans', () => {
  const source = openMeteoEnsembleMeans({ ensembles: ['ncep_gefs025', 'ecmwf_ifs025_ensemble_mean'] });

  it('has mean and spread, whose kelvins are no temperature', async () => {
    const { tools, asked } = asking({
      temperature_2m: ['°C', [13.7, 12.9]],
      temperature_2m_spread: ['K', [0.4, null]],
      wind_speed_10m: ['km/h', [36, 18]],
      wind_speed_10m_spread: ['km/h', [3.6, 7.2]],
      rain: ['mm', [1, 2]],
      rain_spread: ['undefined', [null, null]],
    });
    const request = wanted('ecmwf_ifs025_ensemble_mean', 'temperature_2m', 'wind_speed_10m', 'rain');
    const [forecast] = await source.forecasts(request, tools);
    expect(forecast.columns).toEqual(['model_mean', 'x_spread']);
    expect(forecast.series.map(({ values }) => values)).toEqual([
      Float64Array.of(13.7, 0.4, 12.9, NaN),
      Float64Array.of(10, 1, 5, 2),
      Float64Array.of(1, NaN, 2, NaN),
    ]);
    expect(new URL(asked[1].url).searchParams.get('hourly')).toBe(
      'temperature_2m,temperature_2m_spread,wind_speed_10m,wind_speed_10m_spread,rain,rain_spread',
    );
    expect(source.names).toEqual(['open-meteo/ecmwf_ifs025_ensemble_mean']);
    expect(asked[0].url).toContain('/data/ecmwf_ifs025_ensemble_mean/');
  });
});
