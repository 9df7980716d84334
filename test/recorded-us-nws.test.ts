import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { forecastSeries } from '../src/sources/forecast-series.ts';
import type { Reading } from '../src/sources/source.ts';
import { usNws } from '../src/sources/us-nws.ts';
import { decodeGridpoints, type UsNwsForecast } from '../src/sources/us-nws-gridpoints.ts';
import { decodeHourlyForecast } from '../src/sources/us-nws-hourly.ts';
import { decodeObservations } from '../src/sources/us-nws-observations.ts';
import { decodePoint } from '../src/sources/us-nws-point.ts';
import { nwsProblem } from '../src/sources/us-nws-problem.ts';
import { decodeStations } from '../src/sources/us-nws-stations.ts';
import { describeWithData } from './development-data.ts';
import { withTimes } from './nws-templates.ts';

const now = Date.UTC(2024, 2, 19, 16, 40);
const nws = (name: string) => `fixtures/nws/${name}.json`;

function read(file: string): unknown {
  return JSON.parse(withTimes(readFileSync(file, 'utf8'), now));
}

/** Variable, count of leads, and [lead, value] of some: the first, the last and those named. */
function seriesOf({ updatedAt, values }: UsNwsForecast, ...leads: readonly number[]) {
  const issuedAt = Math.floor(updatedAt / 3_600_000) * 3_600_000;
  return forecastSeries(values, { issuedAt, until: Infinity, variables: usNws().variables }).map((one) => {
    const shown = new Set([one.leads[0], ...leads, one.leads.at(-1) ?? NaN]);
    const found = [...shown].map((lead) => [lead, one.values[one.leads.indexOf(lead)]]);
    return [one.variable, one.leads.length, ...found];
  });
}

const close = (value: number): unknown => expect.closeTo(value, 10);

describeWithData('The recorded grid of Arlington', [nws('gridpoints_LWX_95_71')], ([file]) => {
  it('has every hour of every layer', () => {
    const forecast = decodeGridpoints(read(file), 'us-nws, Arlington', Infinity);
    // 7,879 s before 16:40; its hours begin at 16:00, two after the issue.
    expect(new Date(forecast.updatedAt).toISOString()).toBe('2024-03-19T14:28:41.000Z');
    expect(seriesOf(forecast, 11)).toEqual([
      [
        'temperature_2m',
        96,
        [2, close(7.222222222222222)],
        [11, close(8.88888888888889)],
        [97, close(12.777777777777779)],
      ],
      [
        'dew_point_2m',
        97,
        [3, close(-8.333333333333334)],
        [11, close(-6.111111111111111)],
        [99, close(-1.6666666666666667)],
      ],
      [
        'apparent_temperature',
        96,
        [2, close(3.888888888888889)],
        [11, close(7.222222222222222)],
        [97, close(12.777777777777779)],
      ],
      ['relative_humidity_2m', 96, [2, 33], [11, 34], [97, 37]],
      // 18.52 km/h are 10 kn; the seventh to tenth hour have 11.112 km/h together.
      ['wind_speed_10m', 95, [3, close(18.52 / 3.6)], [11, close(11.112 / 3.6)], [97, close(20.372 / 3.6)]],
      ['wind_direction_10m', 96, [2, 270], [11, 230], [97, 250]],
      // A gust is valid at the end of its hour: that of the fifth hour, which begins at 21:00, at 22:00.
      ['wind_gusts_10m', 91, [8, close(29.632 / 3.6)], [11, close(20.372 / 3.6)], [98, close(31.484 / 3.6)]],
      ['cloud_cover', 96, [2, 73], [11, 69], [97, 39]],
      ['precipitation', 96, [4, 0], [11, 0], [99, 0]],
      ['snowfall', 96, [4, 0], [11, 0], [99, 0]],
    ]);
  });
});

