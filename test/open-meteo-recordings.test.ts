import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { archiveReadings } from '../src/sources/open-meteo-archive.ts';
import { readPlaces } from '../src/sources/open-meteo-geocoding.ts';
import { readHourly } from '../src/sources/open-meteo-hourly.ts';
import { issuedForecast, meanAndSpread, memberColumns, oneColumn } from '../src/sources/open-meteo-layout.ts';
import { modelRow } from '../src/sources/open-meteo-models.ts';
import { pastRuns } from '../src/sources/open-meteo-past.ts';
import { openMeteoRefusal } from '../src/sources/open-meteo-refusal.ts';
import { convertedColumn } from '../src/sources/open-meteo-series.ts';
import { openMeteoSingleRun } from '../src/sources/open-meteo-single-run.ts';
import { findVariable } from '../src/weather/variable.ts';
import { describeWithData } from './development-data.ts';

// Replies of Open-Meteo as others have recorded them, decoded to numbers read off the recordings.
const folder = 'fixtures/open-meteo';
const hour = 3_600_000;
const place = { name: 'Garden', latitude: 52.3, longitude: 6.8, elevation: 29, zone: 'UTC' };

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** The body in a recording of the Ruby client: a folded YAML text in single quotes. */
function recordedBody(file: string): unknown {
  const text = /^ {6}string: '(\{.*?)'\n {2}recorded_at/ms.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
  return JSON.parse(text.replaceAll(/\n\s+/g, ' ').replaceAll("''", "'"));
}

function read(body: unknown) {
  const [hourly] = readHourly(body, ['Garden']);
  return (name: string, from = name, difference = false) =>
    convertedColumn(hourly, findVariable(name), { from, difference }) ?? new Float64Array();
}

const ends = (values: Float64Array) => [values.length, values[0], values[values.length - 1]];

describeWithData('A forecast in an Australian zone', [`${folder}/forecast.vinea.json`], ([file]) => {
  it('has times by coordinated time and values in their units', () => {
    const [hourly] = readHourly(json(file), ['Vineyard']);
    expect([hourly.times.length, hourly.times[0], hourly.times[71]]).toEqual([
      72,
      Date.UTC(2026, 6, 15, 14, 30),
      Date.UTC(2026, 6, 18, 13, 30),
    ]);
    const column = read(json(file));
    expect(ends(column('temperature_2m'))).toEqual([72, 6.5, 9.1]);
    expect(ends(column('relative_humidity_2m'))).toEqual([72, 97, 86]);
    expect(column('et0_fao_evapotranspiration')[12]).toBe(0.29);
    expect(ends(column('precipitation'))).toEqual([72, 0, 0]);
    expect(ends(column('wind_speed_10m'))).toEqual([72, 2.6, 3.07]);
    expect(ends(column('wet_bulb_temperature_2m'))).toEqual([72, 6.1, 7.7]);
  });

  it('is refused as a run of whole hours, for its hours are half past', () => {
    const [hourly] = readHourly(json(file), ['Vineyard']);
    const model = modelRow('icon_global', 'models');
    expect(() =>
      issuedForecast({
        source: 'open-meteo/icon_global',
        hourly,
        model,
        suffix: '',
        layout: oneColumn,
        variables: [findVariable('temperature_2m')],
        issuedAt: Date.UTC(2026, 6, 15, 12),
        knownAt: 0,
        lastLead: 99,
      }),
    ).toThrow(/Vineyard: hourly.time\[0\] must be whole hours/);
  });
});

describeWithData(
  'A forecast in imperial units',
  [`${folder}/forecast_imperial_units.linecast.json`],
  ([file]) => {
    const column = read(json(file));

    it('passes the night of the change to summer time without a gap', () => {
      const [{ times }] = readHourly(json(file), ['Toronto']);
      expect([times.length, times[0], times[191]]).toEqual([
        192,
        Date.UTC(2026, 2, 4, 5),
        Date.UTC(2026, 2, 12, 4),
      ]);
      expect(times[98]).toBe(Date.UTC(2026, 2, 8, 7));
      expect(times.slice(1).every((time, index) => time - times[index] === hour)).toBe(true);
    });

    it('is converted', () => {
      expect(column('temperature_2m')[0]).toBe(0);
      expect(column('temperature_2m')[191]).toBeCloseTo(-5.5 / 1.8, 12);
      expect(column('apparent_temperature')[0]).toBeCloseTo(-6.5 / 1.8, 12);
      expect(column('precipitation')[0]).toBe(0);
      expect(column('precipitation')[39]).toBeCloseTo(0.1016, 12);
      expect(Math.max(...column('precipitation'))).toBeCloseTo(25.6032, 10);
      expect(column('wind_speed_10m')[0]).toBeCloseTo(4 * 0.44704, 12);
      expect(column('wind_gusts_10m')[191]).toBeCloseTo(22.8 * 0.44704, 12);
      expect(ends(column('wind_direction_10m'))).toEqual([192, 251, 316]);
      expect(ends(column('weather_code'))).toEqual([192, 0, 2]);
    });
  },
);

