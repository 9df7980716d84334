import { neighboursAt, type Transfer } from './elsewhere.ts';
import { krige, type Likeness } from './kriging.ts';
import type { Control } from './model.ts';
import { meanOf, type PlaceSums, residualWeight } from './place-sums.ts';
import { type Neighbourhood, neighboursOfStation, stationSites } from './station-sites.ts';

/** Fewer stations than these say nothing of a place that is none of them. */
const LEAST_STATIONS = 10;
const NEAREST = 12;
const distancesKm = [30, 100, 300];
const heightsM = [300, 1000];
/** What a likeness must add to the logarithm of the likelihood: it has two parameters, chosen among six (AIC and more). */
const LEAST_GAIN = 4;

/** What the stations of a region say of places without outcomes of their own. */
export interface StationBiases extends Transfer {
  /** By station: what it would be told of itself if it were the only one. */
  readonly biases: Float64Array;
}

/** What is known of the bias at a place: its mean, and the share of the variance between places that is not known. */
export interface ToldBias {
  readonly bias: number;
  readonly unknown: number;
}

/**
 * Learns how alike biases of neighbouring places are, by leaving each station out in turn and asking the others: the
 * likelihood of its own mean residual m under N(b, τ²·unknown + 1/w), against that of N(0, τ² + 1/w).
 *
 * @param locations places x 3: degrees north, degrees east, metres above sea level; NaN where not known
 * @param betweenPlaces τ², the variance of the biases, with what recent outcomes contribute
 * @returns undefined where there are fewer than ten stations with a location, or they are not alike
 */
export function learnStationBiases(
  names: readonly string[],
  locations: Float64Array | undefined,
  places: Readonly<Record<string, PlaceSums>>,
  betweenPlaces: number,
  control: Control,
): StationBiases | undefined {
  if (locations === undefined || !(betweenPlaces > 0)) return undefined;
  const known = [...names.keys()].filter((place) => {
    const [latitude, longitude, elevation] = locations.subarray(3 * place);
    return Object.hasOwn(places, names[place]) && !Number.isNaN(latitude + longitude + elevation);
  });
  if (known.length < LEAST_STATIONS) return undefined;
  const sums = known.map((place) => places[names[place]]);
  const noise = Float64Array.from(sums, (one) => 1 / residualWeight(one));
  const mean = Float64Array.from(sums, (one) => meanOf(one, 'both'));
  const nugget = noise.reduce((sum, one) => sum + one, 0) / noise.length / betweenPlaces;
  // What a station is told of itself, shrunken: kriging undoes the shrinking of one that stands alone.
  const biases = mean.map((one) => one / (1 + nugget));
  const ownLocations = Float64Array.from(
    known.flatMap((place) => [...locations.subarray(3 * place, 3 * place + 3)]),
  );
  const sites = stationSites(ownLocations);
  const around = known.map((_, station) => neighboursOfStation(sites, station, NEAREST));
  const likelihood = (likeness: Likeness | undefined) => {
    control.checkpoint(0, Number.NaN);
    let sum = 0;
    for (let s = 0; s < known.length; s++) {
      const told = likeness === undefined ? nothing : tell(around[s], likeness, biases);
      const variance = betweenPlaces * told.unknown + noise[s];
      sum -= 0.5 * Math.log(variance) + (mean[s] - told.bias) ** 2 / (2 * variance);
    }
    return sum;
  };
  let best: Likeness | undefined;
  let most = likelihood(undefined) + LEAST_GAIN;
  for (const distanceKm of distancesKm)
    for (const heightM of heightsM) {
      const likeness = { distanceKm, heightM, nugget };
      const value = likelihood(likeness);
      if (!(value > most)) continue;
      most = value;
      best = likeness;
    }
  if (best === undefined) return undefined;
  return {
    ...best,
    nearest: NEAREST,
    stations: known.map((place) => names[place]),
    locations: ownLocations,
    biases,
  };
}

const nothing: ToldBias = { bias: 0, unknown: 1 };

function tell(around: Neighbourhood, likeness: Likeness, biases: Float64Array): ToldBias {
  const { weights, unknown } = krige(around, likeness);
  let bias = 0;
  around.stations.forEach((station, k) => (bias += weights[k] * biases[station]));
  return { bias, unknown };
}

/** What the stations say of a point; nothing where its location or height is not known (NaN). */
export function toldBias(
  stations: StationBiases | undefined,
  latitude: number,
  longitude: number,
  elevation: number,
): ToldBias {
  if (stations === undefined) return nothing;
  return tell(neighboursAt(stations, latitude, longitude, elevation), stations, stations.biases);
}
