import { describe, expect, it } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { modelSuffixes } from './open-meteo-columns.ts';
import { readHourly } from './open-meteo-hourly.ts';
import { modelRow } from './open-meteo-models.ts';
import { differenceConverter, openMeteoSeries } from './open-meteo-series.ts';

// All replies here are made by hand, in the documented shape.
const issuedAt = Date.UTC(2024, 5, 1, 6);
const hour = 3_600_000;

/** A reply for one place, in Unix seconds from the issue on. */
function handMade(columns: Record<string, readonly [unit: string, values: readonly unknown[]]>, hours = 3) {
  const entries = Object.entries(columns);
  return {
    latitude: 52.5,
    longitude: 13.5,
    utc_offset_seconds: 0,
    timezone: 'GMT',
    hourly_units: { time: 'unixtime', ...Object.fromEntries(entries.map(([name, [unit]]) => [name, unit])) },
    hourly: {
      time: Array.from({ length: hours }, (_, index) => issuedAt / 1000 + index * 3600),
      ...Object.fromEntries(entries.map(([name, [, values]]) => [name, values])),
    },
  };
}

describe('readHourly reads', () => {
  it('Unix seconds, which take no offset, and null, which is missing', () => {
    const reply = { ...handMade({ temperature_2m: ['°C', [1.5, null, '']] }), utc_offset_seconds: 7200 };
    const [read] = readHourly(reply, ['Garden']);
    expect(read.times).toEqual(Float64Array.of(issuedAt, issuedAt + hour, issuedAt + 2 * hour));
    expect(read.column('temperature_2m')).toEqual({ unit: '°C', values: Float64Array.of(1.5, NaN, NaN) });
    expect([...read.names]).toEqual(['temperature_2m']);
  });

  it('local times without an offset by the offset of the reply, over the change to summer time', () => {
    // The night of 2024-03-31 in Berlin, asked for in winter: the list goes on in winter time.
    const reply = {
      utc_offset_seconds: 3600,
      timezone: 'Europe/Berlin',
      hourly_units: { time: 'iso8601', rain: 'mm' },
      hourly: { time: ['2024-03-31T01:00', '2024-03-31T02:00', '2024-03-31T03:00'], rain: [0, 0.1, 0.2] },
    };
    expect(Array.from(readHourly(reply, ['Garden'])[0].times)).toEqual([
      Date.UTC(2024, 2, 31, 0),
      Date.UTC(2024, 2, 31, 1),
      Date.UTC(2024, 2, 31, 2),
    ]);
  });

  it('an array for several places', () => {
    const one = handMade({ rain: ['mm', [0, 1, 2]] });
    const two = { ...handMade({ rain: ['mm', [3, 4, 5]] }), location_id: 1 };
    const read = readHourly([one, two], ['Garden', 'Hut']);
    expect(read.map(({ about }) => about)).toEqual(['Garden', 'Hut']);
    expect(read[1].column('rain').values).toEqual(Float64Array.of(3, 4, 5));
  });
});

