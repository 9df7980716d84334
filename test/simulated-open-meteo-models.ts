import type { Location } from '../src/weather/location.ts';

/** A model of the simulated Open-Meteo; its errors belong to its name. */
export interface SimulatedModel {
  readonly name: string;
  /** Hours of a run. */
  readonly horizon: number;
  /** Where it knows something: south, west, north, east. Everywhere without. */
  readonly area?: readonly [number, number, number, number];
  /** Edge of its cells, degrees. */
  readonly grid: number;
  /** Members besides the control, of an ensemble. */
  readonly members?: number;
  /** An ensemble's mean: it has `<variable>_spread` too. */
  readonly isMean?: boolean;
  /** Variables that it does not have: all null. */
  readonly lacks?: readonly string[];
}

const europe = [29, -24, 71, 46] as const;
const centralEurope = [43, -4, 58, 20] as const;
const northAmerica = [21, -135, 53, -60] as const;
const france = [37, -12, 55, 16] as const;
const britain = [47, -14, 62, 6] as const;
const japan = [22, 120, 48, 150] as const;
const nordic = [52, 0, 72, 35] as const;
const alps = [43, 0, 50, 18] as const;

type Row = readonly [names: string, horizon: number, grid: number, area?: SimulatedModel['area']];

/** Names of models, then of their domains, where both are in use. */
const rows: readonly Row[] = [
  ['best_match', 384, 0.1],
  ['ecmwf_ifs', 360, 0.1],
  ['ecmwf_ifs025', 360, 0.25],
  ['ecmwf_aifs025_single', 360, 0.25],
  ['gfs_seamless', 384, 0.11],
  ['gfs_global ncep_gfs013', 384, 0.11],
  ['gfs025 ncep_gfs025', 384, 0.25],
  ['gfs_graphcast025', 240, 0.25],
  ['ncep_aigfs025', 384, 0.25],
  ['gfs_hrrr ncep_hrrr_conus', 48, 0.03, northAmerica],
  ['ncep_nbm_conus', 264, 0.03, northAmerica],
  ['ncep_nam_conus', 60, 0.03, northAmerica],
  ['icon_seamless', 180, 0.11],
  ['icon_global dwd_icon', 180, 0.11],
  ['icon_eu dwd_icon_eu', 120, 0.0625, europe],
  ['icon_d2 dwd_icon_d2', 48, 0.02, centralEurope],
  ['gem_seamless', 240, 0.15],
  ['gem_global cmc_gem_gdps cmc_gem_gdps_15km', 240, 0.15],
  ['gem_regional cmc_gem_rdps_10km', 84, 0.09, northAmerica],
  ['gem_hrdps_continental cmc_gem_hrdps', 48, 0.025, northAmerica],
  ['meteofrance_seamless', 96, 0.25],
  ['meteofrance_arpege_world meteofrance_arpege_world025', 96, 0.25],
  ['meteofrance_arpege_europe', 96, 0.1, europe],
  ['meteofrance_arome_france meteofrance_arome_france0025', 48, 0.025, france],
  ['meteofrance_arome_france_hd', 48, 0.01, france],
  ['jma_seamless', 264, 0.5],
  ['jma_gsm', 264, 0.5],
  ['jma_msm', 78, 0.05, japan],
  ['cma_grapes_global', 240, 0.125],
  ['bom_access_global', 240, 0.15],
  ['ukmo_seamless', 168, 0.1],
  ['ukmo_global_deterministic_10km', 168, 0.1],
  ['ukmo_uk_deterministic_2km', 48, 0.02, britain],
  ['knmi_seamless', 240, 0.05],
  ['knmi_harmonie_arome_europe', 60, 0.05, europe],
  ['knmi_harmonie_arome_netherlands', 60, 0.02, [49, 0, 56, 11]],
  ['dmi_seamless', 240, 0.02],
  ['dmi_harmonie_arome_europe', 60, 0.02, europe],
  ['metno_seamless', 240, 0.01],
  ['metno_nordic metno_nordic_pp', 60, 0.01, nordic],
  ['meteoswiss_icon_ch1', 33, 0.01, alps],
  ['meteoswiss_icon_ch2', 120, 0.02, alps],
  ['italia_meteo_arpae_icon_2i', 72, 0.02, [33, 3, 49, 22]],
  ['geosphere_arome_austria', 60, 0.025, [42, 5, 52, 23]],
];

