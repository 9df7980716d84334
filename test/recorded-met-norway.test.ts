import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { metNorway } from '../src/sources/met-norway.ts';
import { weatherCodeOf } from '../src/sources/met-norway-symbols.ts';
import type { SourceTools } from '../src/sources/source.ts';
import { describeWithData } from './development-data.ts';

const met = (name: string) => `fixtures/met-norway/${name}.json`;

const receivedAt = Date.UTC(2020, 6, 20, 11, 45);

/** What the source makes of a recorded reply; the file holds its status and headers too. */
async function forecastOf(file: string, complete: boolean) {
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: unknown };
  const tools: SourceTools = {
    now: () => receivedAt,
    ask: async () => ({ status: 200, body: data, receivedAt }),
  };
  const source = metNorway({ complete });
  const place = { name: 'Garden', latitude: 51.5, longitude: -0.1, elevation: NaN, zone: 'UTC' };
  const { names, variables } = source;
  const [issued] = await source.forecasts({ places: [place], names, variables, hours: 384 }, tools);
  return issued;
}

type Issued = Awaited<ReturnType<typeof forecastOf>>;

/** Leads of a variable. */
function leadsOf({ series }: Issued, variable: string): readonly number[] {
  return series.find((one) => one.variable === variable)?.leads ?? [];
}

/** A variable's row of columns at a lead. */
function at({ columns, series }: Issued, variable: string, lead: number): number[] {
  const found = series.find((one) => one.variable === variable);
  const step = found?.leads.indexOf(lead) ?? -1;
  return [...(found?.values ?? [])].slice(step * columns.length, (step + 1) * columns.length);
}

const hourly = Array.from({ length: 55 }, (_, k) => 10 + k);
const sixHourly = Array.from({ length: 27 }, (_, k) => 65 + 6 * k);
const instants = [...hourly, ...sixHourly];

describeWithData('The recorded compact reply for Beijing', [met('compact_lat39.9lon116.4')], ([file]) => {
  it('decodes', async () => {
    const issued = await forecastOf(file, false);
    expect(issued).toMatchObject({
      source: 'met-norway',
      issuedAt: Date.UTC(2020, 6, 20, 1),
      knownAt: receivedAt,
      columns: ['model_met'],
    });
    // From 11:00, ten hours after the issue; 6 h apart from the 22nd, 18:00 on.
    const one = (variable: string, lead: number) => at(issued, variable, lead)[0];
    expect(issued.series.map(({ variable }) => variable)).toEqual([
      'temperature_2m',
      'relative_humidity_2m',
      'wind_speed_10m',
      'wind_direction_10m',
      'cloud_cover',
      'pressure_msl',
      'precipitation',
      'precipitation_sum_6h',
      'weather_code',
    ]);
    for (const { variable } of issued.series.slice(0, 6)) expect(leadsOf(issued, variable)).toEqual(instants);
    expect([10, 11, 64, 65, 71, 215, 221].map((lead) => one('temperature_2m', lead))).toEqual([
      30.4, 28.2, 22.8, 22.6, 24.3, 29.4, 37.6,
    ]);
    expect([10, 221].map((lead) => one('relative_humidity_2m', lead))).toEqual([56.5, 33.1]);
    expect([10, 221].map((lead) => one('wind_speed_10m', lead))).toEqual([1.8, 3.5]);
    expect([10, 221].map((lead) => one('wind_direction_10m', lead))).toEqual([219.5, 190.9]);
    expect([10, 215].map((lead) => one('cloud_cover', lead))).toEqual([3.1, 0]);
    expect([10, 221].map((lead) => one('pressure_msl', lead))).toEqual([1003.6, 1006.6]);
    // Amounts an hour, or six, after their step; none after the last.
    expect(leadsOf(issued, 'precipitation')).toEqual(hourly.map((lead) => lead + 1));
    expect([11, 65].map((lead) => one('precipitation', lead))).toEqual([0, 0]);
    expect(leadsOf(issued, 'precipitation_sum_6h')).toEqual(sixHourly.slice(0, 26).map((lead) => lead + 6));
    expect([71, 149, 155, 161, 221].map((lead) => one('precipitation_sum_6h', lead))).toEqual([
      0, 0, 0.4, 0, 0,
    ]);
    expect(leadsOf(issued, 'weather_code')).toEqual(instants.slice(0, 81));
    expect([10, 11, 63, 65, 71, 215].map((lead) => one('weather_code', lead))).toEqual([0, 2, 1, 2, 1, 0]);
  });
});

describeWithData('The recorded complete reply for London', [met('complete_lat51.5lon-0.1')], ([file]) => {
  it('decodes; outside the Nordic area there are no quantiles and no gusts', async () => {
    const issued = await forecastOf(file, true);
    expect(issued.columns).toEqual(['model_met', 'x_q10', 'x_q90']);
    expect(issued.issuedAt).toBe(Date.UTC(2020, 6, 20, 1));
    expect(issued.series.map(({ variable }) => variable)).toEqual([
      'temperature_2m',
      'dew_point_2m',
      'relative_humidity_2m',
      'wind_speed_10m',
      'wind_direction_10m',
      'cloud_cover',
      'pressure_msl',
      'precipitation',
      'precipitation_sum_6h',
      'weather_code',
    ]);
    expect(leadsOf(issued, 'temperature_2m')).toEqual(instants);
    expect(at(issued, 'temperature_2m', 10)).toEqual([18.8, NaN, NaN]);
    expect(at(issued, 'temperature_2m', 221)).toEqual([17.4, NaN, NaN]);
    expect(at(issued, 'dew_point_2m', 10)).toEqual([7.2, NaN, NaN]);
    expect(at(issued, 'dew_point_2m', 71)).toEqual([10.4, NaN, NaN]);
    expect(at(issued, 'relative_humidity_2m', 221)).toEqual([87.3, NaN, NaN]);
    expect(at(issued, 'wind_speed_10m', 64)).toEqual([3.3, NaN, NaN]);
    expect(at(issued, 'wind_direction_10m', 11)).toEqual([346.1, NaN, NaN]);
    expect(at(issued, 'cloud_cover', 65)).toEqual([94.5, NaN, NaN]);
    expect(at(issued, 'pressure_msl', 215)).toEqual([1009.9, NaN, NaN]);
    expect(at(issued, 'precipitation', 65)).toEqual([0, NaN, NaN]);
    // Step 66, at lead 131, has 0.9 mm in its six hours; the last with an amount, at lead 215, 0.3 mm.
    expect(at(issued, 'precipitation_sum_6h', 137)).toEqual([0.9, NaN, NaN]);
    expect(at(issued, 'precipitation_sum_6h', 221)).toEqual([0.3, NaN, NaN]);
    expect(at(issued, 'weather_code', 64)).toEqual([3, NaN, NaN]);
    expect(at(issued, 'weather_code', 215)).toEqual([3, NaN, NaN]);
  });
});

describeWithData('The symbols of the published schema', [met('METJSONForecast.schema')], ([file]) => {
  it('have codes', () => {
    const schema = JSON.parse(readFileSync(file, 'utf8')) as { WeatherSymbol: { enum: readonly string[] } };
    const symbols = schema.WeatherSymbol.enum;
    expect(symbols).toHaveLength(83);
    expect(symbols.filter((symbol) => Number.isNaN(weatherCodeOf(symbol)))).toEqual([]);
  });
});