describeWithData('The recorded hourly forecast of Arlington', [nws('hourly_LWX_95_71')], ([file]) => {
  it('has every hour', () => {
    expect(seriesOf(decodeHourlyForecast(read(file), 'us-nws, Arlington'))).toEqual([
      ['temperature_2m', 96, [2, close((45 - 32) / 1.8)], [97, close((55 - 32) / 1.8)]],
      ['dew_point_2m', 96, [2, close(-7.777777777777778)], [97, close(-1.6666666666666667)]],
      ['relative_humidity_2m', 96, [2, 33], [97, 37]],
      ['wind_speed_10m', 96, [2, close(13 * 0.44704)], [97, close(13 * 0.44704)]],
      ['wind_direction_10m', 96, [2, 270], [97, 270]],
    ]);
  });
});

describeWithData(
  'Recorded hourly forecasts',
  ['us', 'si', 'empty_us'].map((unit) => nws(`gridpoints_forecast_hourly_${unit}`)),
  ([us, si, empty]) => {
    // Updated at 23:16, the first hour is 20:00 at four hours behind, an hour after the issue.
    const rest = [
      ['dew_point_2m', 2, [1, 5], [2, 5]],
      ['relative_humidity_2m', 2, [1, 63], [2, 63]],
      ['wind_speed_10m', 2, [1, 0], [2, 0]],
      ['wind_direction_10m', 2, [1, 180], [2, 225]],
    ];

    it.each([
      ['°F and "0 mph"', us, (78 - 32) / 1.8, 25],
      ['°C and "0 km/h"', si, 25.5, 25],
    ])('decode in %s', (_, file, first, second) => {
      const forecast = decodeHourlyForecast(read(file), 'us-nws, Garden');
      expect(forecast.updatedAt).toBe(Date.UTC(2019, 9, 14, 23, 16, 24));
      expect(seriesOf(forecast)).toEqual([
        ['temperature_2m', 2, [1, close(first)], [2, close(second)]],
        ...rest,
      ]);
    });

    it('decode to nothing where all is null', () => {
      expect(seriesOf(decodeHourlyForecast(read(empty), 'us-nws, Garden'))).toEqual([]);
    });
  },
);

describeWithData(
  'Recorded forecasts of twelve hours',
  ['us', 'si', 'relative_icon_us', 'empty_us'].map((name) => nws(`gridpoints_forecast_${name}`)),
  ([us, si, icon, empty]) => {
    it('are not taken for hours', () => {
      for (const file of [us, si, icon])
        expect(() => decodeHourlyForecast(read(file), 'us-nws, Garden')).toThrow(
          /endTime must be an hour after/,
        );
      expect(seriesOf(decodeHourlyForecast(read(empty), 'us-nws, Garden'))).toEqual([]);
    });
  },
);

describeWithData('The recorded point of Arlington', [nws('points_38.886_-77.094')], ([file]) => {
  it('lies in a cell', () => {
    expect(decodePoint(read(file), 'us-nws, Arlington')).toEqual({
      gridPath: '/gridpoints/LWX/95,71',
      stationsPath: '/gridpoints/LWX/95,71/stations',
    });
  });
});

describeWithData(
  'Recorded stations',
  [nws('stations_LWX_95_71'), nws('gridpoints_stations')],
  ([washington, columbus]) => {
    it('have names, coordinates and elevations', () => {
      const nearWashington = decodeStations(read(washington), 'us-nws, Arlington');
      expect(nearWashington).toHaveLength(47);
      expect(nearWashington[0]).toEqual({
        id: 'KDCA',
        name: 'Washington/Reagan National Airport, DC',
        latitude: 38.84833,
        longitude: -77.03417,
        elevation: 3.9624,
      });
      expect(nearWashington[46]).toMatchObject({
        id: 'KROA',
        latitude: 37.31694,
        longitude: -79.97417,
        elevation: 358.14,
      });
      const nearColumbus = decodeStations(read(columbus), 'us-nws, Columbus');
      expect(nearColumbus).toHaveLength(41);
      expect(nearColumbus[0]).toMatchObject({ id: 'KCMH', longitude: -82.87691, elevation: 245.9736 });
      expect(nearColumbus[40]).toMatchObject({ id: 'KSDF', latitude: 38.17406, elevation: 152.4 });
    });
  },
);

