import { describe, expect, it } from 'vitest';
import { openMeteoArchive } from './open-meteo-archive.ts';
import { elevations } from './open-meteo-elevations.ts';
import { geocode, readPlaces } from './open-meteo-geocoding.ts';
import { openMeteoSingleRun, singleRunCalls } from './open-meteo-single-run.ts';
import type { Question } from './source.ts';

// All replies here are made by hand, in the documented shape.
const hour = 3_600_000;
const garden = { name: 'Garden', latitude: 52.52, longitude: 13.41, elevation: 40, zone: 'Europe/Berlin' };

function asking(...bodies: readonly unknown[]) {
  const asked: Question[] = [];
  const ask = async (question: Question) => {
    asked.push(question);
    return { status: 200, body: bodies[asked.length - 1], receivedAt: 0 };
  };
  return { asked, tools: { now: () => 0, ask } };
}

describe('openMeteoSingleRun', () => {
  const issuedAt = Date.UTC(2026, 4, 1, 6);
  const request = { place: garden, model: 'icon_global', issuedAt, variables: ['temperature_2m', 'rain'] };

  it('is one whole run, known when such runs are public', async () => {
    const { tools, asked } = asking({
      utc_offset_seconds: 0,
      hourly_units: { time: 'iso8601', temperature_2m: '°C', rain: 'mm' },
      hourly: {
        time: ['2026-05-01T06:00', '2026-05-01T07:00', '2026-05-01T08:00'],
        temperature_2m: [8.5, 9, null],
        rain: [null, 0.25, 0.5],
      },
    });
    expect(await openMeteoSingleRun({}, { ...request, hours: 2 }, tools)).toEqual({
      source: 'open-meteo/icon_global',
      place: 'Garden',
      issuedAt,
      knownAt: issuedAt + 6 * hour,
      columns: ['model_icon_global'],
      series: [
        { variable: 'temperature_2m', leads: [0, 1], values: Float64Array.of(8.5, 9) },
        { variable: 'rain', leads: [1, 2], values: Float64Array.of(0.25, 0.5) },
      ],
    });
    const { host, searchParams } = new URL(asked[0].url);
    expect(host).toBe('single-runs-api.open-meteo.com');
    expect(searchParams.get('run')).toBe('2026-05-01T06:00');
    expect(searchParams.get('forecast_hours')).toBe('3');
    expect(asked[0].calls).toBe(1);
  });

  it('counts the days it asks for', () => {
    const variables = [
      'temperature_2m',
      'rain',
      'showers',
      'snowfall',
      'precipitation',
      'cloud_cover',
      'visibility',
    ]
      .concat(['wind_speed_10m', 'pressure_msl', 'dew_point_2m', 'wind_gusts_10m', 'snow_depth'])
      .concat(['surface_pressure', 'weather_code']);
    expect(singleRunCalls({ ...request, variables, hours: 48 })).toBeCloseTo(1.4, 10);
    expect(singleRunCalls({ ...request, variables })).toBeCloseTo(1.6, 10);
  });

  it('refuses a start between the hours and models that are no single ones', async () => {
    const { tools } = asking();
    const between = openMeteoSingleRun({}, { ...request, issuedAt: issuedAt + 60_000 }, tools);
    await expect(between).rejects.toMatchObject({ name: 'Usage' });
    const blend = openMeteoSingleRun({}, { ...request, model: 'icon_seamless' }, tools);
    await expect(blend).rejects.toMatchObject({ name: 'Usage' });
  });
});

