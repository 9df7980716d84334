import type { Transfer } from './elsewhere.ts';
import { krige, type Likeness } from './kriging.ts';
import { neighboursOfStation, stationSites } from './station-sites.ts';

/** Training rows of a region, one entry each on the fitted scale; rows of one time follow each other. */
export interface RegionRows {
  /** Of the places. */
  readonly names: readonly string[];
  /** Places x 3: degrees north, degrees east, metres above sea level; NaN where not known. Undefined where all are. */
  readonly locations: Float64Array | undefined;
  readonly place: Int32Array;
  readonly validTime: Float64Array;
  readonly outcome: Float64Array;
  /** What the outcome is more than the region's forecast, clipped; NaN for a row that teaches nothing. */
  readonly residual: Float64Array;
  /** Of the law at a station whose bias is 0. */
  readonly location: Float64Array;
  readonly scale: Float64Array;
  /** Outcomes that count as much as the belief in no bias. */
  readonly priorOutcomes: number;
}

/** What each row's station would have been told without outcomes of its own. */
export interface LeftOut {
  /** Row by row. */
  readonly bias: Float64Array;
  /** Share of the bias that stayed unknown, place by place. */
  readonly unknown: Float64Array;
}

/** Tells stations what the others say of them. */
export interface LeaveStationOut {
  /** Places with outcomes. */
  readonly taught: number;
  /** What is told without transfer: nothing. */
  readonly none: LeftOut;
  /** Those of them whose location and height are known: what a transfer is made from. */
  readonly sites: Pick<Transfer, 'stations' | 'locations'>;
  readonly told: (likeness: Likeness) => LeftOut;
}

/**
 * Opens the rows of a region for leaving each station out in turn.
 *
 * What the others tell a row they have learned from other times: errors of one day are alike over a region, and
 * those of the day itself are not known beforehand.
 *
 * @param nearest how many of the others may tell
 */
export function leaveStationOut(rows: RegionRows, nearest: number): LeaveStationOut {
  const { names, locations, place, validTime, residual, priorOutcomes } = rows;
  const sum = new Float64Array(names.length);
  const count = new Float64Array(names.length);
  residual.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    sum[place[i]] += value;
    count[place[i]]++;
  });
  const taught = [...names.keys()].filter((p) => count[p] > 0);
  const placeOf = Int32Array.from(taught.filter((p) => isComplete(locations, p)));
  const known = new Float64Array(3 * placeOf.length);
  placeOf.forEach((p, s) => known.set(locations!.subarray(3 * p, 3 * p + 3), 3 * s));
  const sites = stationSites(known);
  const others = Array.from(placeOf, (_, s) => neighboursOfStation(sites, s, nearest));

  /** Fills in the biases of the rows, each time without what the others learned at it. */
  function addBiases(weights: ReadonlyMap<number, Float64Array>, bias: Float64Array): void {
    const sumNow = new Float64Array(names.length);
    const countNow = new Float64Array(names.length);
    const stationOf = new Int32Array(names.length).fill(-1);
    placeOf.forEach((p, s) => (stationOf[p] = s));
    for (let from = 0, until = 0; from < residual.length; from = until) {
      for (; until < residual.length && validTime[until] === validTime[from]; until++) {
        if (Number.isNaN(residual[until])) continue;
        sumNow[place[until]] += residual[until];
        countNow[place[until]]++;
      }
      for (let i = from; i < until; i++) {
        const station = stationOf[place[i]];
        const own = weights.get(station);
        if (own === undefined) continue;
        for (let k = 0; k < own.length; k++) {
          const p = placeOf[others[station].stations[k]];
          bias[i] += (own[k] * (sum[p] - sumNow[p])) / (count[p] - countNow[p] + priorOutcomes);
        }
      }
      for (let i = from; i < until; i++) sumNow[place[i]] = countNow[place[i]] = 0;
    }
  }

  return {
    taught: taught.length,
    none: { bias: new Float64Array(residual.length), unknown: new Float64Array(names.length).fill(1) },
    sites: { stations: Array.from(placeOf, (p) => names[p]), locations: known },
    told(likeness) {
      const bias = new Float64Array(residual.length);
      const unknown = new Float64Array(names.length).fill(1);
      const weights = new Map<number, Float64Array>();
      others.forEach((around, s) => {
        const kriged = krige(around, likeness);
        weights.set(s, kriged.weights);
        unknown[placeOf[s]] = kriged.unknown;
      });
      addBiases(weights, bias);
      return { bias, unknown };
    },
  };
}

function isComplete(locations: Float64Array | undefined, place: number): boolean {
  if (locations === undefined) return false;
  const [latitude, longitude, elevation] = locations.subarray(3 * place, 3 * place + 3);
  return !Number.isNaN(latitude + longitude + elevation);
}