describeWithData('An ensemble', [`${folder}/ensemble.frenck.json`], ([file]) => {
  it('has a control and twenty members', () => {
    const [hourly] = readHourly(json(file), ['Garden']);
    const issuedAt = Date.UTC(2026, 9, 2, 18);
    const forecast = issuedForecast({
      source: 'open-meteo/gem_global_ensemble',
      hourly,
      model: modelRow('gem_global_ensemble', 'ensembles'),
      suffix: '',
      layout: memberColumns,
      variables: [findVariable('temperature_2m')],
      issuedAt,
      knownAt: issuedAt,
      lastLead: 99,
    });
    expect(forecast?.columns).toHaveLength(21);
    expect([forecast?.columns[0], forecast?.columns[20]]).toEqual(['member_00', 'member_20']);
    const [series] = forecast?.series ?? [];
    expect(series.leads).toEqual([6, 7]);
    const values = Array.from(series.values);
    expect([values[0], values[1], values[4], values[20], values[21], values[41]]).toEqual([
      10.5, 10.1, 11.4, 11.1, 10.1, 10.8,
    ]);
  });
});

describeWithData('A mean and spread', [`${folder}/ensemble_spread.frenck.json`], ([file]) => {
  it('has kelvins that are differences', () => {
    const [hourly] = readHourly(json(file), ['Garden']);
    const forecast = issuedForecast({
      source: 'open-meteo/ecmwf_ifs025_ensemble_mean',
      hourly,
      model: modelRow('ecmwf_ifs025_ensemble_mean', 'ensembles'),
      suffix: '',
      layout: meanAndSpread,
      variables: [findVariable('temperature_2m'), findVariable('weather_code')],
      issuedAt: Date.UTC(2026, 9, 3, 12),
      knownAt: Date.UTC(2026, 9, 3, 19),
      lastLead: 99,
    });
    expect(forecast?.columns).toEqual(['model_mean', 'x_spread']);
    expect(forecast?.series).toEqual([
      { variable: 'temperature_2m', leads: [7, 8], values: Float64Array.of(13.7, 0.4, 12.9, 0.3) },
      { variable: 'weather_code', leads: [7, 8], values: Float64Array.of(3, NaN, 3, NaN) },
    ]);
  });
});

describeWithData('The archive', [`${folder}/historical_weather.frenck.json`], ([file]) => {
  it('is of the night of the flood of 1953, in metres a second', () => {
    const variables = [findVariable('temperature_2m'), findVariable('wind_speed_10m')];
    const [hourly] = readHourly(json(file), ['Garden']);
    // The first hour of the day in Amsterdam, by the offset that the reply states, is of the day before.
    const first = Date.UTC(1953, 0, 30, 22);
    const readings = archiveReadings(hourly, place, variables, { from: first, until: first + 3 * hour });
    expect(readings).toHaveLength(6);
    expect(readings[0]).toEqual({
      station: 'Garden',
      variable: 'temperature_2m',
      time: first,
      value: 5.8,
      receivedAt: NaN,
    });
    expect(readings[2]).toMatchObject({ time: first + 2 * hour, value: 5.1 });
    expect(readings[3].value).toBeCloseTo(23.2 / 3.6, 12);
    expect(readings[5].value).toBeCloseTo(24.8 / 3.6, 12);
    expect(
      archiveReadings(hourly, place, variables, { from: first + hour, until: first + 2 * hour }),
    ).toHaveLength(2);
  });
});

describeWithData('Previous runs', [`${folder}/previous_runs.frenck.json`], ([file]) => {
  it('are runs of one and two days before', () => {
    const valid = Date.UTC(2026, 9, 2);
    const [hourly] = readHourly(json(file), ['Garden']);
    const runs = pastRuns(
      hourly,
      { places: [place], models: [modelRow('icon_global', 'models')] },
      [findVariable('temperature_2m'), findVariable('precipitation')],
      { from: valid, until: valid + 24 * hour },
    );
    expect(runs.map(({ issuedAt }) => (valid - issuedAt) / hour)).toEqual([48, 47, 46, 24, 23, 22]);
    expect(runs[0].series).toEqual([
      { variable: 'temperature_2m', leads: [48], values: Float64Array.of(14.4) },
      { variable: 'precipitation', leads: [48], values: Float64Array.of(0) },
    ]);
    expect(runs.map(({ series: [{ values }] }) => values[0])).toEqual([14.4, 14.2, 13.4, 14.2, 12.9, 12.1]);
    expect(runs[5]).toMatchObject({
      source: 'open-meteo/icon_global',
      columns: ['model_icon_global'],
      knownAt: valid - 16 * hour,
      series: [{ leads: [24] }, { leads: [24] }],
    });
  });
});