const observedNames = [
  'stations_observations',
  'stations_observations_relative_icon',
  'stations_observations_alternate_units',
  'stations_observations_multiple',
  'stations_observations_metar',
  'stations_observations_metar_noparse',
  'stations_observations_empty',
  'stations_observations_missing_value',
  'stations_observations_noprop',
  'stations_observations_latest',
  'observations_KDCA',
];

describeWithData('Recorded observations', observedNames.map(nws), (files) => {
  function observed(name: string): readonly Reading[] {
    return decodeObservations(read(files[observedNames.indexOf(name)]), 'KFLL', 'us-nws, KFLL');
  }

  function valuesOf(name: string): unknown {
    return Object.fromEntries(observed(name).map(({ variable, value }) => [variable, value]));
  }

  const plain = {
    temperature_2m: 10,
    dew_point_2m: 10,
    relative_humidity_2m: 10,
    wind_speed_10m: 10,
    wind_direction_10m: 10,
    wind_gusts_10m: 10,
    pressure_msl: 1000,
    visibility: 10_000,
    precipitation: NaN,
  };
  const missing = Object.fromEntries(Object.keys(plain).map((variable) => [variable, NaN]));

  it('decode', () => {
    expect(valuesOf('stations_observations')).toEqual(plain);
    expect(valuesOf('stations_observations_relative_icon')).toEqual(plain);
    expect(observed('stations_observations')[0]).toEqual({
      station: 'KFLL',
      variable: 'temperature_2m',
      time: Date.UTC(2019, 5, 27, 10, 53),
      value: 10,
      receivedAt: NaN,
    });
  });

  it('decode in other units', () => {
    expect(valuesOf('stations_observations_alternate_units')).toEqual({
      ...plain,
      temperature_2m: close(-110 / 9),
      wind_speed_10m: close(10 / 3.6),
      wind_gusts_10m: close(10 / 3.6),
    });
  });

  it('have the value, not the gap, of a time that comes twice', () => {
    expect(observed('stations_observations_multiple')).toHaveLength(9);
    expect(valuesOf('stations_observations_multiple')).toEqual(plain);
  });

  it('are missing where all is null, whatever the METAR beside them', () => {
    expect(valuesOf('stations_observations_metar')).toEqual(missing);
    expect(valuesOf('stations_observations_metar_noparse')).toEqual(missing);
  });

  it('are none where there is neither time nor value', () => {
    for (const name of ['empty', 'missing_value', 'noprop'])
      expect(observed(`stations_observations_${name}`)).toEqual([]);
  });

  it('decode one at a time', () => {
    const latest = 'stations_observations_latest';
    expect(observed(latest)[0].time).toBe(Date.UTC(2022, 2, 2, 23, 53));
    expect(valuesOf(latest)).toEqual({
      temperature_2m: 22.8,
      dew_point_2m: 18.3,
      relative_humidity_2m: close(75.770935807607),
      wind_speed_10m: close(2.1),
      wind_direction_10m: 20,
      wind_gusts_10m: NaN,
      pressure_msl: close(1018.7),
      visibility: 16_090,
      precipitation: NaN,
    });
  });

  it('decode as of 2024, with rain in millimetres', () => {
    // Its time is a template, 2,948 s before 16:40.
    expect(observed('observations_KDCA')[0].time).toBe(Date.UTC(2024, 2, 19, 15, 50, 52));
    expect(valuesOf('observations_KDCA')).toEqual({
      temperature_2m: 7.2,
      dew_point_2m: -7.2,
      relative_humidity_2m: close(35.162506282583),
      wind_speed_10m: close(4.1),
      wind_direction_10m: 280,
      wind_gusts_10m: NaN,
      pressure_msl: close(1013.6),
      visibility: 16_090,
      precipitation: NaN,
    });
  });
});

describeWithData('The quoted problem', ['fixtures/errors-quoted/nws_404_invalid_point.json'], ([file]) => {
  it('is one line', () => {
    expect(nwsProblem(read(file))).toBe(
      'Data Unavailable For Requested Point: Unable to provide data for requested point -20.9512,55.3085 ' +
        '(status 404, InvalidPoint, correlationId ac04ca11-ce4d-464e-8cef-602497b10aa1)',
    );
  });
});