/** Names, horizon, cells, members, where. */
const ensembleRows: readonly (readonly [string, number, number, number, SimulatedModel['area']?])[] = [
  ['icon_seamless icon_global dwd_icon_eps icon_seamless_eps', 180, 0.25, 39],
  ['icon_eu dwd_icon_eu_eps', 120, 0.125, 39, europe],
  ['icon_d2 dwd_icon_d2_eps', 48, 0.02, 19, centralEurope],
  ['gfs_seamless gfs025 ncep_gefs025', 240, 0.25, 30],
  ['gfs05 ncep_gefs05', 840, 0.5, 30],
  ['ncep_aigefs025', 384, 0.25, 30],
  ['ecmwf_ifs025 ecmwf_ifs025_ensemble', 360, 0.25, 50],
  ['ecmwf_aifs025 ecmwf_aifs025_ensemble', 360, 0.25, 50],
  ['gem_global cmc_gem_geps', 384, 0.5, 20],
  ['bom_access_global_ensemble', 240, 0.4, 17],
  ['ukmo_global_ensemble_20km', 168, 0.25, 17],
  ['ukmo_uk_ensemble_2km', 120, 0.02, 2, britain],
  ['meteoswiss_icon_ch1 meteoswiss_icon_ch1_ensemble', 33, 0.01, 10, alps],
  ['meteoswiss_icon_ch2 meteoswiss_icon_ch2_ensemble', 120, 0.02, 20, alps],
  ['google_weathernext2_ensemble', 360, 0.25, 63],
];

const meanNames =
  'dwd_icon_eps_ensemble_mean_seamless dwd_icon_eps_ensemble_mean ncep_gefs_ensemble_mean_seamless ' +
  'ncep_gefs025_ensemble_mean ncep_gefs05_ensemble_mean ncep_aigefs025_ensemble_mean ncep_hgefs025_ensemble_mean ' +
  'ecmwf_ifs025_ensemble_mean ecmwf_aifs025_ensemble_mean ukmo_global_ensemble_mean_20km ' +
  'cmc_gem_geps_ensemble_mean google_weathernext2_ensemble_mean';

function modelTable(models: readonly SimulatedModel[]): ReadonlyMap<string, SimulatedModel> {
  return new Map(models.map((model) => [model.name, model]));
}

/** Models of the forecast by name. */
export const simulatedModels = modelTable(
  rows.flatMap(([names, horizon, grid, area]) =>
    names.split(' ').map((name) => ({
      name,
      horizon,
      grid,
      ...(area !== undefined && { area }),
      ...(name.includes('aifs') && { lacks: ['visibility', 'wind_gusts_10m'] }),
    })),
  ),
);

/** Ensembles, and their means, by name. */
export const simulatedEnsembles = modelTable([
  ...ensembleRows.flatMap(([names, horizon, grid, members, area]) =>
    names.split(' ').map((name) => ({ name, horizon, grid, members, ...(area !== undefined && { area }) })),
  ),
  ...meanNames.split(' ').map((name) => ({ name, horizon: 240, grid: 0.25, isMean: true })),
]);

export const simulatedReanalyses = modelTable(
  ['best_match', 'era5', 'era5_seamless', 'era5_land', 'ecmwf_ifs', 'cerra'].map((name) => ({
    name,
    horizon: 0,
    grid: 0.25,
  })),
);

export function covers({ area }: SimulatedModel, { latitude, longitude }: Location): boolean {
  if (area === undefined) return true;
  const [south, west, north, east] = area;
  return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
}