describeWithData('A single run', [`${folder}/single_run.frenck.json`], ([file]) => {
  it('is decoded whole', async () => {
    const issuedAt = Date.UTC(2026, 8, 1);
    const forecast = await openMeteoSingleRun(
      {},
      { place, model: 'ecmwf_ifs', issuedAt, variables: ['temperature_2m', 'rain'] },
      { now: () => 0, ask: async () => ({ status: 200, body: json(file), receivedAt: 0 }) },
    );
    expect(forecast).toEqual({
      source: 'open-meteo/ecmwf_ifs',
      place: 'Garden',
      issuedAt,
      knownAt: issuedAt + 9 * hour,
      columns: ['model_ecmwf_ifs'],
      series: [{ variable: 'temperature_2m', leads: [0, 1, 2], values: Float64Array.of(14.7, 14.5, 14.4) }],
    });
  });
});

describeWithData(
  'Forecasts recorded by the Ruby client',
  ['api_key', 'dwd_icon', 'general', 'general_one_model', 'general_more_models'].map(
    (name) => `${folder}/vcr_forecast_${name}.open-meteo-ruby.yml`,
  ),
  ([key, icon, general, one, more]) => {
    it.each([
      ['with a key', key, Date.UTC(2024, 0, 24), [61, 3]],
      ['of one service', icon, Date.UTC(2023, 10, 13), [2, 61]],
      ['of no model', general, Date.UTC(2023, 10, 13), [2, 61]],
      ['of one model', one, Date.UTC(2023, 10, 13), [2, 61]],
    ])('%s have codes without a suffix', (_, file, first, [from, to]) => {
      const body = recordedBody(file);
      const [{ times }] = readHourly(body, ['Berlin']);
      expect(ends(times)).toEqual([168, first, first + 167 * hour]);
      expect(ends(read(body)('weather_code'))).toEqual([168, from, to]);
    });

    it('of two models have a suffix for each', () => {
      const column = read(recordedBody(more));
      expect(ends(column('weather_code', 'weather_code_best_match'))).toEqual([168, 2, 61]);
      expect(column('weather_code', 'weather_code_best_match')[17]).toBe(61);
      expect(ends(column('weather_code', 'weather_code_gfs_seamless'))).toEqual([168, 0, 3]);
      expect(column('weather_code', 'weather_code_gfs_seamless')[17]).toBe(53);
      expect(column('weather_code')).toHaveLength(0);
    });
  },
);

describeWithData(
  'Places of a name',
  ['hollywood', 'hollywood_20'].map((name) => `${folder}/vcr_geocoding_${name}.open-meteo-ruby.yml`),
  ([ten, twenty]) => {
    it('are in the order of the reply', () => {
      const places = readPlaces(recordedBody(ten), 'Hollywood');
      expect(places).toHaveLength(10);
      expect(places[0]).toEqual({
        name: 'Hollywood',
        admin: 'Florida',
        country: 'United States',
        countryCode: 'US',
        latitude: 26.0112,
        longitude: -80.14949,
        elevation: 3,
        zone: 'America/New_York',
        population: 149_728,
      });
      expect(places[4]).toMatchObject({ admin: 'Maryland', population: undefined });
      expect(places[9]).toMatchObject({ country: 'Ireland', elevation: 32, zone: 'Europe/Dublin' });
      expect(readPlaces(recordedBody(twenty), 'Hollywood')[19]).toMatchObject({
        name: 'Hollywood Park',
        latitude: 39.06622,
        elevation: 103,
      });
    });
  },
);

describeWithData(
  'Refusals',
  [
    `${folder}/satellite_radiation_not_covered.frenck.txt`,
    'fixtures/errors-quoted/open-meteo_400_bad_variable.json',
    'fixtures/errors-quoted/open-meteo_400_latitude.json',
    'fixtures/errors-quoted/open-meteo_429_minutely.json',
  ],
  ([notCovered, badVariable, latitude, minutely]) => {
    it('say why', () => {
      expect(openMeteoRefusal(200, readFileSync(notCovered, 'utf8'), 0)?.reason).toMatch(
        /nothing at this place/,
      );
      expect(openMeteoRefusal(400, json(badVariable), 0)?.reason).toMatch(
        /invalid String value tempeture_2m/,
      );
      expect(openMeteoRefusal(400, json(latitude), 0)).toEqual({
        reason: 'Latitude must be in range of -90 to 90°. Given: 522.52.',
      });
      expect(openMeteoRefusal(429, json(minutely), 0)).toEqual({
        reason: 'Minutely API request limit exceeded. Please try again in one minute.',
        retryAfterMs: 60_000,
      });
    });
  },
);
