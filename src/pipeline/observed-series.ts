import type { ObservationBlock, Store } from '../store/store.ts';

/** What was reported of one variable at one place, by rising valid time; the columns have one entry a valid time. */
export interface ObservedSeries {
  readonly validTime: readonly number[];
  /** When the first version became known, and that version; NaN where it was not trusted from the start. */
  readonly firstKnownAt: readonly number[];
  readonly first: readonly number[];
  /** The latest version; NaN where the value was taken back. */
  readonly last: readonly number[];
  /** Whether the latest version is not trusted. */
  readonly flagged: readonly boolean[];
  /** By valid time. */
  readonly indexOf: ReadonlyMap<number, number>;
}

/** Reads the observations of one variable at one place that were known at a time. */
export async function observedSeries(
  store: Store,
  place: string,
  variable: string,
  knownUntil: number = Infinity,
): Promise<ObservedSeries> {
  const series = {
    validTime: [] as number[],
    firstKnownAt: [] as number[],
    first: [] as number[],
    last: [] as number[],
    flagged: [] as boolean[],
    indexOf: new Map<number, number>(),
  };
  for await (const block of store.observations({ places: [place], variables: [variable], knownUntil }))
    for (let row = 0; row < block.rows; row++) addVersion(series, block, row);
  return series;
}

function addVersion(
  series: {
    readonly [Column in keyof Omit<ObservedSeries, 'indexOf'>]: ObservedSeries[Column][number][];
  } & { readonly indexOf: Map<number, number> },
  { validTime, knownAt, value, flag }: ObservationBlock,
  row: number,
): void {
  const at = series.indexOf.get(validTime[row]) ?? series.validTime.length;
  const flagged = flag[row] !== '';
  if (at === series.validTime.length) {
    series.indexOf.set(validTime[row], at);
    series.validTime.push(validTime[row]);
    series.firstKnownAt.push(knownAt[row]);
    series.first.push(flagged ? Number.NaN : value[row]);
  }
  // A flag is put a moment after its value, so that nothing was ever learned from that.
  else if (flagged && knownAt[row] <= series.firstKnownAt[at] + 1) series.first[at] = Number.NaN;
  series.last[at] = value[row];
  series.flagged[at] = flagged;
}
