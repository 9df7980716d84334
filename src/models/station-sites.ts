import { earthRadiusKm } from '../weather/location.ts';

/** Where stations are, ready to be asked for those near a point. */
export interface StationSites {
  readonly count: number;
  /** Count x 3: on the sphere of radius 1. */
  readonly points: Float64Array;
  /** Metres above sea level. */
  readonly heights: Float64Array;
}

/** The stations nearest to a point, nearest first, and how far they and the point are from each other. */
export interface Neighbourhood {
  readonly stations: Int32Array;
  /**
   * Kilometres along the surface: entry i · n + j, j < i < n, between neighbours i and j of n; entry n · n + j between the
   * point and neighbour j.
   */
  readonly km: Float64Array;
  /** Metres of height between them, likewise. */
  readonly rise: Float64Array;
}

/** What is known of a point that no station is near. */
export const noNeighbours: Neighbourhood = {
  stations: new Int32Array(),
  km: new Float64Array(),
  rise: new Float64Array(),
};

/** @param locations count x 3: degrees north, degrees east, metres above sea level; none of them NaN */
export function stationSites(locations: Float64Array): StationSites {
  const count = locations.length / 3;
  const points = new Float64Array(3 * count);
  const heights = new Float64Array(count);
  for (let s = 0; s < count; s++) {
    points.set(pointOf(locations[3 * s], locations[3 * s + 1]), 3 * s);
    heights[s] = locations[3 * s + 2];
  }
  return { count, points, heights };
}

/** On the sphere of radius 1. */
function pointOf(latitude: number, longitude: number): readonly [x: number, y: number, z: number] {
  const north = (latitude * Math.PI) / 180;
  const east = (longitude * Math.PI) / 180;
  return [Math.cos(north) * Math.cos(east), Math.cos(north) * Math.sin(east), Math.sin(north)];
}

/** The stations nearest to a point along the surface; of equally near ones the first. */
export function neighboursOf(
  sites: StationSites,
  latitude: number,
  longitude: number,
  elevation: number,
  most: number,
): Neighbourhood {
  const [x, y, z] = pointOf(latitude, longitude);
  return neighbourhood(sites, x, y, z, elevation, most, -1);
}

/** The other stations nearest to one of them. */
export function neighboursOfStation(sites: StationSites, station: number, most: number): Neighbourhood {
  const { points, heights } = sites;
  const at = 3 * station;
  return neighbourhood(sites, points[at], points[at + 1], points[at + 2], heights[station], most, station);
}

function neighbourhood(
  sites: StationSites,
  x: number,
  y: number,
  z: number,
  height: number,
  most: number,
  except: number,
): Neighbourhood {
  const { points, heights } = sites;
  const stations = nearest(sites, x, y, z, most, except);
  const count = stations.length;
  const km = new Float64Array(count * (count + 1));
  const rise = new Float64Array(count * (count + 1));
  for (let i = 0; i <= count; i++) {
    const isPoint = i === count;
    const own = isPoint ? -1 : 3 * stations[i];
    const ownX = isPoint ? x : points[own];
    const ownY = isPoint ? y : points[own + 1];
    const ownZ = isPoint ? z : points[own + 2];
    const ownHeight = isPoint ? height : heights[stations[i]];
    for (let j = 0; j < i; j++) {
      const at = 3 * stations[j];
      const dx = points[at] - ownX;
      const dy = points[at + 1] - ownY;
      const dz = points[at + 2] - ownZ;
      const chord = Math.sqrt(dx * dx + dy * dy + dz * dz);
      km[i * count + j] = 2 * earthRadiusKm * Math.asin(Math.min(1, 0.5 * chord));
      rise[i * count + j] = heights[stations[j]] - ownHeight;
    }
  }
  return { stations, km, rise };
}

/** The nearest are found by insertion: few are asked for. */
function nearest(
  { count, points }: StationSites,
  x: number,
  y: number,
  z: number,
  most: number,
  except: number,
): Int32Array {
  const found = new Int32Array(most);
  const chords = new Float64Array(most);
  let size = 0;
  for (let s = 0; s < count; s++) {
    if (s === except) continue;
    const dx = points[3 * s] - x;
    const dy = points[3 * s + 1] - y;
    const dz = points[3 * s + 2] - z;
    const chord = dx * dx + dy * dy + dz * dz;
    if (size === most && !(chord < chords[size - 1])) continue;
    let at = size < most ? size++ : size - 1;
    for (; at > 0 && chords[at - 1] > chord; at--) {
      chords[at] = chords[at - 1];
      found[at] = found[at - 1];
    }
    chords[at] = chord;
    found[at] = s;
  }
  return found.subarray(0, size);
}
