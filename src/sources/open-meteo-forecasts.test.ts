import { describe, expect, it } from 'vitest';
import { WeatherglassError } from '../errors.ts';
import { openMeteoForecasts } from './open-meteo-forecasts.ts';
import { readMetadata } from './open-meteo-runs.ts';
import type { OpenMeteoSettings } from './open-meteo-settings.ts';
import type { Question } from './source.ts';

// All replies here are made by hand, in the documented shape.
const hour = 3_600_000;
const run = Date.UTC(2024, 5, 1, 6);
const now = Date.UTC(2024, 5, 1, 13, 20);
const garden = {
  name: 'Garden',
  latitude: 52.52437,
  longitude: 13.41053,
  elevation: 40,
  zone: 'Europe/Berlin',
};
const tokyo = { name: 'Tokyo', latitude: 35.6895, longitude: 139.6917, elevation: 12, zone: 'Asia/Tokyo' };

const metadata = (issuedAt: number, availableAt = issuedAt + 6 * hour) => ({
  last_run_initialisation_time: issuedAt / 1000,
  last_run_modification_time: availableAt / 1000 - 300,
  last_run_availability_time: availableAt / 1000,
  temporal_resolution_seconds: 3600,
  update_interval_seconds: 21_600,
});

/** Hours from 13:00 on; a value is its index, from an offset of its own for each column. */
function handMade(columns: Record<string, number>, hours: number, more: object = {}) {
  const names = Object.keys(columns);
  return {
    latitude: 52.5,
    longitude: 13.4,
    utc_offset_seconds: 0,
    timezone: 'GMT',
    ...more,
    hourly_units: {
      time: 'unixtime',
      ...Object.fromEntries(names.map((name) => [name, name.startsWith('t') ? '°C' : 'mm'])),
    },
    hourly: {
      time: Array.from({ length: hours }, (_, index) => (run + 7 * hour) / 1000 + index * 3600),
      ...Object.fromEntries(
        names.map((name) => [name, Array.from({ length: hours }, (_, index) => columns[name] + index)]),
      ),
    },
  };
}

/** A provider that answers by the address, and remembers what it was asked. */
function asking(answer: (url: URL, question: Question) => unknown, receivedAt = now) {
  const asked: Question[] = [];
  return {
    asked,
    urls: () => asked.map(({ url }) => new URL(url)),
    tools: {
      now: () => now,
      ask: async (question: Question) => {
        asked.push(question);
        return { status: 200, body: answer(new URL(question.url), question), receivedAt };
      },
    },
  };
}

const request = (settings: OpenMeteoSettings, more: object = {}) => ({
  places: [garden],
  names: openMeteoForecasts(settings).names,
  variables: ['temperature_2m', 'precipitation'],
  hours: 3,
  ...more,
});

