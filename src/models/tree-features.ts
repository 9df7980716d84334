import { type BinnedRows, type Bins, binRows, learnBins } from '../trees/bins.ts';
import type { Cases, Control, Selection } from './model.ts';
import type { Said } from './region.ts';
import { columnsOf, type Term } from './terms.ts';

/** What trees look at, and how it is put into bins. Plain data. */
export interface TreeFeatures {
  /** Names, in the order of the columns. */
  readonly names: readonly string[];
  readonly bins: Bins;
  /** Places by their number in the column `place`. */
  readonly places: readonly string[];
}

/** Columns beside those of the regional formula, as {@link columns} puts them: where, how far ahead, and what the region said. */
const others = ['lead', 'latitude', 'longitude', 'place', 'said_log_sd', 'said'] as const;

/** Learns the bins of training rows, for the terms of a region's location. */
export function learnFeatures(
  location: readonly Term[],
  training: Selection,
  said: Said,
  transform: Cases['variable']['transform'],
  control: Control,
): { readonly features: TreeFeatures; readonly binned: BinnedRows } {
  const names = [...location.slice(1), ...others];
  const { places } = training.cases;
  const x = columns(names, training, said, transform, new Map(places.map((name, k) => [name, k])));
  const categorical = [names.indexOf('place')];
  const bins = learnBins(x, names.length, { categorical }, control);
  return { features: { names, bins, places }, binned: binRows(bins, x, control) };
}

/** Rows in the bins of training; a place that training did not see is missing. */
export function binFeatures(
  { names, bins, places }: TreeFeatures,
  selection: Selection,
  said: Said,
  transform: Cases['variable']['transform'],
  control: Control,
): BinnedRows {
  return binRows(
    bins,
    columns(names, selection, said, transform, new Map(places.map((name, k) => [name, k]))),
    control,
  );
}

function columns(
  names: readonly string[],
  selection: Selection,
  said: Said,
  transform: Cases['variable']['transform'],
  numbers: ReadonlyMap<string, number>,
): Float64Array {
  const { cases, rows } = selection;
  const terms = names.slice(0, -others.length);
  const own = columnsOf(terms, selection, transform);
  const width = terms.length + others.length;
  const x = new Float64Array(rows.length * width);
  const placeNumbers = cases.places.map((name) => numbers.get(name) ?? Number.NaN);
  for (let i = 0; i < rows.length; i++) {
    const place = cases.place[rows[i]];
    let at = i * width;
    for (let k = 0; k < terms.length; k++) x[at++] = own[i * terms.length + k];
    x[at++] = cases.leads[rows[i]];
    x[at++] = cases.locations?.[3 * place] ?? Number.NaN;
    x[at++] = cases.locations?.[3 * place + 1] ?? Number.NaN;
    x[at++] = placeNumbers[place];
    x[at++] = Math.log(said.sd[i]);
    x[at++] = said.location[i];
  }
  return x;
}
