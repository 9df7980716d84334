import { describe, expect, it, test } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { metar } from './metar.ts';
import type { Question, SourceTools } from './source.ts';

// The replies here are made by hand, in the two shapes that aviationweather.gov has had.

/** As until 2025: every key, null where there is nothing; times without a zone. */
const old = {
  metar_id: 1,
  icaoId: 'LEJR',
  receiptTime: '2023-10-27 15:33:34',
  obsTime: Date.UTC(2023, 9, 27, 15, 30) / 1000,
  reportTime: '2023-10-27 15:30:00',
  temp: 22,
  dewp: 13,
  wdir: 240,
  wspd: 11,
  wgst: null,
  visib: '6+',
  altim: 1015,
  slp: null,
  wxString: null,
  maxT: null,
  precip: null,
  pcp3hr: null,
  snow: null,
  vertVis: null,
  metarType: 'METAR',
  rawOb: 'LEJR 271530Z 24011KT 220V280 9999 FEW050 22/13 Q1015',
  lat: 36.751,
  lon: -6.056,
  elev: 25,
  name: 'Jerez Arpt, AN, ES',
  clouds: [{ cover: 'FEW', base: 5000 }],
};

/** As since then: no key without a value; ISO times. */
const recent = {
  altim: 1009.2,
  clouds: [],
  cover: 'CLR',
  dewp: 8.3,
  elev: 146,
  fltCat: 'VFR',
  icaoId: 'KBFL',
  lat: 35.4342,
  lon: -119.0552,
  metarType: 'METAR',
  name: 'Bakersfield/Meadows Arpt, CA, US',
  obsTime: Date.UTC(2026, 6, 21, 1, 54) / 1000,
  qcField: 4,
  rawOb: 'METAR KBFL 210154Z 35009G18KT 10SM CLR 38/08 A2980 RMK AO2 SLP082 T03780083',
  receiptTime: '2026-07-21T01:58:19.811Z',
  reportTime: '2026-07-21T02:00:00.000Z',
  slp: 1008.2,
  temp: 37.8,
  visib: '10+',
  wdir: 350,
  wspd: 9,
  wgst: 18,
};

const now = Date.UTC(2026, 6, 21, 2);

function toolsWith(...bodies: readonly unknown[]) {
  const asked: Question[] = [];
  const tools: SourceTools = {
    now: () => now,
    ask: async (question) => {
      asked.push(question);
      const body = bodies[Math.min(asked.length, bodies.length) - 1];
      return { status: body === undefined ? 204 : 200, body, receivedAt: now };
    },
  };
  return { tools, asked };
}

const onUnread = (_station: string, error: Error) => {
  throw error;
};
const wholeTime = { from: 0, until: now + 1, onUnread };

/** Readings of entries by variable. */
async function decoded(...entries: readonly object[]): Promise<Record<string, number>> {
  const stations = entries.map((entry) => ('icaoId' in entry ? String(entry.icaoId) : ''));
  const { tools } = toolsWith(entries);
  // The hand-made clock stands in 2026; entries of 2023 are asked for as if they had come late.
  const readings = await metar().readings({ stations, ...wholeTime }, tools);
  expect(new Set(readings.map(({ variable }) => variable)).size).toBe(readings.length);
  return Object.fromEntries(readings.map(({ variable, value }) => [variable, value]));
}

