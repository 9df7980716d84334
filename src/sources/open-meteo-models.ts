import { WeatherglassError } from '../errors.ts';
import type { Location } from '../weather/location.ts';
import { didYouMean } from '../weather/nearest-names.ts';

/** What must be known of a model before its values can be dated. */
export interface OpenMeteoModel {
  /** As the API takes it in `models=`. */
  readonly name: string;
  readonly kind: 'deterministic' | 'ensemble' | 'mean';
  /** The data domains it is made of, by whose metadata its run is dated; their names are not the API's. */
  readonly domains: readonly string[];
  /** Members, which count like so many variables in what a request costs; 1 where there are none. */
  readonly members: number;
  /**
   * Hours that a run of this hour of the day reaches. Short runs overwrite only the beginning of what is served; behind
   * their end an older run shows, which must not get the newer one's date.
   */
  readonly horizon: (runHour: number) => number;
  /** Hours from the start of a run until it was surely public. */
  readonly publishedAfter: number;
  /** Where a model of a region has values; everywhere where left out. */
  readonly area?: Area;
}

/** Degrees north and east. */
interface Area {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

const always = (hours: number) => () => hours;
/** Runs at 00 and 12 UTC reach farther than those between. */
const mainRuns = (main: number, between: number) => (hour: number) => (hour % 12 === 0 ? main : between);
/** Runs every six hours reach farther than those between. */
const sixHourlyRuns = (main: number, between: number) => (hour: number) => (hour % 6 === 0 ? main : between);

type Row = readonly [
  name: string,
  domains: string | readonly string[],
  horizon: OpenMeteoModel['horizon'],
  publishedAfter: number,
  area?: Area,
];

const europe = { south: 29.5, north: 70.5, west: -23.5, east: 62.5 };
const centralEurope = { south: 43.18, north: 58.08, west: -3.94, east: 20.34 };
const france = { south: 37.5, north: 55.4, west: -12, east: 16 };

/**
 * Deterministic models. A model of several domains is dated only while all of them show the same run: gfs_global takes
 * what is near the ground from 0.11° and the rest from 0.25°; icon_d2 takes what it can from its quarter-hourly files.
 *
 * Source: names of models and domains, reach of runs and grids as in the open-source server github.com/open-meteo/open-meteo;
 * open-meteo.com/en/docs/model-updates lists the domains.
 */
const deterministic: readonly Row[] = [
  ['ecmwf_ifs025', 'ecmwf_ifs025', mainRuns(360, 144), 9],
  ['ecmwf_ifs', 'ecmwf_ifs', mainRuns(360, 144), 9],
  ['ecmwf_aifs025_single', 'ecmwf_aifs025_single', always(360), 9],
  ['gfs_global', ['ncep_gfs013', 'ncep_gfs025'], always(384), 6],
  ['ncep_gfs013', 'ncep_gfs013', always(384), 6],
  ['ncep_gfs025', 'ncep_gfs025', always(384), 6],
  ['ncep_aigfs025', 'ncep_aigfs025', always(384), 6],
  ['icon_global', 'dwd_icon', mainRuns(180, 120), 6],
  ['icon_eu', 'dwd_icon_eu', sixHourlyRuns(120, 30), 6, europe],
  ['icon_d2', ['dwd_icon_d2', 'dwd_icon_d2_15min'], always(48), 6, centralEurope],
  ['ukmo_global_deterministic_10km', 'ukmo_global_deterministic_10km', mainRuns(168, 60), 9],
  ['meteofrance_arpege_world025', 'meteofrance_arpege_world025', always(102), 9],
  [
    'meteofrance_arpege_europe',
    'meteofrance_arpege_europe',
    always(102),
    9,
    { south: 20, north: 72, west: -32, east: 42 },
  ],
  ['meteofrance_arome_france0025', 'meteofrance_arome_france0025', always(51), 6, france],
  ['meteofrance_arome_france_hd', 'meteofrance_arome_france_hd', always(51), 6, france],
  [
    'italia_meteo_arpae_icon_2i',
    'italia_meteo_arpae_icon_2i',
    always(72),
    9,
    { south: 33.7, north: 48.9, west: 3, east: 22 },
  ],
  ['jma_gsm', 'jma_gsm', mainRuns(264, 132), 9],
  ['jma_msm', 'jma_msm', mainRuns(78, 39), 6, { south: 22.4, north: 47.6, west: 120, east: 150 }],
  ['cma_grapes_global', 'cma_grapes_global', mainRuns(240, 120), 9],
];

/** Ensembles with the number of their members, the control among them. The mean and spread of each is a domain of its own. */
const ensembles: readonly (readonly [members: number, mean: string, ...row: Row])[] = [
  [51, 'ecmwf_ifs025_ensemble_mean', 'ecmwf_ifs025_ensemble', 'ecmwf_ifs025_ensemble', mainRuns(360, 144), 9],
  [51, 'ecmwf_aifs025_ensemble_mean', 'ecmwf_aifs025_ensemble', 'ecmwf_aifs025_ensemble', always(360), 9],
  [31, 'ncep_gefs025_ensemble_mean', 'ncep_gefs025', 'ncep_gefs025', always(240), 9],
  // What lies behind 384 hours comes from a later part of the run at 00 UTC.
  [31, 'ncep_gefs05_ensemble_mean', 'ncep_gefs05', 'ncep_gefs05', always(384), 9],
  [40, 'dwd_icon_eps_ensemble_mean', 'icon_global_eps', 'dwd_icon_eps', always(180), 6],
  [40, 'dwd_icon_eu_eps_ensemble_mean', 'icon_eu_eps', 'dwd_icon_eu_eps', always(120), 6, europe],
  [20, 'dwd_icon_d2_eps_ensemble_mean', 'icon_d2_eps', 'dwd_icon_d2_eps', always(48), 6, centralEurope],
  [21, 'cmc_gem_geps_ensemble_mean', 'gem_global_ensemble', 'cmc_gem_geps', always(384), 9],
  [
    18,
    'ukmo_global_ensemble_mean_20km',
    'ukmo_global_ensemble_20km',
    'ukmo_global_ensemble_20km',
    mainRuns(246, 180),
    9,
  ],
];

const rows = new Map<string, OpenMeteoModel>();
for (const row of deterministic) addRow('deterministic', 1, row);
for (const [members, mean, ...row] of ensembles) {
  addRow('ensemble', members, row);
  const [, , ...rest] = row;
  addRow('mean', 1, [mean, mean, ...rest]);
}

function addRow(kind: OpenMeteoModel['kind'], members: number, row: Row): void {
  const [name, domains, horizon, publishedAfter, area] = row;
  const given = { name, kind, domains: [domains].flat(), members, horizon, publishedAfter };
  rows.set(name, area === undefined ? given : { ...given, area });
}

/** All models with a row. */
export const openMeteoModels: readonly OpenMeteoModel[] = [...rows.values()];

/**
 * What is known of a model.
 *
 * @throws WeatherglassError Usage for one without a row: its runs could not be dated. `setting` is where it was named.
 */
export function modelRow(name: string, setting: 'models' | 'ensembles'): OpenMeteoModel {
  const row = rows.get(name);
  if (row !== undefined) return row;
  throw new WeatherglassError(
    'Usage',
    `${JSON.stringify(name)} in the setting open_meteo_${setting} is not a model whose runs Weatherglass can date; ` +
      `take it out, or name another.${didYouMean(name, rows.keys())}`,
  );
}

/** Whether a model has values at a location; false where the location is unknown. */
export function modelCovers({ area }: OpenMeteoModel, { latitude, longitude }: Location): boolean {
  if (area === undefined) return !Number.isNaN(latitude) && !Number.isNaN(longitude);
  return latitude >= area.south && latitude <= area.north && longitude >= area.west && longitude <= area.east;
}
