import { describe, expect, it } from 'vitest';
import { openMeteoModels } from './open-meteo-models.ts';
import { openMeteoProvider } from './open-meteo-provider.ts';
import {
  checkOpenMeteo,
  type OpenMeteoApi,
  openMeteoMetadataUrl,
  openMeteoUrl,
} from './open-meteo-settings.ts';

const apis: readonly OpenMeteoApi[] = [
  'forecast',
  'ensemble',
  'previous-runs',
  'single-runs',
  'archive',
  'geocoding',
  'elevation',
];
const addresses = (settings: Parameters<typeof checkOpenMeteo>[0]) =>
  apis.map((api) => openMeteoUrl(checkOpenMeteo(settings), api, { a: '1,2' }));

describe('the addresses', () => {
  it('are hosts of their own', () => {
    expect(addresses({})).toEqual([
      'https://api.open-meteo.com/v1/forecast?a=1,2',
      'https://ensemble-api.open-meteo.com/v1/ensemble?a=1,2',
      'https://previous-runs-api.open-meteo.com/v1/forecast?a=1,2',
      'https://single-runs-api.open-meteo.com/v1/forecast?a=1,2',
      'https://archive-api.open-meteo.com/v1/archive?a=1,2',
      'https://geocoding-api.open-meteo.com/v1/search?a=1,2',
      'https://api.open-meteo.com/v1/elevation?a=1,2',
    ]);
    expect(openMeteoMetadataUrl(checkOpenMeteo({}), 'ensemble', 'dwd_icon_eps')).toBe(
      'https://ensemble-api.open-meteo.com/data/dwd_icon_eps/static/meta.json',
    );
  });

  it('of a customer have a prefix and the key, but the metadata have no key', () => {
    expect(addresses({ apiKey: 'k-1' })[2]).toBe(
      'https://customer-previous-runs-api.open-meteo.com/v1/forecast?a=1,2',
    );
    expect(openMeteoMetadataUrl(checkOpenMeteo({ apiKey: 'k-1' }), 'forecast', 'dwd_icon')).toBe(
      'https://customer-api.open-meteo.com/data/dwd_icon/static/meta.json',
    );
  });

  it("of an instance of one's own are all on it", () => {
    expect(addresses({ url: 'http://localhost:8080/' })).toEqual([
      'http://localhost:8080/v1/forecast?a=1,2',
      'http://localhost:8080/v1/ensemble?a=1,2',
      'http://localhost:8080/v1/forecast?a=1,2',
      'http://localhost:8080/v1/forecast?a=1,2',
      'http://localhost:8080/v1/archive?a=1,2',
      'http://localhost:8080/v1/search?a=1,2',
      'http://localhost:8080/v1/elevation?a=1,2',
    ]);
  });

  it('leave out what is undefined and escape what is not a comma', () => {
    expect(openMeteoUrl(checkOpenMeteo({}), 'geocoding', { name: 'São & Co', none: undefined })).toBe(
      'https://api.open-meteo.com/v1/search?name=S%C3%A3o%20%26%20Co'.replace('//api', '//geocoding-api'),
    );
  });
});

describe('checkOpenMeteo', () => {
  it('completes settings', () => {
    expect(checkOpenMeteo({})).toEqual({
      models: ['ecmwf_ifs025', 'gfs_global', 'icon_global'],
      ensembles: [],
      url: undefined,
      apiKey: undefined,
    });
  });

  it.each([
    [{ models: ['best_match'] }, /setting open_meteo_models holds best_match, a blend/],
    [{ models: ['icon_seamless'] }, /setting open_meteo_models holds icon_seamless, a blend/],
    [{ models: ['gfs_mix'] }, /setting open_meteo_models holds gfs_mix, a blend/],
    [{ ensembles: ['ncep_gefs_seamless'] }, /setting open_meteo_ensembles holds ncep_gefs_seamless, a blend/],
    [
      { ensembles: ['dwd_icon_eps_ensemble_mean_seamless'] },
      /holds dwd_icon_eps_ensemble_mean_seamless, a blend/,
    ],
    [{ models: ['icon_globe'] }, /"icon_globe" in the setting open_meteo_models .* Did you mean icon_global/],
    [{ ensembles: ['ukmo_uk_ensemble_2km'] }, /"ukmo_uk_ensemble_2km" in the setting open_meteo_ensembles/],
    [
      { models: ['ncep_gefs025'] },
      /setting open_meteo_models holds ncep_gefs025, which belongs into open_meteo_ensembles/,
    ],
    [
      { ensembles: ['icon_global'] },
      /setting open_meteo_ensembles holds icon_global, which belongs into open_meteo_models/,
    ],
    [{ models: ['icon_eu', 'icon_eu'] }, /holds icon_eu twice/],
    [{ url: 'localhost' }, /setting open_meteo_url must be an address/],
    [{ url: 'ftp://localhost' }, /setting open_meteo_url must be an address/],
    [{ url: 'http://localhost', apiKey: 'k' }, /setting open_meteo_key is of no use/],
  ])('refuses %j', (settings, message) => {
    const refused = expect.objectContaining({ name: 'Usage', message: expect.stringMatching(message) });
    expect(() => checkOpenMeteo(settings)).toThrow(refused);
  });

  it('does not show a key that it refuses', () => {
    let message = '';
    try {
      checkOpenMeteo({ apiKey: 'se cret' });
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/setting open_meteo_key must be letters/);
    expect(message).not.toMatch(/cret/);
  });
});

describe('openMeteoProvider', () => {
  it('has the limits of the free tier', () => {
    expect(openMeteoProvider()).toMatchObject({
      name: 'open-meteo',
      licence: 'CC BY 4.0',
      limits: [
        { calls: 600, seconds: 60 },
        { calls: 5000, seconds: 3600 },
        { calls: 10_000, seconds: 86_400 },
        { calls: 300_000, seconds: 2_592_000 },
      ],
      concurrency: 1,
    });
    expect(openMeteoProvider().attribution).toContain('Weather data by Open-Meteo.com');
  });

  it("has none on an instance of one's own, and a budget of a month with a key", () => {
    expect(openMeteoProvider({ url: 'http://localhost:8080' })).toMatchObject({
      limits: [],
      concurrency: 8,
    });
    expect(openMeteoProvider({ apiKey: 'k' })).toMatchObject({
      limits: [{ calls: 1_000_000, seconds: 2_592_000 }],
      concurrency: 2,
    });
  });
});

describe('the table of models', () => {
  it('dates each model by domains, and knows how far its runs reach', () => {
    const named = (name: string) => openMeteoModels.find((model) => model.name === name);
    expect(named('icon_global')?.domains).toEqual(['dwd_icon']);
    expect(named('gfs_global')?.domains).toEqual(['ncep_gfs013', 'ncep_gfs025']);
    expect(named('ecmwf_ifs025')?.domains).toEqual(['ecmwf_ifs025']);
    expect([0, 6, 12, 18].map((hour) => named('icon_global')?.horizon(hour))).toEqual([180, 120, 180, 120]);
    expect([0, 3, 6].map((hour) => named('icon_eu')?.horizon(hour))).toEqual([120, 30, 120]);
    expect(named('ecmwf_ifs025_ensemble')).toMatchObject({ kind: 'ensemble', members: 51 });
    expect(named('ecmwf_ifs025_ensemble_mean')).toMatchObject({
      kind: 'mean',
      members: 1,
      domains: ['ecmwf_ifs025_ensemble_mean'],
    });
    expect(new Set(openMeteoModels.map(({ name }) => name)).size).toBe(openMeteoModels.length);
  });
});
