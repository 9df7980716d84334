import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { brightSky } from '../src/sources/bright-sky.ts';
import { brightSkyVariables, decodeBrightSky } from '../src/sources/bright-sky-decode.ts';
import { brightSkyReadings } from '../src/sources/bright-sky-stations.ts';
import type { SourceTools } from '../src/sources/source.ts';
import { describeWithData } from './development-data.ts';

const recorded = (name: string) => `fixtures/bright-sky/${name}.json`;
const bodyOf = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

const receivedAt = Date.UTC(2025, 8, 18, 13, 40);

async function forecastOf(file: string) {
  const tools: SourceTools = {
    now: () => receivedAt,
    ask: async () => ({ status: 200, body: bodyOf(file), receivedAt }),
  };
  const place = { name: 'Berlin', latitude: 52.52, longitude: 13.41, elevation: NaN, zone: 'Europe/Berlin' };
  const source = brightSky();
  const request = { places: [place], names: source.names, variables: source.variables, hours: 240 };
  const [issued] = await source.forecasts(request, tools);
  const at = (variable: string, ...leads: readonly number[]) => {
    const series = issued.series.find((one) => one.variable === variable);
    return leads.map((lead) => series?.values[series.leads.indexOf(lead)]);
  };
  return { issued, at };
}

const withoutHumidity = brightSkyVariables.filter((name) => name !== 'relative_humidity_2m');
const kmh = (speed: number) => expect.closeTo(speed / 3.6, 12);

describeWithData('The recorded hours of a forecast for Berlin', [recorded('hourly_weather')], ([file]) => {
  it('decode', async () => {
    const { issued, at } = await forecastOf(file);
    expect(issued.issuedAt).toBe(Date.UTC(2025, 8, 18, 13));
    expect(issued.knownAt).toBe(receivedAt);
    // MOSMIX has no humidity; it is null throughout.
    expect(issued.series.map(({ variable }) => variable)).toEqual(withoutHumidity);
    // From 14:00 on.
    for (const { leads } of issued.series) expect(leads).toEqual(Array.from({ length: 24 }, (_, k) => k + 1));
    expect(at('temperature_2m', 1, 2, 24)).toEqual([19.6, 19.5, 24.2]);
    expect(at('dew_point_2m', 1, 24)).toEqual([15.3, 14.6]);
    expect(at('pressure_msl', 1, 4, 24)).toEqual([1019.4, 1020, 1023.6]);
    expect(at('wind_speed_10m', 1, 24)).toEqual([kmh(14.8), kmh(13)]);
    expect(at('wind_direction_10m', 1, 24)).toEqual([258, 252]);
    expect(at('wind_gusts_10m', 1, 24)).toEqual([kmh(31.5), kmh(29.6)]);
    expect(at('cloud_cover', 1, 24)).toEqual([91, 54]);
    expect(at('precipitation', 1, 6, 7, 24)).toEqual([0.1, 0.2, 0, 0]);
    expect(at('shortwave_radiation', 1, 5, 6, 24)).toEqual([197, 3, 0, 489]);
    expect(at('visibility', 1, 24)).toEqual([21100, 36500]);
  });
});

describeWithData('The recorded week for Berlin', [recorded('daily_weather')], ([file]) => {
  it('begins with 14 hours that were measured, which are no forecast', async () => {
    const { issued, at } = await forecastOf(file);
    expect(issued.series.map(({ variable }) => variable)).toEqual(withoutHumidity);
    for (const { leads } of issued.series)
      expect(leads).toEqual(Array.from({ length: 168 }, (_, k) => k + 1));
    expect(at('temperature_2m', 1, 168)).toEqual([19.6, 15.5]);
    expect(at('wind_speed_10m', 168)).toEqual([kmh(11.1)]);
    expect(at('shortwave_radiation', 168)).toEqual([372]);
    expect(at('wind_direction_10m', 168)).toEqual([58]);
  });

  it('has readings of the station in its first 14 hours', () => {
    const readings = brightSkyReadings(decodeBrightSky(bodyOf(file), 'bright-sky, Berlin'));
    expect(new Set(readings.map(({ station }) => station))).toEqual(new Set(['00433']));
    const of = (variable: string) => readings.filter((one) => one.variable === variable);
    const temperatures = of('temperature_2m');
    expect(temperatures).toHaveLength(14);
    expect(temperatures[0]).toEqual({
      station: '00433',
      variable: 'temperature_2m',
      time: Date.UTC(2025, 8, 18),
      value: 14.6,
      receivedAt: NaN,
    });
    expect(temperatures.at(-1)?.time).toBe(Date.UTC(2025, 8, 18, 13));
    expect(of('relative_humidity_2m').slice(0, 2)).toMatchObject([{ value: 73 }, { value: 71 }]);
    expect(of('wind_speed_10m')[0].value).toEqual(kmh(7.9));
    expect(of('wind_gusts_10m')[1]).toMatchObject({ value: kmh(20.9), periodHours: 1 });
    expect(of('precipitation')[0]).toMatchObject({ value: 0, periodHours: 1 });
    // The station does not measure radiation.
    expect(of('shortwave_radiation')).toEqual([]);
  });
});

describeWithData('The recorded current weather of Berlin', [recorded('current_weather')], ([file]) => {
  it('has readings of Tempelhof, and the radiation of Potsdam that filled its gap', () => {
    const readings = brightSkyReadings(decodeBrightSky(bodyOf(file), 'bright-sky, Berlin'));
    const told = readings.map(({ station, variable, value, periodHours }) => [
      station,
      variable,
      value,
      periodHours,
    ]);
    expect(told).toEqual([
      ['00433', 'temperature_2m', 19.7, undefined],
      ['00433', 'dew_point_2m', 15.77, undefined],
      ['00433', 'relative_humidity_2m', 78, undefined],
      ['00433', 'pressure_msl', 1019.7, undefined],
      ['00433', 'wind_speed_10m', kmh(18.7), undefined],
      ['00433', 'wind_direction_10m', 260, undefined],
      ['00433', 'wind_gusts_10m', kmh(33.1), 1],
      ['00433', 'cloud_cover', 88, undefined],
      ['00433', 'precipitation', 0, 1],
      ['03987', 'shortwave_radiation', 168, 1],
      ['00433', 'visibility', 61711, undefined],
    ]);
    expect(readings.every(({ time }) => time === Date.UTC(2025, 8, 18, 13, 30))).toBe(true);
  });
});
