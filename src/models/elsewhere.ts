import type { Likeness } from './kriging.ts';
import {
  type Neighbourhood,
  neighboursOf,
  noNeighbours,
  type StationSites,
  stationSites,
} from './station-sites.ts';

/** What a region's stations say of places without outcomes of their own. Plain data, kept in an artefact. */
export interface Elsewhere {
  /**
   * γ ≥ 0: at a place of whose bias the share `unknown` is not known, the scale is √(1 + γ · unknown) times that of a
   * station.
   */
  readonly widening: number;
  /** Left out where biases of other stations make forecasts no better: then the bias elsewhere is 0. */
  readonly transfer?: Transfer;
}

/** The stations whose biases are transferred, and how. */
export interface Transfer extends Likeness {
  /** Only so many of the nearest stations count. */
  readonly nearest: number;
  /** By name, as in the biases. */
  readonly stations: readonly string[];
  /** Stations x 3: degrees north, degrees east, metres above sea level. */
  readonly locations: Float64Array;
}

const opened = new WeakMap<Float64Array, StationSites>();

/**
 * The stations of a transfer around a point.
 *
 * A NaN coordinate or elevation has none: what is not known to be alike is taken to be unlike.
 */
export function neighboursAt(
  { locations, nearest }: Transfer,
  latitude: number,
  longitude: number,
  elevation: number,
): Neighbourhood {
  if (Number.isNaN(latitude + longitude + elevation)) return noNeighbours;
  let sites = opened.get(locations);
  if (sites === undefined) opened.set(locations, (sites = stationSites(locations)));
  return neighboursOf(sites, latitude, longitude, elevation, nearest);
}

/** What the scale of a law is multiplied by where so much of the bias is unknown. */
export function widerBy(widening: number, unknown: number): number {
  return Math.sqrt(1 + widening * unknown);
}
