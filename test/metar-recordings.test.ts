import { readFileSync } from 'node:fs';
import { expect, it, test } from 'vitest';
import { metarTenths } from '../src/sources/metar-tenths.ts';
import { metarGroups, metarHourlyRain, metarSeaLevelPressure, metarWind } from '../src/sources/metar-text.ts';
import { relativeHumidity } from '../src/weather/humidity.ts';
import { describeWithData } from './development-data.ts';

/** What is read of a recording by avwx: the text, and what that program took it for. */
interface Recording {
  readonly data: {
    readonly raw: string;
    readonly relative_humidity: number;
    readonly temperature: { readonly value: number };
    readonly dewpoint: { readonly value: number };
    readonly wind_direction: { readonly value: number };
    readonly wind_speed: { readonly value: number };
    readonly remarks_info: { readonly sea_level_pressure: { readonly value: number } | null };
  };
}

const stations = ['EGLL', 'KJFK', 'KMCO'];
describeWithData(
  'recorded reports',
  stations.map((station) => `fixtures/metar/metar.${station}.json`),
  (files) => {
    test.each([
      // In KJFK's and KMCO's texts an older report follows, which the recording took for remarks: its tenths are 11.7.
      ['EGLL', NaN, NaN, 90, 11, NaN, NaN],
      ['KJFK', 11.1, 7.2, 360, 7, 1008.6, 0],
      ['KMCO', 15, 9.4, 310, 7, 1015.3, 0],
    ])('of %s', (station, temperature, dewPoint, direction, knots, pressure, rain) => {
      const file = files[stations.indexOf(station)] ?? '';
      const { data } = JSON.parse(readFileSync(file, 'utf8')) as Recording;
      const groups = metarGroups(data.raw);
      const tenths = metarTenths(groups);
      expect(tenths).toEqual({ temperature, dewPoint });
      expect(metarWind(groups).direction).toBe(direction);
      expect(metarWind(groups).speed).toBeCloseTo((knots * 1852) / 3600, 10);
      expect(metarSeaLevelPressure(groups)).toBe(pressure);
      expect(metarHourlyRain(groups)).toBe(rain);

      expect(data.wind_direction.value).toBe(direction);
      expect(data.wind_speed.value).toBe(knots);
      expect(data.remarks_info.sea_level_pressure?.value ?? NaN).toBe(pressure);
      if (!Number.isNaN(temperature)) {
        expect(Math.round(temperature)).toBe(data.temperature.value);
        expect(Math.round(dewPoint)).toBe(data.dewpoint.value);
      }
    });

    it('of EGLL has the recording’s humidity', () => {
      const { data } = JSON.parse(readFileSync(files[0] ?? '', 'utf8')) as Recording;
      const humidity = relativeHumidity(data.temperature.value, data.dewpoint.value);
      // That program has coefficients of its own.
      expect(humidity).toBeCloseTo(100 * data.relative_humidity, 1);
      expect(humidity).toBeCloseTo(71.1, 1);
    });
  },
);