describe('openMeteoForecasts', () => {
  const settings = { models: ['ecmwf_ifs025', 'gfs_global'] };
  const both = {
    temperature_2m_ecmwf_ifs025: 1,
    precipitation_ecmwf_ifs025: 11,
    temperature_2m_gfs_global: 21,
    precipitation_gfs_global: 31,
  };

  it('asks for all models at several places at once, and dates what comes by the metadata', async () => {
    const { tools, asked, urls } = asking((url) =>
      url.pathname.startsWith('/data/')
        ? metadata(run)
        : [handMade(both, 4), handMade({ ...both, temperature_2m_gfs_global: 41 }, 4, { location_id: 1 })],
    );
    const forecasts = await openMeteoForecasts(settings).forecasts(
      request(settings, { places: [garden, tokyo] }),
      tools,
    );

    const [question] = asked.filter(({ url }) => url.includes('/v1/forecast'));
    expect(question.url).toBe(
      'https://api.open-meteo.com/v1/forecast?latitude=52.524,35.69&longitude=13.411,139.692' +
        '&hourly=temperature_2m,precipitation&models=ecmwf_ifs025,gfs_global&forecast_hours=4&timezone=GMT' +
        '&timeformat=unixtime&temperature_unit=celsius&wind_speed_unit=ms&precipitation_unit=mm&cell_selection=land',
    );
    expect(question).toMatchObject({ calls: 2, about: 'Garden, Tokyo' });
    const domains = ['ecmwf_ifs025', 'ncep_gfs013', 'ncep_gfs025'].map(
      (one) => `/data/${one}/static/meta.json`,
    );
    expect(urls().map(({ pathname }) => pathname)).toEqual([...domains, '/v1/forecast', ...domains]);
    expect(asked.filter(({ calls }) => calls === 0)).toHaveLength(6);
    const anew = asked.map(({ headers }) => headers?.['cache-control'] === 'no-cache');
    expect(anew).toEqual([false, false, false, false, true, true, true]);

    expect(forecasts).toHaveLength(4);
    expect(forecasts.map(({ source, place }) => `${source} ${place}`)).toEqual([
      'open-meteo/ecmwf_ifs025 Garden',
      'open-meteo/gfs_global Garden',
      'open-meteo/ecmwf_ifs025 Tokyo',
      'open-meteo/gfs_global Tokyo',
    ]);
    expect(forecasts[0]).toEqual({
      source: 'open-meteo/ecmwf_ifs025',
      place: 'Garden',
      issuedAt: run,
      knownAt: now,
      columns: ['model_ecmwf_ifs025'],
      series: [
        // The hour that has begun is the seventh from the run; three hours from 13:20 end within the tenth.
        { variable: 'temperature_2m', leads: [7, 8, 9, 10], values: Float64Array.of(1, 2, 3, 4) },
        { variable: 'precipitation', leads: [7, 8, 9, 10], values: Float64Array.of(11, 12, 13, 14) },
      ],
    });
    expect(forecasts[3].columns).toEqual(['model_gfs_global']);
    expect(forecasts[3].series[0].values).toEqual(Float64Array.of(41, 42, 43, 44));
  });

  it('does not let an older run behind the end of a short one take its date', async () => {
    // The run at 06 reaches 120 hours; what is served beyond them is of the run at 00.
    const one = { models: ['icon_global'] };
    const { tools } = asking((url) =>
      url.pathname.startsWith('/data/') ? metadata(run) : handMade({ temperature_2m: 0 }, 150),
    );
    const [forecast] = await openMeteoForecasts(one).forecasts(request(one, { hours: 149 }), tools);
    expect(forecast.series[0].leads.at(-1)).toBe(120);
    expect(forecast.series[0].values.at(-1)).toBe(113);
  });

  it('leaves out a model whose run is not on all servers yet', async () => {
    const { tools, urls } = asking((url) => {
      if (url.pathname.includes('ncep_gfs')) return metadata(run, now - 9 * 60_000);
      if (url.pathname.startsWith('/data/')) return metadata(run, now - 11 * 60_000);
      return handMade({ temperature_2m: 1 }, 4);
    });
    const forecasts = await openMeteoForecasts(settings).forecasts(request(settings), tools);
    expect(forecasts.map(({ source }) => source)).toEqual(['open-meteo/ecmwf_ifs025']);
    expect(
      urls()
        .find(({ pathname }) => pathname === '/v1/forecast')
        ?.searchParams.get('models'),
    ).toBe('ecmwf_ifs025');
  });

  it('leaves out a model whose run changes while it asks', async () => {
    const { tools } = asking((url, { headers }) => {
      if (!url.pathname.startsWith('/data/')) return handMade(both, 4);
      const changed = url.pathname.includes('ecmwf') && headers?.['cache-control'] === 'no-cache';
      return changed ? metadata(run + 6 * hour, now) : metadata(run);
    });
    const forecasts = await openMeteoForecasts(settings).forecasts(request(settings), tools);
    expect(forecasts.map(({ source }) => source)).toEqual(['open-meteo/gfs_global']);
  });

  it('takes no reply where the metadata go back, for the run would not be asked for again', async () => {
    const { tools } = asking((url, { headers }) => {
      if (!url.pathname.startsWith('/data/')) return handMade(both, 4);
      const older = url.pathname.includes('ecmwf') && headers?.['cache-control'] === 'no-cache';
      return older ? metadata(run - 6 * hour) : metadata(run);
    });
    await expect(openMeteoForecasts(settings).forecasts(request(settings), tools)).rejects.toMatchObject({
      name: 'Unavailable',
      message: expect.stringContaining('went back from the run of'),
    });
  });

  it('leaves out a model whose domains show different runs, and a reply that was kept from before its run', async () => {
    const torn = asking((url) =>
      url.pathname.includes('gfs025')
        ? metadata(run - 6 * hour)
        : url.pathname.startsWith('/data/')
          ? metadata(run)
          : handMade({ temperature_2m: 1 }, 4),
    );
    const forecasts = await openMeteoForecasts(settings).forecasts(request(settings), torn.tools);
    expect(forecasts.map(({ source }) => source)).toEqual(['open-meteo/ecmwf_ifs025']);

    const kept = asking(
      (url) => (url.pathname.startsWith('/data/') ? metadata(run) : handMade(both, 4)),
      run + 6 * hour,
    );
    expect(await openMeteoForecasts(settings).forecasts(request(settings), kept.tools)).toEqual([]);
  });

  it('asks for a model of a region only where it has values', async () => {
    const some = { models: ['gfs_global', 'icon_eu'] };
    const { tools, urls } = asking((url) => {
      if (url.pathname.startsWith('/data/')) return metadata(run);
      return url.searchParams.get('models') === 'gfs_global'
        ? handMade({ temperature_2m: 5 }, 4)
        : handMade({ temperature_2m_gfs_global: 1, temperature_2m_icon_eu: 2 }, 4);
    });
    const source = openMeteoForecasts(some);
    const wanted = request(some, { places: [garden, tokyo], variables: ['temperature_2m'] });
    const forecasts = await source.forecasts(wanted, tools);
    expect(forecasts.map(({ place, columns, series }) => [place, columns[0], series[0].values[0]])).toEqual([
      ['Garden', 'model_gfs_global', 1],
      ['Garden', 'model_icon_eu', 2],
      ['Tokyo', 'model_gfs_global', 5],
    ]);
    const asked = urls().filter(({ pathname }) => pathname === '/v1/forecast');
    expect(asked.map(({ searchParams }) => searchParams.get('models'))).toEqual([
      'gfs_global,icon_eu',
      'gfs_global',
    ]);
    expect(source.calls(wanted)).toBe(2);
    expect(source.covers('open-meteo/icon_eu', garden)).toBe(true);
    expect(source.covers('open-meteo/icon_eu', tokyo)).toBe(false);
    const here = (latitude: number, longitude: number) => ({ latitude, longitude, elevation: NaN });
    expect(
      [here(52, -74), here(52, 63), here(29, 13), here(71, 13), here(29.5, -23.5), here(70.5, 62.5)].map(
        (one) => source.covers('open-meteo/icon_eu', one),
      ),
    ).toEqual([false, false, false, false, true, true]);
    expect(source.covers('open-meteo/gfs_global', { ...tokyo, latitude: NaN })).toBe(false);
  });

  it('asks for nothing where no variable is one of its own', async () => {
    const { tools, asked } = asking(() => undefined);
    const wanted = request(settings, { variables: ['solar_power', 'temperature_2m_max'] });
    expect(await openMeteoForecasts(settings).forecasts(wanted, tools)).toEqual([]);
    expect(asked).toEqual([]);
    expect(openMeteoForecasts(settings).calls(wanted)).toBe(0);
  });

  it('keeps the key of a customer out of what it says', async () => {
    const customer = { ...settings, apiKey: 'secret-7' };
    const { tools, asked } = asking((url) =>
      url.pathname.startsWith('/data/') ? metadata(run) : { hourly: 1 },
    );
    const failing = openMeteoForecasts(customer).forecasts(request(customer), tools);
    await expect(failing).rejects.toThrow(/open-meteo, Garden: /);
    await expect(failing).rejects.not.toThrow(/secret/);
    expect(asked.map(({ provider }) => provider.key?.value)).toEqual(asked.map(() => 'secret-7'));
    expect(asked.some(({ about, url }) => `${about} ${url}`.includes('secret'))).toBe(false);
  });
});

