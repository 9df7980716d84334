import { neighboursAt, type Transfer, widerBy } from '../models/elsewhere.ts';
import type { StationArtefact } from '../models/emos-station.ts';
import { type Kriged, krige } from '../models/kriging.ts';
import type { Neighbourhood } from '../models/station-sites.ts';
import type { TablePlace } from '../weather/pairs.ts';

/**
 * What is peculiar to each station: stations, by their number, x `width` experts. NaN where a station is none to the expert;
 * stations beyond the end are none to any.
 */
export interface StationBiases {
  readonly width: number;
  readonly numbers: Float64Array;
  /** What experts say of places that are no stations to them; undefined where none says anything: no bias, no wider. */
  readonly elsewhere: ElsewhereColumns | undefined;
}

export interface ElsewhereColumns {
  /** Of each expert; see `Elsewhere`. 0 for one that says nothing. */
  readonly widening: Float64Array;
  /** Experts side by side that share a transfer. */
  readonly runs: readonly TransferRun[];
}

interface TransferRun {
  readonly from: number;
  readonly until: number;
  /** Undefined where biases elsewhere are 0. */
  readonly transfer: Transfer | undefined;
  /** The number of each of the transfer's stations. */
  readonly numbers: Int32Array;
}

/** What a place adds to the laws of the station experts, by column. */
export interface LocalColumns {
  readonly bias: Float64Array;
  /** How much more than 1 the scale is multiplied by; undefined for a station. */
  readonly wider: Float64Array | undefined;
}

/** Makes transfers that are alike one object: what is worked out for a place then serves all experts. */
export function internTransfers(): (artefact: StationArtefact) => StationArtefact {
  const networks = new Map<string, Float64Array>();
  const transfers = new Map<string, Transfer>();
  return (artefact) => {
    const transfer = artefact.elsewhere?.transfer;
    if (transfer === undefined) return artefact;
    const { distanceKm, heightM, nugget, nearest, stations, locations } = transfer;
    const bytes = Buffer.from(locations.buffer, locations.byteOffset, locations.byteLength);
    const network = `${JSON.stringify([nearest, stations])} ${bytes.toString('latin1')}`;
    // Transfers between the same stations share the array: by it the neighbours of a place are remembered.
    const shared = networks.get(network) ?? locations;
    networks.set(network, shared);
    const key = `${distanceKm} ${heightM} ${nugget} ${network}`;
    const same = transfers.get(key) ?? { ...transfer, locations: shared };
    transfers.set(key, same);
    return { ...artefact, elsewhere: { ...artefact.elsewhere!, transfer: same } };
  };
}

/** Station experts in the order of their columns: those that share a transfer stand side by side. */
export function columnsOfStations(known: readonly StationArtefact[]): readonly StationArtefact[] {
  return [...Map.groupBy(known, ({ elsewhere }) => elsewhere?.transfer).values()].flat();
}

/**
 * A place's biases side by side: looked up by name in each expert, they would cost more than all else.
 *
 * @param known in the order of their columns
 * @param stations numbers of stations by name; new ones are added
 */
export function stationBiases(
  known: readonly StationArtefact[],
  stations: Map<string, number>,
): StationBiases {
  for (const { stationBias } of known)
    for (const name of Object.keys(stationBias)) if (!stations.has(name)) stations.set(name, stations.size);
  const width = known.length;
  const numbers = new Float64Array(stations.size * width).fill(Number.NaN);
  known.forEach(({ stationBias }, column) => {
    for (const [name, bias] of Object.entries(stationBias))
      numbers[stations.get(name)! * width + column] = bias;
  });
  return { width, numbers, elsewhere: elsewhereColumns(known, stations) };
}

function elsewhereColumns(
  known: readonly StationArtefact[],
  stations: ReadonlyMap<string, number>,
): ElsewhereColumns | undefined {
  if (known.every(({ elsewhere }) => elsewhere === undefined)) return undefined;
  let from = 0;
  const runs: TransferRun[] = [];
  for (const [transfer, some] of Map.groupBy(known, ({ elsewhere }) => elsewhere?.transfer)) {
    const numbers = Int32Array.from(transfer?.stations ?? [], (name) => stations.get(name)!);
    runs.push({ from, until: from + some.length, transfer, numbers });
    from += some.length;
  }
  return { widening: Float64Array.from(known, ({ elsewhere }) => elsewhere?.widening ?? 0), runs };
}