describe('readHourly refuses', () => {
  const good = handMade({ rain: ['mm', [0, 1, 2]] });
  it.each([
    ['a number of other places', [good, good], ['Garden'], /Garden: .* for 1 places, but is for 2/],
    [
      'places in another order',
      [good, { ...good, location_id: 2 }],
      ['A', 'B'],
      /B: location_id must be 1, not 2/,
    ],
    ['no hours', { ...good, hourly: undefined }, ['A'], /open-meteo, A: hourly is not as documented/],
    ['no offset', { ...good, utc_offset_seconds: null }, ['A'], /A: utc_offset_seconds is not as/],
    ['text', 'Bad gateway', ['A'], /A: the reply is not as documented/],
    [
      'an unknown kind of time',
      { ...good, hourly_units: { time: 'julian' } },
      ['A'],
      /hourly_units.time must be unixtime or iso8601, not "julian"/,
    ],
    [
      'a time that is none',
      { ...good, hourly_units: { time: 'iso8601' }, hourly: { time: ['2024-02-30T00:00'] } },
      ['A'],
      /hourly.time\[0\] must be a time, not "2024-02-30T00:00"/,
    ],
    ['times back and forth', { ...good, hourly: { time: [2, 1] } }, ['A'], /hourly.time\[1\] is not later/],
  ])('%s', (_, body, places, message) => {
    const refused = expect.objectContaining({ name: 'InvalidData', message: expect.stringMatching(message) });
    expect(() => readHourly(body, places)).toThrow(refused);
  });

  it.each([
    ['hail', /hourly_units.hail must be a unit, not nothing/],
    ['short', /hourly.short must have 3 values like hourly.time, not 2/],
    ['text', /open-meteo, Hut: hourly.text\[1\] must be a number or null, not "x"/],
    ['none', /hourly.none must be a list, not 7/],
  ])('the column %s', (name, message) => {
    const reply = handMade({ short: ['mm', [1, 2]], text: ['mm', [1, 'x', 2]] });
    const [read] = readHourly(
      {
        ...reply,
        hourly: { ...reply.hourly, none: 7 },
        hourly_units: { ...reply.hourly_units, none: 'mm' },
      },
      ['Hut'],
    );
    expect(() => read.column(name)).toThrow(message);
  });
});

describe('modelSuffixes', () => {
  const models = (...names: string[]) => names.map((name) => modelRow(name, 'models'));
  const berlin = { latitude: 52.52, longitude: 13.41, elevation: NaN };
  const tokyo = { latitude: 35.68, longitude: 139.69, elevation: NaN };
  const read = (...names: string[]) =>
    readHourly(handMade(Object.fromEntries(names.map((name) => [name, ['mm', [0, 0, 0]] as const]))), [
      'Here',
    ])[0];

  it('finds those that are there', () => {
    const reply = read('rain_gfs_global', 'rain_icon_eu');
    expect(modelSuffixes(reply, models('gfs_global', 'icon_d2', 'icon_eu'), berlin)).toEqual(
      new Map([
        ['gfs_global', '_gfs_global'],
        ['icon_eu', '_icon_eu'],
      ]),
    );
  });

  it('takes no name for the end of a longer one', () => {
    const asked = models('ecmwf_ifs', 'ecmwf_ifs025');
    expect([...modelSuffixes(read('rain_ecmwf_ifs025'), asked, berlin).keys()]).toEqual(['ecmwf_ifs025']);
  });

  it.each([
    ['the only one asked for', ['icon_d2'], tokyo, 'icon_d2'],
    ['the only global one', ['icon_eu', 'gfs_global', 'icon_d2'], tokyo, 'gfs_global'],
    ['the only one whose area holds the place', ['icon_d2', 'jma_msm'], tokyo, 'jma_msm'],
  ])('knows %s without a suffix', (_, asked, place, name) => {
    expect(modelSuffixes(read('rain'), models(...asked), place)).toEqual(new Map([[name, '']]));
  });

  it.each([
    ['two global ones', ['gfs_global', 'icon_global'], tokyo],
    ['two areas that hold the place', ['icon_eu', 'icon_d2'], berlin],
    ['no area that holds it', ['icon_eu', 'icon_d2'], tokyo],
  ])('says that it cannot tell of %s', (_, asked, place) => {
    expect(() => modelSuffixes(read('rain'), models(...asked), place)).toThrow(
      expect.objectContaining({
        name: 'InvalidData',
        message: expect.stringMatching(/Here: one model alone .* ask for them one at a time/),
      }),
    );
  });
});

