import type { Control } from '../models/model.ts';
import type { ObservationBlock, Store } from '../store/store.ts';
import type { TablePlace } from '../weather/pairs.ts';
import type { Variable } from '../weather/variable.ts';

/** What was reported of one place and variable: first versions by rising valid time. */
export interface OutcomeSeries {
  readonly validTime: number[];
  readonly knownAt: number[];
  readonly value: number[];
}

/** A version after an outcome's first. */
export interface Revision {
  /** Index into the places and variables asked for. */
  readonly place: number;
  readonly variable: number;
  readonly validTime: number;
  readonly knownAt: number;
  /** NaN where the value was taken back. */
  readonly value: number;
}

export interface OutcomesQuery {
  readonly places?: readonly string[] | undefined;
  readonly variables?: readonly string[] | undefined;
  /** What was valid earlier is left out. */
  readonly validFrom?: number | undefined;
  /** What became known later is left out. */
  readonly knownUntil: number;
  /** Whether flagged outcomes are there too: they do not train, but they are part of what happened. */
  readonly flagged?: boolean | undefined;
}

interface Outcomes {
  /** By `${place} ${variable}`, indexes. */
  readonly series: ReadonlyMap<string, OutcomeSeries>;
  readonly revisions: readonly Revision[];
}

/** First versions of what was reported, and the versions that followed. */
export async function readOutcomes(
  store: Store,
  query: OutcomesQuery,
  places: readonly TablePlace[],
  variables: readonly Variable[],
  control?: Control,
): Promise<Outcomes> {
  const series = new Map<string, OutcomeSeries>();
  const revisions: Revision[] = [];
  const placeOf = new Map(places.map(({ name }, index) => [name, index]));
  const variableOf = new Map(variables.map(({ name }, index) => [name, index]));
  for await (const block of store.observations({
    places: query.places,
    variables: query.variables,
    validFrom: query.validFrom,
    knownUntil: query.knownUntil,
  })) {
    control?.checkpoint(0, Number.NaN);
    const blockPlaces = block.places.map((name) => placeOf.get(name) ?? -1);
    const blockVariables = block.variables.map((name) => variableOf.get(name) ?? -1);
    for (let row = 0; row < block.rows; row++) {
      const place = blockPlaces[block.place[row]];
      const variable = blockVariables[block.variable[row]];
      if (place < 0 || variable < 0) continue;
      const value = block.flag[row] === '' || query.flagged === true ? block.value[row] : Number.NaN;
      addVersion(series, revisions, place, variable, block, row, value);
    }
  }
  return { series, revisions: revisions.sort((a, b) => a.knownAt - b.knownAt) };
}

function addVersion(
  series: Map<string, OutcomeSeries>,
  revisions: Revision[],
  place: number,
  variable: number,
  block: ObservationBlock,
  row: number,
  value: number,
): void {
  const key = `${place} ${variable}`;
  const validTime = block.validTime[row];
  const knownAt = block.knownAt[row];
  let own = series.get(key);
  if (own === undefined) series.set(key, (own = { validTime: [], knownAt: [], value: [] }));
  const again = own.validTime.at(-1) === validTime;
  // A flag is put a moment after its value, so that nothing was ever learned from that.
  if (again && Number.isNaN(value) && knownAt <= own.knownAt.at(-1)! + 1)
    own.value[own.value.length - 1] = value;
  else if (again) revisions.push({ place, variable, validTime, knownAt, value });
  else {
    own.validTime.push(validTime);
    own.knownAt.push(knownAt);
    own.value.push(value);
  }
}
