import type { Control } from '../models/model.ts';
import type { ObservedSeries } from '../quality/check.ts';
import { checkSeries } from '../quality/check-series.ts';
import { type ObservationRow, observationBlock } from '../store/observation-block.ts';
import type { ObservationBlock, Store } from '../store/store.ts';
import { distanceKm } from '../weather/location.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { msPerDay } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { threadStore } from './thread-store.ts';

/** Some places whose new observations are to be checked. */
export interface QualityChunk {
  readonly store: string;
  readonly places: readonly string[];
  /** Observations that became known after this … */
  readonly after: number;
  /** … and by this. */
  readonly until: number;
}

export interface CheckedChunk {
  /** Observations whose flag has changed, as versions of their own. */
  readonly flagged: ObservationBlock | undefined;
  /** How many were looked at. */
  readonly checked: number;
}

/** Days before a new value that say what its place is used to. */
const HISTORY_DAYS = 400;
/** Days of other places that say what the weather around was like, and how far and how many of these are looked at. */
const NEIGHBOUR_DAYS = 40;
const NEIGHBOURS_WITHIN_KM = 150;
const MOST_NEIGHBOURS = 10;

/** A series as it is known at a time: the latest version of each valid time, with where it came from. */
interface KnownSeries {
  readonly times: number[];
  readonly values: number[];
  readonly flags: string[];
  readonly knownAt: number[];
  readonly origins: string[];
}

/** Checks what became known at some places, each value against what was valid before it. */
export async function runQualityChunk(chunk: QualityChunk, control: Control): Promise<CheckedChunk> {
  const store = await threadStore(chunk.store);
  const places = await store.places();
  const variables = new Map((await store.variables()).map((variable) => [variable.name, variable]));
  const doubts: ObservationRow[] = [];
  let checked = 0;
  for (const [done, name] of chunk.places.entries()) {
    control.checkpoint(done, chunk.places.length);
    const place = places.find((one) => one.name === name)!;
    for (const [variableName, span] of await newSpans(store, name, chunk)) {
      const variable = variables.get(variableName)!;
      if (variable.law === 'none') continue;
      const series = await knownSeries(store, name, variableName, {
        from: span.first - HISTORY_DAYS * msPerDay,
        until: span.last + 1,
        knownUntil: chunk.until,
      });
      const from = series.times.indexOf(span.first);
      if (from < 0) continue;
      const neighbours = await neighboursOf(store, place, places, variable, span, chunk.until);
      control.checkpoint(done, chunk.places.length);
      const flags = checkSeries({
        variable,
        place,
        times: Float64Array.from(series.times),
        values: Float64Array.from(series.values),
        flags: series.flags,
        from,
        neighbours,
      });
      checked += flags.length;
      flags.forEach((flag, k) => {
        const at = from + k;
        if (flag === series.flags[at]) return;
        doubts.push({
          place: name,
          variable: variableName,
          origin: series.origins[at],
          validTime: series.times[at],
          // A moment after the value itself: nothing later went into it.
          knownAt: series.knownAt[at] + 1,
          value: series.values[at],
          flag,
        });
      });
    }
  }
  return { flagged: doubts.length === 0 ? undefined : observationBlock(doubts), checked };
}

interface Span {
  first: number;
  last: number;
}

/** First and last valid time of each variable's new observations. */
async function newSpans(
  store: Store,
  place: string,
  { after, until }: QualityChunk,
): Promise<Map<string, Span>> {
  const spans = new Map<string, Span>();
  for await (const block of store.observations({ places: [place], knownAfter: after, knownUntil: until }))
    for (let row = 0; row < block.rows; row++) {
      if (Number.isNaN(block.value[row])) continue;
      const time = block.validTime[row];
      const name = block.variables[block.variable[row]];
      const span = spans.get(name);
      if (span === undefined) spans.set(name, { first: time, last: time });
      else {
        span.first = Math.min(span.first, time);
        span.last = Math.max(span.last, time);
      }
    }
  return spans;
}

async function knownSeries(
  store: Store,
  place: string,
  variable: string,
  { from, until, knownUntil }: { readonly from: number; readonly until: number; readonly knownUntil: number },
): Promise<KnownSeries> {
  const series: KnownSeries = { times: [], values: [], flags: [], knownAt: [], origins: [] };
  for await (const block of store.observations({
    places: [place],
    variables: [variable],
    validFrom: from,
    validUntil: until,
    knownUntil,
  }))
    for (let row = 0; row < block.rows; row++) {
      // Versions come by valid time and by when they became known: the last one stays.
      const at = series.times.at(-1) === block.validTime[row] ? series.times.length - 1 : series.times.length;
      series.times[at] = block.validTime[row];
      series.values[at] = block.value[row];
      series.flags[at] = block.flag[row];
      series.knownAt[at] = block.knownAt[row];
      series.origins[at] = block.origins[block.origin[row]];
    }
  return series;
}

/** What the nearest other places observed meanwhile. */
async function neighboursOf(
  store: Store,
  place: FollowedPlace,
  places: readonly FollowedPlace[],
  { name }: Variable,
  { first, last }: Span,
  knownUntil: number,
): Promise<readonly ObservedSeries[]> {
  const near = places
    .filter((one) => one.name !== place.name)
    .map((one) => ({ place: one, km: distanceKm(place, one) }))
    .filter(({ km }) => km <= NEIGHBOURS_WITHIN_KM)
    .sort((a, b) => a.km - b.km)
    .slice(0, MOST_NEIGHBOURS);
  const found: ObservedSeries[] = [];
  for (const { place: neighbour } of near) {
    const { times, values, flags } = await knownSeries(store, neighbour.name, name, {
      from: first - NEIGHBOUR_DAYS * msPerDay,
      until: last + 1,
      knownUntil,
    });
    if (times.length > 0)
      found.push({
        place: neighbour,
        times: Float64Array.from(times),
        values: Float64Array.from(values),
        flags,
      });
  }
  return found;
}