describe('openMeteoSeries', () => {
  const series = (body: unknown, variable: string, from: string, lastLead = 99) =>
    openMeteoSeries(readHourly(body, ['Hut'])[0], findVariable(variable), [{ from }], issuedAt, lastLead);

  it('begins at the issue for an instant, and an hour later for what stands for the hour before', () => {
    const reply = handMade({ temperature_2m: ['°C', [1, 2, 3]], precipitation: ['mm', [1, 2, 3]] });
    expect(series(reply, 'temperature_2m', 'temperature_2m')).toEqual({
      variable: 'temperature_2m',
      leads: [0, 1, 2],
      values: Float64Array.of(1, 2, 3),
    });
    expect(series(reply, 'precipitation', 'precipitation')).toMatchObject({
      leads: [1, 2],
      values: Float64Array.of(2, 3),
    });
  });

  it('leaves out what is before the issue and behind the last lead', () => {
    const reply = handMade({ temperature_2m: ['°C', [1, 2, 3, 4, 5]] }, 5);
    reply.hourly.time = reply.hourly.time.map((time) => time - 2 * 3600);
    expect(series(reply, 'temperature_2m', 'temperature_2m', 1)).toMatchObject({
      leads: [0, 1],
      values: Float64Array.of(3, 4),
    });
  });

  it('cuts off missing leads at the end alone', () => {
    const reply = handMade({ temperature_2m: ['°C', [1, null, 3, null]] }, 4);
    expect(series(reply, 'temperature_2m', 'temperature_2m')).toMatchObject({
      leads: [0, 1, 2],
      values: Float64Array.of(1, NaN, 3),
    });
  });

  it('is nothing where a model lacks the variable, whose unit then is no unit', () => {
    const reply = handMade({ visibility: ['undefined', [null, null, null]] });
    expect(series(reply, 'visibility', 'visibility')).toBeUndefined();
    expect(series(reply, 'visibility', 'rain')).toBeUndefined();
  });

  it('converts by the unit of the reply', () => {
    const reply = handMade({
      wind_speed_10m: ['km/h', [36, 18, 0]],
      temperature_2m: ['°F', [50, 32, 212]],
      snowfall: ['cm', [0, 0.7, 1.4]],
    });
    expect(series(reply, 'wind_speed_10m', 'wind_speed_10m')?.values).toEqual(Float64Array.of(10, 5, 0));
    expect(series(reply, 'temperature_2m', 'temperature_2m')?.values).toEqual(Float64Array.of(10, 0, 100));
    expect(series(reply, 'snowfall', 'snowfall')?.values).toEqual(Float64Array.of(0.7, 1.4));
  });

  it('refuses an unknown unit and times between the hours', () => {
    const unknown = handMade({ temperature_2m: ['°R', [1, 2, 3]] });
    expect(() => series(unknown, 'temperature_2m', 'temperature_2m')).toThrow(
      /open-meteo, Hut: hourly_units.temperature_2m: Unknown unit "°R"/,
    );
    const between = handMade({ temperature_2m: ['°C', [1, 2, 3]] });
    between.hourly.time[1] += 900;
    expect(() => series(between, 'temperature_2m', 'temperature_2m')).toThrow(
      /Hut: hourly.time\[1\] must be whole hours from the run of 2024-06-01T06:00:00.000Z, not 2024-06-01T07:15/,
    );
  });
});

describe('differenceConverter', () => {
  it.each([
    ['K', '°C', 0.4, 0.4],
    ['°C', '°C', 0.4, 0.4],
    ['°F', '°C', 9, 5],
    ['km/h', 'm/s', 36, 10],
    ['%', '%', 3, 3],
    ['Pa', 'hPa', 150, 1.5],
  ])('keeps zero from %s to %s', (from, to, difference, expected) => {
    expect(differenceConverter(from, to)(difference)).toBe(expected);
    expect(differenceConverter(from, to)(0)).toBe(0);
    expect(differenceConverter(from, to)(NaN)).toBeNaN();
  });

  it('refuses other quantities', () => {
    expect(() => differenceConverter('mm', '°C')).toThrow(/cannot become °C/);
  });
});
