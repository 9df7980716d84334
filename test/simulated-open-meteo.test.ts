import { describe, expect, it } from 'vitest';
import { type OpenMeteoBody } from './simulated-client.ts';
import { providersForEachTest } from './simulated-each.ts';

const world = providersForEachTest();
const { get, json } = world;

const berlin = 'latitude=52.52&longitude=13.41&elevation=38';
const forecast = `/open-meteo/v1/forecast?${berlin}`;
const place = { latitude: 52.52, longitude: 13.41, elevation: 38 };

describe('the simulated Open-Meteo', () => {
  it('answers with the weather of its newest run', async () => {
    const body = await json<OpenMeteoBody>(
      `${forecast}&hourly=temperature_2m,wind_speed_10m,precipitation&models=icon_seamless`,
    );
    expect(body).toMatchObject({
      latitude: 52.47,
      longitude: 13.42,
      elevation: 38,
      utc_offset_seconds: 0,
      timezone: 'GMT',
    });
    expect(body.hourly_units).toEqual({
      time: 'iso8601',
      temperature_2m: '°C',
      wind_speed_10m: 'km/h',
      precipitation: 'mm',
    });
    const { time, temperature_2m: temperatures, wind_speed_10m: winds } = body.hourly;
    expect(time).toHaveLength(168);
    expect([time[0], time[1], time.at(-1)]).toEqual([
      '2026-03-10T00:00',
      '2026-03-10T01:00',
      '2026-03-16T23:00',
    ]);
    // At 10:20 the newest run that can be asked for is that of 06:00: it is available from 09:00 on.
    const run = world.providers.weather.at(place).run('icon_seamless', Date.UTC(2026, 2, 10, 6));
    const state = run.at(Date.UTC(2026, 2, 12, 15));
    expect(temperatures[63]).toBe(Math.round(state.temperature * 10) / 10);
    expect(winds[63]).toBe(Math.round(state.windSpeed * 36) / 10);
    // Hours before it belong to the run before.
    const before = world.providers.weather.at(place).run('icon_seamless', Date.UTC(2026, 2, 10));
    expect(temperatures[5]).toBe(Math.round(before.at(Date.UTC(2026, 2, 10, 5)).temperature * 10) / 10);
  });

  it('has null beyond a horizon, and unit undefined for what a model lacks', async () => {
    const body = await json<OpenMeteoBody>(
      `${forecast}&hourly=temperature_2m,visibility&models=icon_d2,ecmwf_aifs025_single&forecast_days=4`,
    );
    const { hourly, hourly_units: units } = body;
    expect(Object.keys(hourly)).toEqual([
      'time',
      'temperature_2m_icon_d2',
      'visibility_icon_d2',
      'temperature_2m_ecmwf_aifs025_single',
      'visibility_ecmwf_aifs025_single',
    ]);
    // 48 hours after 06:00.
    expect(hourly.temperature_2m_icon_d2.findIndex((value) => value === null)).toBe(6 + 49);
    expect(units.visibility_ecmwf_aifs025_single).toBe('undefined');
    expect(new Set(hourly.visibility_ecmwf_aifs025_single)).toEqual(new Set([null]));
    expect(hourly.temperature_2m_ecmwf_aifs025_single).not.toContain(null);
  });

  it('leaves out models that do not cover a place, and then their suffix', async () => {
    const body = await json<OpenMeteoBody>(
      '/open-meteo/v1/forecast?latitude=-34&longitude=18&hourly=temperature_2m&models=icon_d2,gfs_seamless',
    );
    expect(Object.keys(body.hourly)).toEqual(['time', 'temperature_2m']);
    const { status, text } = await get(
      '/open-meteo/v1/forecast?latitude=-34&longitude=18&hourly=temperature_2m&models=icon_d2',
    );
    expect([status, text]).toEqual([400, '{"error":true,"reason":"No data is available for this location"}']);
  });

  it('answers several places with an array', async () => {
    const bodies = await json<OpenMeteoBody[]>(
      '/open-meteo/v1/forecast?latitude=52.52,48&longitude=13.41,11&elevation=38,500&hourly=temperature_2m',
    );
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toMatchObject({ location_id: 1, elevation: 500 });
    const alone = await json<OpenMeteoBody>(`${forecast}&hourly=temperature_2m`);
    expect(bodies[0].hourly).toEqual(alone.hourly);
  });

  it('converts units, times and zones when asked', async () => {
    const plain = await json<OpenMeteoBody>(
      `${forecast}&hourly=temperature_2m,wind_speed_10m,precipitation&forecast_days=2`,
    );
    const other = await json<OpenMeteoBody>(
      `${forecast}&hourly=temperature_2m,wind_speed_10m,precipitation&forecast_days=1&temperature_unit=fahrenheit` +
        '&wind_speed_unit=ms&precipitation_unit=inch&timeformat=unixtime&timezone=Europe/Berlin',
    );
    expect(other.hourly_units).toEqual({
      time: 'unixtime',
      temperature_2m: '°F',
      wind_speed_10m: 'm/s',
      precipitation: 'inch',
    });
    expect(other.utc_offset_seconds).toBe(3600);
    // The day of Berlin begins an hour before that of Greenwich.
    expect(other.hourly.time[1]).toBe(Date.UTC(2026, 2, 10) / 1000);
    expect(
      Math.abs(
        Number(other.hourly.temperature_2m[11]) - (Number(plain.hourly.temperature_2m[10]) * 1.8 + 32),
      ),
    ).toBeLessThan(0.15);
    expect(
      Math.abs(Number(other.hourly.wind_speed_10m[11]) * 3.6 - Number(plain.hourly.wind_speed_10m[10])),
    ).toBeLessThan(0.08);
    const local = await json<OpenMeteoBody>(
      `${forecast}&hourly=temperature_2m&forecast_days=1&timezone=Asia/Kolkata`,
    );
    expect(local).toMatchObject({
      utc_offset_seconds: 19_800,
      timezone: 'Asia/Kolkata',
      timezone_abbreviation: 'GMT+5:30',
    });
    expect(local.hourly.time[0]).toBe('2026-03-10T00:00');
  });

  it('has the forecasts of days before', async () => {
    const body = await json<OpenMeteoBody>(
      `${forecast}&hourly=temperature_2m,temperature_2m_previous_day1,temperature_2m_previous_day7&models=gfs_seamless` +
        '&start_date=2024-05-01&end_date=2024-05-02',
    );
    const at = world.providers.weather.at(place);
    const valid = Date.UTC(2024, 4, 2, 15);
    const of = (issued: number) => Math.round(at.run('gfs_seamless', issued).at(valid).temperature * 10) / 10;
    expect(body.hourly.temperature_2m[39]).toBe(of(Date.UTC(2024, 4, 2, 12)));
    expect(body.hourly.temperature_2m_previous_day1[39]).toBe(of(Date.UTC(2024, 4, 1, 12)));
    expect(body.hourly.temperature_2m_previous_day7[39]).toBe(of(Date.UTC(2024, 3, 25, 12)));
  });

  it('has single runs, null before they start', async () => {
    const body = await json<OpenMeteoBody>(
      `${forecast}&hourly=temperature_2m&models=gfs_seamless&run=2026-02-01T12:00&forecast_days=3`,
    );
    expect(body.hourly.time[0]).toBe('2026-02-01T00:00');
    expect(body.hourly.temperature_2m[11]).toBeNull();
    const run = world.providers.weather.at(place).run('gfs_seamless', Date.UTC(2026, 1, 1, 12));
    expect(body.hourly.temperature_2m[12]).toBe(
      Math.round(run.at(Date.UTC(2026, 1, 1, 12)).temperature * 10) / 10,
    );
    // 09:00 had no run; that of 12:00 today is not there yet.
    for (const text of ['2026-02-01T09:00', '2026-03-10T12:00', 'yesterday'])
      expect((await get(`${forecast}&hourly=temperature_2m&run=${text}`)).status).toBe(400);
  });

  it('has ensembles with members, and their means with a spread', async () => {
    const body = await json<OpenMeteoBody>(
      `/open-meteo/v1/ensemble?${berlin}&hourly=temperature_2m&models=gfs025&forecast_days=2`,
    );
    const keys = Object.keys(body.hourly);
    expect(keys.slice(0, 3)).toEqual(['time', 'temperature_2m', 'temperature_2m_member01']);
    expect(keys).toHaveLength(32);
    expect(keys.at(-1)).toBe('temperature_2m_member30');
    const mean = await json<OpenMeteoBody>(
      `/open-meteo/v1/ensemble?${berlin}&hourly=temperature_2m,temperature_2m_spread&models=ecmwf_ifs025_ensemble_mean`,
    );
    expect(mean.hourly_units.temperature_2m_spread).toBe('K');
    // 24 hours after 06:00: 0.6 × 1.4.
    expect(mean.hourly.temperature_2m_spread[30]).toBe(0.84);
  });

  it('has a reanalysis, five days late', async () => {
    const body = await json<OpenMeteoBody>(
      `/open-meteo/v1/archive?${berlin}&hourly=temperature_2m&models=era5&start_date=2026-03-01&end_date=2026-03-07`,
    );
    expect(body.hourly.temperature_2m[0]).not.toBeNull();
    expect(body.hourly.temperature_2m.findIndex((value) => value === null)).toBe(4 * 24 + 11);
    expect((await get(`/open-meteo/v1/archive?${berlin}&hourly=temperature_2m`)).status).toBe(400);
  });

  it('announces runs three hours after their start', async () => {
    const meta = () => json<Readonly<Record<string, number>>>('/open-meteo/data/dwd_icon/static/meta.json');
    expect(await meta()).toMatchObject({
      last_run_initialisation_time: Date.UTC(2026, 2, 10, 6) / 1000,
      last_run_availability_time: Date.UTC(2026, 2, 10, 9) / 1000,
      update_interval_seconds: 21_600,
      data_end_time: Date.UTC(2026, 2, 17, 18) / 1000,
    });
    world.now = Date.UTC(2026, 2, 10, 15) - 1;
    expect((await meta()).last_run_initialisation_time).toBe(Date.UTC(2026, 2, 10, 6) / 1000);
    world.now++;
    expect((await meta()).last_run_initialisation_time).toBe(Date.UTC(2026, 2, 10, 12) / 1000);
    expect((await get('/open-meteo/data/unknown/static/meta.json')).status).toBe(404);
    expect(world.providers.calls['open-meteo'].calls).toBe(0);
  });

  it('finds towns and heights', async () => {
    const found = await json<{ results: readonly { name: string }[] }>('/open-meteo/v1/search?name=Berlin');
    expect(found.results).toHaveLength(2);
    expect(await json<unknown>('/open-meteo/v1/search?name=Nowhere')).toEqual({ generationtime_ms: 0.15 });
    const heights = await json<{ elevation: readonly number[] }>(
      '/open-meteo/v1/elevation?latitude=1,2&longitude=3,4',
    );
    expect(heights.elevation).toEqual([
      world.providers.weather.terrain(1, 3),
      world.providers.weather.terrain(2, 4),
    ]);
  });

  it.each([
    [
      'latitude=522.52&longitude=0&hourly=temperature_2m',
      'Latitude must be in range of -90 to 90°. Given: 522.52.',
    ],
    [
      'latitude=0&longitude=181&hourly=temperature_2m',
      'Longitude must be in range of -180 to 180°. Given: 181.0.',
    ],
    [
      `${berlin}&hourly=tempeture_2m`,
      'Cannot initialize WeatherVariable from invalid String value tempeture_2m for key hourly',
    ],
    [
      `${berlin}&hourly=rain&models=gfs`,
      "Data corrupted at path ''. Cannot initialize MultiDomains from invalid String value gfs.",
    ],
    [`${berlin}&hourly=rain&forecast_days=17`, 'Forecast days is invalid. Allowed range 0 to 16. Given 17.'],
    [
      `${berlin}&hourly=rain&start_date=2020-01-01&end_date=2020-01-02`,
      "Parameter 'start_date' is out of allowed range from 2025-12-08 to 2026-03-25",
    ],
    [
      'latitude=1,2&longitude=3&hourly=rain',
      "Parameter 'latitude' and 'longitude' must have the same number of elements",
    ],
    [`${berlin}&hourly=rain&timezone=Mars/Olympus`, 'Invalid timezone'],
  ])('refuses %s', async (query, reason) => {
    const { status, text } = await get(`/open-meteo/v1/forecast?${query}`);
    expect([status, JSON.parse(text)]).toEqual([400, { error: true, reason }]);
  });
});