describe('openMeteoArchive', () => {
  it('is ERA5, by place and span, without missing hours', async () => {
    const from = Date.UTC(2024, 0, 1);
    const reply = {
      utc_offset_seconds: 0,
      hourly_units: { time: 'unixtime', temperature_2m: '°C', visibility: 'undefined' },
      hourly: {
        time: [from / 1000, from / 1000 + 3600, from / 1000 + 7200],
        temperature_2m: [1.5, null, 2.5],
        visibility: [null, null, null],
      },
    };
    const { tools, asked } = asking(reply, reply);
    const source = openMeteoArchive();
    const request = {
      places: [garden, { ...garden, name: 'Hut' }],
      variables: ['temperature_2m', 'visibility'],
      from,
      until: from + 366 * 24 * hour,
    };
    const receivedAt = NaN;
    expect(await source.readings(request, tools)).toEqual([
      { station: 'Garden', variable: 'temperature_2m', time: from, value: 1.5, receivedAt },
      { station: 'Garden', variable: 'temperature_2m', time: from + 2 * hour, value: 2.5, receivedAt },
      { station: 'Hut', variable: 'temperature_2m', time: from, value: 1.5, receivedAt },
      { station: 'Hut', variable: 'temperature_2m', time: from + 2 * hour, value: 2.5, receivedAt },
    ]);
    const { host, pathname, searchParams } = new URL(asked[0].url);
    expect(host + pathname).toBe('archive-api.open-meteo.com/v1/archive');
    expect(searchParams.get('models')).toBe('era5');
    expect([searchParams.get('start_date'), searchParams.get('end_date')]).toEqual([
      '2024-01-01',
      '2024-12-31',
    ]);
    expect(asked[0].calls).toBeCloseTo((0.2 * 366) / 14, 10);
    expect(source.calls(request)).toBeCloseTo((2 * 0.2 * 366) / 14, 10);
    expect(source).toMatchObject({ name: 'open-meteo-archive', daysLate: 5 });
  });
});

describe('geocode', () => {
  it('finds places, of which little may be known', async () => {
    const { tools, asked } = asking({
      results: [
        {
          id: 1,
          name: 'Town',
          latitude: 45.5,
          longitude: 9.25,
          elevation: 122,
          admin1: 'Province',
          country: 'Land',
          country_code: 'IT',
          timezone: 'Europe/Rome',
          population: 1234,
        },
        { id: 2, name: 'Atoll', latitude: -1, longitude: -170, elevation: 9999 },
      ],
      generationtime_ms: 0.2,
    });
    expect(await geocode(' Town ', tools, { count: 2, language: 'it', countryCode: 'it' })).toEqual([
      {
        name: 'Town',
        admin: 'Province',
        country: 'Land',
        countryCode: 'IT',
        latitude: 45.5,
        longitude: 9.25,
        elevation: 122,
        zone: 'Europe/Rome',
        population: 1234,
      },
      {
        name: 'Atoll',
        admin: undefined,
        country: undefined,
        countryCode: undefined,
        latitude: -1,
        longitude: -170,
        elevation: NaN,
        zone: undefined,
        population: undefined,
      },
    ]);
    expect(asked[0].url).toBe(
      'https://geocoding-api.open-meteo.com/v1/search?name=Town&count=2&language=it&format=json&countryCode=IT',
    );
  });

  it('finds nothing where there are no results at all', async () => {
    expect(await geocode('Nowhere', asking({ generationtime_ms: 0.155 }).tools)).toEqual([]);
  });

  it('refuses what cannot be asked for, and what is no reply', async () => {
    const { tools, asked } = asking();
    await expect(geocode('A', tools)).rejects.toMatchObject({ name: 'Usage' });
    await expect(geocode('Town', tools, { count: 101 })).rejects.toMatchObject({ name: 'Usage' });
    await expect(geocode('Town', tools, { countryCode: 'ITA' })).rejects.toMatchObject({ name: 'Usage' });
    expect(asked).toEqual([]);
    expect(() => readPlaces({ results: [{ name: 'Town', latitude: '45', longitude: 9 }] }, 'Town')).toThrow(
      /open-meteo, places of the name "Town": results.0.latitude is not as documented/,
    );
  });
});

describe('elevations', () => {
  it('come in the order of the locations, a hundred at a time', async () => {
    const locations = Array.from({ length: 101 }, (_, index) => ({
      latitude: index / 7,
      longitude: -0.00001,
    }));
    const first = Array.from({ length: 100 }, (_, index) => (index === 3 ? null : index));
    const { tools, asked } = asking({ elevation: first }, { elevation: [38] });
    const found = await elevations(locations, tools);
    expect([found.length, found[0], found[3], found[99], found[100]]).toEqual([101, 0, NaN, 99, 38]);
    expect(asked.map(({ calls }) => calls)).toEqual([100, 1]);
    expect(asked[1].url).toBe('https://api.open-meteo.com/v1/elevation?latitude=14.286&longitude=0');
  });

  it('must be as many as were asked for', async () => {
    const { tools } = asking({ elevation: [1, 2] });
    await expect(elevations([garden], tools)).rejects.toThrow(/elevation must have 1 values, not 2/);
  });
});