describe('announced', () => {
  it('is the newest run that all domains of a model show, ten minutes after the provider has it', async () => {
    const settings = { models: ['gfs_global', 'icon_global'] };
    const { tools, asked } = asking((url) =>
      url.pathname.includes('gfs013') ? metadata(run) : metadata(run - 6 * hour, run - hour),
    );
    const { announced, names } = openMeteoForecasts(settings);
    const older = { issuedAt: run - 6 * hour, availableAt: run - hour + 600_000 };
    expect(await announced?.(names[0], tools)).toEqual(older);
    expect(await announced?.(names[1], tools)).toEqual(older);
    expect(asked.map(({ calls }) => calls)).toEqual([0, 0, 0]);
  });

  it('says what to do where there are no metadata', async () => {
    const { tools } = asking(() => {
      throw new WeatherglassError('NotFound', 'There is no such address.');
    });
    const source = openMeteoForecasts({ models: ['icon_global'], url: 'http://localhost:8080' });
    await expect(source.announced?.(source.names[0], tools)).rejects.toMatchObject({
      name: 'NotFound',
      message: expect.stringMatching(
        /no metadata of dwd_icon, .* settings open_meteo_models .* \(open_meteo_url\)/,
      ),
    });
  });

  it.each([
    [
      { last_run_initialisation_time: 1717221600 },
      /metadata of dwd_icon: last_run_availability_time is not as/,
    ],
    [metadata(run + 60_000), /dwd_icon: last_run_initialisation_time must be a whole hour, not 1717221660/],
    ['<html>', /dwd_icon: the reply is not as documented/],
  ])('refuses metadata such as %j', (body, message) => {
    expect(() => readMetadata(body, 'dwd_icon')).toThrow(message);
  });
});