describe('readings', () => {
  it('of the older shape', async () => {
    const { tools } = toolsWith([old]);
    const readings = await metar().readings({ stations: ['LEJR'], ...wholeTime }, tools);
    const time = Date.UTC(2023, 9, 27, 15, 30);
    const common = { station: 'LEJR', time, receivedAt: Date.UTC(2023, 9, 27, 15, 33, 34) };
    expect(readings).toEqual([
      { ...common, variable: 'temperature_2m', value: 22 },
      { ...common, variable: 'dew_point_2m', value: 13 },
      { ...common, variable: 'relative_humidity_2m', value: expect.closeTo(56.68, 1) },
      { ...common, variable: 'wind_speed_10m', value: expect.closeTo(5.6589, 4) },
      { ...common, variable: 'wind_direction_10m', value: 240 },
      { ...common, variable: 'cloud_cover', value: 18.75 },
    ]);
  });

  it('of the newer shape', async () => {
    const { tools } = toolsWith([recent]);
    const readings = await metar().readings({ stations: ['KBFL'], ...wholeTime }, tools);
    const time = Date.UTC(2026, 6, 21, 1, 54);
    const common = { station: 'KBFL', time, receivedAt: Date.UTC(2026, 6, 21, 1, 58, 19, 811) };
    expect(readings).toEqual([
      { ...common, variable: 'temperature_2m', value: 37.8 },
      { ...common, variable: 'dew_point_2m', value: 8.3 },
      { ...common, variable: 'relative_humidity_2m', value: expect.closeTo(16.7, 1) },
      { ...common, variable: 'wind_speed_10m', value: expect.closeTo(4.63, 10) },
      { ...common, variable: 'wind_direction_10m', value: 350 },
      { ...common, variable: 'wind_gusts_10m', value: expect.closeTo(9.26, 10), periodHours: 1 / 6 },
      { ...common, variable: 'pressure_msl', value: 1008.2 },
      { ...common, variable: 'cloud_cover', value: 0 },
      { ...common, variable: 'precipitation', value: 0, periodHours: 1 },
    ]);
  });

  it('say the same of null and of an absent key', async () => {
    const without = Object.fromEntries(Object.entries(old).filter(([, value]) => value !== null));
    expect(await decoded(without)).toEqual(await decoded(old));
    expect(await decoded({ ...old, temp: null, wspd: '', rawOb: null, clouds: null })).toEqual({
      dew_point_2m: 13,
    });
  });

  it('have tenths where the remarks do', async () => {
    const rawOb = 'KBFL 210154Z 35009KT 10SM CLR M02/M04 A2980 RMK AO2 SLP082 T10171039';
    expect(await decoded({ ...recent, temp: -2, dewp: -4, rawOb })).toMatchObject({
      temperature_2m: -1.7,
      dew_point_2m: -3.9,
      relative_humidity_2m: expect.closeTo(84.9, 1),
    });
  });

  it('have no direction of variable wind and of calm, which is no wind from the north', async () => {
    expect(await decoded({ ...recent, wdir: 'VRB', wspd: 3 })).toMatchObject({
      wind_speed_10m: expect.closeTo(1.5433, 4),
      wind_direction_10m: NaN,
    });
    expect(await decoded({ ...recent, wdir: 0, wspd: 0 })).toMatchObject({
      wind_speed_10m: 0,
      wind_direction_10m: NaN,
    });
    expect(await decoded({ ...recent, wdir: 360, wspd: 5 })).toMatchObject({ wind_direction_10m: 360 });
  });

  it('have wind and sea-level pressure of the text where the fields are absent, and never QNH', async () => {
    const { wdir: _, wspd: __, slp: ___, ...rest } = recent;
    expect(await decoded(rest)).toMatchObject({
      wind_speed_10m: expect.closeTo(4.63, 10),
      wind_direction_10m: 350,
      pressure_msl: 1008.2,
    });
    expect(await decoded(old)).not.toHaveProperty('pressure_msl');
  });

  it('have no visibility, whose best values are bounds', async () => {
    for (const visib of ['10+', '6+', 1.5])
      expect(await decoded({ ...recent, visib })).not.toHaveProperty('visibility');
    expect(metar().variables).not.toContain('visibility');
  });

  test.each([
    [
      [
        { cover: 'FEW', base: 1000 },
        { cover: 'BKN', base: 3000 },
        { cover: 'SCT', base: 9000 },
      ],
      undefined,
      75,
    ],
    [[{ cover: 'SCT', base: 1000 }], undefined, 43.75],
    [[{ cover: 'OVC', base: 1000 }], 'OVC', 100],
    [[{ cover: 'OVX', base: null }], undefined, 100],
    [[{ cover: 'CLR', base: null }], undefined, 0],
    [[{ cover: '///', base: null }], undefined, undefined],
    [[], 'CAVOK', 0],
    [undefined, 'SKC', 0],
    [undefined, undefined, undefined],
  ])('have the greatest cloud cover: %j and %s', async (clouds, cover, percent) => {
    expect((await decoded({ ...recent, clouds, cover })).cloud_cover).toBe(percent);
  });

  describe('have rain', () => {
    const rain = async (minute: number, fields: object) =>
      (await decoded({ ...recent, obsTime: Date.UTC(2026, 6, 21, 1, minute) / 1000, ...fields }))
        .precipitation;

    it('of the last hour, in mm, of text or field', async () => {
      expect(await rain(54, { rawOb: 'KBFL 210154Z RA RMK AO2 P0012', precip: 9 })).toBeCloseTo(3.048, 10);
      expect(await rain(54, { rawOb: null, precip: 0.12 })).toBeCloseTo(3.048, 10);
    });

    it('of a trace, less than can be measured: none', async () => {
      expect(await rain(54, { rawOb: null, precip: 0.005 })).toBe(0);
      expect(await rain(54, { rawOb: null, precip: 0 })).toBe(0);
    });

    it('only of routine reports that close an hour', async () => {
      const wet = { rawOb: null, precip: 0.12 };
      expect(await rain(44, wet)).toBeUndefined();
      expect(await rain(45, wet)).toBeCloseTo(3.048, 10);
      expect(await rain(0, wet)).toBeCloseTo(3.048, 10);
      expect(await rain(1, wet)).toBeUndefined();
      expect(await rain(54, { ...wet, metarType: 'SPECI' })).toBeUndefined();
      expect(await rain(54, { rawOb: 'SPECI KBFL 210154Z RMK AO2 P0012', metarType: null })).toBeUndefined();
    });

    it('not where nobody says so', async () => {
      expect(await rain(54, { rawOb: 'KBFL 210154Z -RA RMK AO2 SLP082 T03780083' })).toBeUndefined();
      expect(await decoded({ ...old, obsTime: Date.UTC(2023, 9, 27, 16) / 1000 })).not.toHaveProperty(
        'precipitation',
      );
    });
  });

  it('are of the report received last, of several of a time', async () => {
    const special = {
      ...recent,
      metarType: 'SPECI',
      temp: 1,
      rawOb: null,
      receiptTime: '2026-07-21T01:57:00.000Z',
    };
    const corrected = { ...recent, temp: 3, rawOb: null, receiptTime: '2026-07-21T02:20:00.000Z' };
    for (const order of [
      [special, recent, corrected],
      [corrected, recent, special],
    ])
      expect(await decoded(...order)).toMatchObject({ temperature_2m: 3 });
    const same = { ...recent, temp: 5, rawOb: 'METAR COR KBFL 210154Z' };
    expect(await decoded(recent, same)).toMatchObject({ temperature_2m: 5 });
    expect(await decoded(same, recent)).toMatchObject({ temperature_2m: 5 });
    expect(await decoded({ ...recent, receiptTime: null }, special)).toMatchObject({ temperature_2m: 1 });
  });

  it('are not received before their time', async () => {
    const { tools } = toolsWith([
      { ...old, receiptTime: '2023-10-27 15:25:34' },
      { ...recent, receiptTime: null },
    ]);
    const readings = await metar().readings({ stations: ['LEJR', 'KBFL'], ...wholeTime }, tools);
    expect(readings[0]?.receivedAt).toBe(Date.UTC(2023, 9, 27, 15, 30));
    expect(readings.at(-1)?.receivedAt).toBeNaN();
  });

  it('are those of the stations and the time asked for', async () => {
    const { tools } = toolsWith([recent, { ...recent, icaoId: 'KXXX' }]);
    const time = recent.obsTime * 1000;
    const count = async (from: number, until: number) =>
      (await metar().readings({ stations: ['KBFL'], from, until, onUnread }, tools)).length;
    expect(await count(time, time + 1)).toBe(9);
    expect(await count(time + 1, now)).toBe(0);
    expect(await count(time - 3_600_000, time)).toBe(0);
  });

  it('are variables with their bounds', async () => {
    const values = await decoded(recent);
    for (const [name, value] of Object.entries(values)) {
      expect(metar().variables).toContain(name);
      expect(value).toBeGreaterThanOrEqual(findVariable(name).lower);
      expect(value).toBeLessThanOrEqual(findVariable(name).upper);
    }
  });

  it('are none of an empty reply', async () => {
    const { tools, asked } = toolsWith(undefined);
    expect(
      await metar().readings({ stations: ['KBFL'], from: now - 1, until: now, onUnread }, tools),
    ).toEqual([]);
    expect(asked).toHaveLength(1);
    expect(await metar().readings({ stations: [], from: now - 1, until: now, onUnread }, tools)).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});

describe('requests', () => {
  const hour = 3_600_000;
  const urls = async (
    request: { stations: readonly string[]; from: number; until: number },
    body: unknown = [],
  ) => {
    const { tools, asked } = toolsWith(body);
    await metar().readings({ ...request, onUnread }, tools);
    return asked.map(({ url }) => url);
  };

  it('name stations and hours', async () => {
    expect(await urls({ stations: ['KJFK', 'EGLL'], from: now - 6 * hour, until: now + hour })).toEqual([
      'https://aviationweather.gov/api/data/metar?ids=KJFK,EGLL&hours=6&format=json',
    ]);
    const { tools, asked } = toolsWith([]);
    const { signal } = new AbortController();
    const mirror = metar({ url: 'http://localhost:1/x' });
    await mirror.readings({ stations: ['KJFK'], from: now - 1, until: now, signal, onUnread }, tools);
    expect(asked[0]).toMatchObject({
      url: 'http://localhost:1/x/metar?ids=KJFK&hours=1&format=json',
      about: 'KJFK',
      provider: { name: 'metar', concurrency: 1, limits: [{ calls: 60, seconds: 60 }] },
    });
    expect(asked[0]?.signal).toBe(signal);
  });

  it('name the end where that is past', async () => {
    expect(await urls({ stations: ['KJFK'], from: now - 30 * hour, until: now - 28 * hour })).toEqual([
      'https://aviationweather.gov/api/data/metar?ids=KJFK&hours=2&date=2026-07-19T22:00:00Z&format=json',
    ]);
  });

  it('reach 15 days back and no further, and stay below 400 reports each', async () => {
    const all = await urls({ stations: ['KJFK', 'EGLL'], from: 0, until: now });
    expect(all.map((url) => Number(/hours=(\d+)/.exec(url)?.[1]))).toEqual([66, 66, 66, 66, 66, 30]);
    expect(await urls({ stations: ['KJFK'], from: 0, until: now - 15 * 24 * hour })).toEqual([]);
  });

  it('ask for a full reply again, in halves', async () => {
    const full = Array.from({ length: 400 }, () => recent);
    const { tools, asked } = toolsWith(full, [recent], []);
    const readings = await metar().readings(
      { stations: ['KBFL'], from: now - 5 * hour, until: now, onUnread },
      tools,
    );
    expect(asked.map(({ url }) => url.slice(url.indexOf('&')))).toEqual([
      '&hours=5&format=json',
      '&hours=3&date=2026-07-21T00:00:00Z&format=json',
      '&hours=2&format=json',
    ]);
    expect(readings).toHaveLength(9);
  });
});

describe('a reply that is not understood', () => {
  const refused = (body: unknown) =>
    expect(
      metar().readings({ stations: ['KBFL'], from: now - 1, until: now, onUnread }, toolsWith(body).tools),
    ).rejects;

  test.each([
    [{ temp: '22' }, 'metar, KBFL: temp must be a number, not "22"'],
    [{ wdir: 'N' }, 'metar, KBFL: wdir must be degrees or "VRB", not "N"'],
    [{ obsTime: 1698420600000 }, 'metar, KBFL: obsTime must be a time in epoch seconds, not 1698420600000'],
    [{ obsTime: undefined }, 'metar, KBFL: obsTime is missing; it must be a time in epoch seconds'],
    [{ receiptTime: 'soon' }, 'metar, KBFL: receiptTime must be a time, not "soon"'],
    [{ clouds: ['OVC'] }, 'metar, KBFL: clouds[0] must be a layer of clouds, not "OVC"'],
    [{ icaoId: 4 }, 'metar: icaoId must be the name of a station, not 4'],
  ])('names station and field, and costs no other report: %j', async (fields, message) => {
    const told: string[] = [];
    const { tools } = toolsWith([{ ...recent, ...fields }, recent]);
    const readings = await metar().readings(
      {
        stations: ['KBFL'],
        from: now - 3_600_000,
        until: now,
        onUnread: (_, error) => told.push(error.message),
      },
      tools,
    );
    expect(told).toEqual([message]);
    expect(readings).toHaveLength(9);
  });

  it('says so where it is no list', async () => {
    await refused({ status: 'error', error: 'Unknown' }).toThrow(
      'metar: the reply must be a list of reports, not {"status":"error","error":"Unknown"}',
    );
  });
});

describe('stationsNear', () => {
  const at = (icaoId: string, lat: number | null, lon: number, elev: number | null = 5) => ({
    ...recent,
    icaoId,
    lat,
    lon,
    elev,
  });
  const seattle = { latitude: 47.6, longitude: -122.3, elevation: NaN };

  it('lists each station once, nearest first, within the distance', async () => {
    const { tools, asked } = toolsWith([
      at('KSEA', 47.45, -122.31, 130),
      at('KBFI', 47.53, -122.3, null),
      at('KBFI', 47.53, -122.3, null),
      at('KRNT', 47.49, -122.22, 9999),
      at('KFAR', 47.95, -122.65),
      at('KNIL', null, -122.3),
      at('KODD', -99.99, -122.3),
    ]);
    expect(await metar().stationsNear(seattle, 40, tools)).toEqual([
      { id: 'KBFI', name: recent.name, latitude: 47.53, longitude: -122.3, elevation: NaN },
      { id: 'KRNT', name: recent.name, latitude: 47.49, longitude: -122.22, elevation: NaN },
      { id: 'KSEA', name: recent.name, latitude: 47.45, longitude: -122.31, elevation: 130 },
    ]);
    // 40 km are 0.36° of latitude and 0.534° of longitude there.
    expect(asked.map(({ url }) => url)).toEqual([
      'https://aviationweather.gov/api/data/metar?bbox=47.24,-122.84,47.96,-121.76&format=json',
    ]);
  });

  it('looks on both sides of the 180th meridian, and all around near a pole', async () => {
    const boxes = async (latitude: number, longitude: number) => {
      const { tools, asked } = toolsWith([]);
      await metar().stationsNear({ latitude, longitude, elevation: NaN }, 100, tools);
      return asked.map(({ url }) => /bbox=([^&]*)/.exec(url)?.[1]);
    };
    expect(await boxes(0, 179.5)).toEqual(['-0.9,178.6,0.9,180', '-0.9,-180,0.9,-179.6']);
    expect(await boxes(0, -179.5)).toEqual(['-0.9,179.6,0.9,180', '-0.9,-180,0.9,-178.6']);
    expect(await boxes(89.5, 0)).toEqual(['88.6,-180,90,180']);
  });

  it('asks for a full reply again, in halves', async () => {
    const full = Array.from({ length: 400 }, () => at('KSEA', 47.45, -122.31));
    const { tools, asked } = toolsWith(full, [at('KBFI', 47.53, -122.3)], [at('KPAE', 47.9, -122.28)]);
    const found = await metar().stationsNear(seattle, 40, tools);
    expect(found.map(({ id }) => id)).toEqual(['KBFI', 'KPAE']);
    expect(asked.map(({ url }) => /bbox=([^&]*)/.exec(url)?.[1])).toEqual([
      '47.24,-122.84,47.96,-121.76',
      '47.24,-122.84,47.6,-121.76',
      '47.6,-122.84,47.96,-121.76',
    ]);
  });

  it('finds none in an empty reply', async () => {
    expect(await metar().stationsNear(seattle, 40, toolsWith(undefined).tools)).toEqual([]);
  });
});

it('covers every place with coordinates', () => {
  expect(metar().covers({ latitude: 1, longitude: 2, elevation: NaN })).toBe(true);
  expect(metar().covers({ latitude: NaN, longitude: 2, elevation: 3 })).toBe(false);
});