/** Finds what places add; it serves one place after the other. */
export interface Locals {
  /** Turns to a place; a number where an expert knows it as a station. */
  readonly at: (station: number | undefined, place: TablePlace | undefined) => void;
  /** Valid until asked again; undefined where the place adds nothing. */
  readonly of: (biases: StationBiases) => LocalColumns | undefined;
}

export function openLocals(): Locals {
  let station: number | undefined;
  let place: TablePlace | undefined;
  const around = new Map<Float64Array, Neighbourhood>();
  const kriged = new Map<Transfer, Kriged>();
  let bias = new Float64Array(0);
  let wider = new Float64Array(0);

  function neighboursIn(transfer: Transfer): Neighbourhood {
    let own = around.get(transfer.locations);
    if (own === undefined) {
      const { latitude = Number.NaN, longitude = Number.NaN, elevation = Number.NaN } = place ?? {};
      around.set(transfer.locations, (own = neighboursAt(transfer, latitude, longitude, elevation)));
    }
    return own;
  }

  /** What is said of a place that is no station. */
  function addElsewhere({ width, numbers }: StationBiases, { runs, widening }: ElsewhereColumns): void {
    for (const { from, until, transfer, numbers: numberOf } of runs) {
      let unknown = 1;
      if (transfer !== undefined) {
        const { stations } = neighboursIn(transfer);
        let own = kriged.get(transfer);
        if (own === undefined) kriged.set(transfer, (own = krige(neighboursIn(transfer), transfer)));
        const rows = stations.map((station) => numberOf[station] * width);
        addShares(bias, from, until, own.weights, numbers, rows);
        unknown = own.unknown;
      }
      setWider(wider, from, until, widening, unknown);
    }
  }

  return {
    at(nextStation, nextPlace) {
      station = nextStation;
      place = nextPlace;
      around.clear();
      kriged.clear();
    },
    of(biases) {
      const { width, numbers, elsewhere } = biases;
      const from = station === undefined ? Infinity : station * width;
      const known = from < numbers.length;
      if (!known && elsewhere === undefined) return undefined;
      const own = known ? numbers.subarray(from, from + width) : undefined;
      if (own !== undefined && !own.some(Number.isNaN)) return { bias: own, wider: undefined };
      if (bias.length < width) {
        bias = new Float64Array(width);
        wider = new Float64Array(width);
      }
      bias.fill(0);
      wider.fill(0);
      if (elsewhere !== undefined) addElsewhere(biases, elsewhere);
      own?.forEach((value, c) => {
        if (Number.isNaN(value)) return;
        bias[c] = value;
        wider[c] = 0;
      });
      return { bias, wider };
    },
  };
}

// Loops of their own, whose arrays are arguments: what is looked up in a closure is looked up at every number.

/** Adds Σ weight · row to each column; six rows at a time, so that a sum is fetched and put back a sixth as often. */
function addShares(
  sums: Float64Array,
  from: number,
  until: number,
  weights: Float64Array,
  numbers: Float64Array,
  rows: Int32Array,
): void {
  const whole = weights.length - (weights.length % 6);
  for (let k = 0; k < whole; k += 6) {
    const [w0, w1, w2] = [weights[k], weights[k + 1], weights[k + 2]];
    const [w3, w4, w5] = [weights[k + 3], weights[k + 4], weights[k + 5]];
    const [r0, r1, r2] = [rows[k], rows[k + 1], rows[k + 2]];
    const [r3, r4, r5] = [rows[k + 3], rows[k + 4], rows[k + 5]];
    for (let c = from; c < until; c++)
      sums[c] +=
        w0 * numbers[r0 + c] +
        w1 * numbers[r1 + c] +
        w2 * numbers[r2 + c] +
        (w3 * numbers[r3 + c] + w4 * numbers[r4 + c] + w5 * numbers[r5 + c]);
  }
  for (let k = whole; k < weights.length; k++) {
    const weight = weights[k];
    const row = rows[k];
    for (let c = from; c < until; c++) sums[c] += weight * numbers[row + c];
  }
}

function setWider(
  wider: Float64Array,
  from: number,
  until: number,
  widening: Float64Array,
  unknown: number,
): void {
  for (let c = from; c < until; c++) wider[c] = widerBy(widening[c], unknown) - 1;
}
