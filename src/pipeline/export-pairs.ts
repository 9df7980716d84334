import { WeatherglassError } from '../errors.ts';
import type { Layout, Run, RunQuery, Store } from '../store/store.ts';
import { orderForecastColumns } from '../tables/forecast-columns.ts';
import { didYouMean } from '../weather/nearest-names.ts';
import type { Pairs } from '../weather/pairs.ts';
import type { FollowedPlace } from '../weather/place.ts';
import {
  askedFor,
  checkCancelled,
  type Exported,
  type ExportQuery,
  flaggedNotice,
  nothingToExport,
  type Selection,
  selectionOf,
  type TakeText,
} from './export-selection.ts';
import { type LatestOutcomes, latestOutcomes } from './latest-outcomes.ts';
import { pairsOfRuns } from './run-pairs.ts';
import { instantField, type LineWriter, lineWriter, numberField, placeFields } from './table-lines.ts';

export interface PairsQuery extends ExportQuery {
  /** Whose forecasts; needed where there are several. */
  readonly source?: string | undefined;
}

/**
 * Writes every forecast of one source with the latest outcome beside it, as the table that `import` and `backtest` read:
 * by place, issue, variable and lead.
 *
 * A forecast that arrived more than once is one row: what arrived last, with what only earlier arrivals had.
 *
 * @throws WeatherglassError NotFound: a place, variable or source that is not in the store, or nothing to export. Usage:
 *   several sources, and none chosen. Cancelled; what `take` throws.
 */
export async function exportPairs(store: Store, query: PairsQuery, take: TakeText): Promise<Exported> {
  const selection = await selectionOf(store, query);
  const source = await chosenSource(store, query, selection);
  const columns = await columnsOf(store, query, selection, source);
  const writer = pairsWriter(selection, query, columns, take);
  for (const [done, place] of selection.places.entries()) {
    const outcomes = await latestOutcomes(
      store,
      place.name,
      selection.variables.map(({ name }) => name),
      query.period.from,
      query.period.until,
    );
    writer.begin(place, outcomes);
    for await (const runs of issuesOf(store, runQuery(selection, place, source), query)) {
      checkCancelled(query);
      await writer.add(runs);
    }
    query.onProgress?.(done + 1, selection.places.length);
  }
  const exported = await writer.finish();
  if (exported.rows === 0)
    throw nothingToExport(`there are no forecasts${askedFor(query)} by ${source} in ${store.location}`);
  return exported;
}

/** The source asked for, or the only one that has forecasts of what was chosen. */
async function chosenSource(store: Store, query: PairsQuery, selection: Selection): Promise<string> {
  const sources = await store.sources();
  if (query.source !== undefined) {
    if (sources.includes(query.source)) return query.source;
    throw new WeatherglassError(
      'NotFound',
      `there is no source ${JSON.stringify(query.source)} of forecasts in ${store.location}.${didYouMean(query.source, sources)} There are ${sources.join(', ') || 'none'}.`,
    );
  }
  const found: string[] = [];
  for (const source of sources) if (await hasRuns(store, selection, source)) found.push(source);
  if (found.length === 0)
    throw nothingToExport(
      `there are no forecasts${askedFor({ ...query, period: { from: -Infinity, until: Infinity } })} in ${store.location}; \`weatherglass import\` brings some, and \`--what observations\` exports outcomes alone`,
    );
  if (found.length > 1)
    throw new WeatherglassError(
      'Usage',
      `there are forecasts by ${found.join(', ')}: choose one by --source, a table holds those of one`,
    );
  return found[0];
}

async function hasRuns(store: Store, selection: Selection, source: string): Promise<boolean> {
  for await (const block of store.runs(runQuery(selection, undefined, source)))
    if (block.some(({ layout }) => holds(layout, selection))) return true;
  return false;
}

/** The forecast columns of all layouts that hold a variable of the selection, in the order of tables. */
async function columnsOf(
  store: Store,
  query: PairsQuery,
  selection: Selection,
  source: string,
): Promise<readonly string[]> {
  // Runs share few layouts.
  const layouts = new Set<Layout>();
  for await (const block of store.runs(runQuery(selection, undefined, source))) {
    checkCancelled(query);
    for (const { layout } of block) layouts.add(layout);
  }
  const used = [...layouts].filter((layout) => holds(layout, selection));
  return orderForecastColumns(used.flatMap((layout) => layout.columns)).columns;
}

function runQuery(
  { places, variables }: Selection,
  place: FollowedPlace | undefined,
  source: string,
): RunQuery {
  return {
    places: place === undefined ? places.map(({ name }) => name) : [place.name],
    sources: [source],
    variable: variables.length === 1 ? variables[0].name : undefined,
  };
}

function holds({ series }: Layout, { variables }: Selection): boolean {
  return series.some((one) => variables.some(({ name }) => name === one.variable));
}

/** Runs of a place in blocks that never part one issue. */
async function* issuesOf(
  store: Store,
  runs: RunQuery,
  { period }: PairsQuery,
): AsyncGenerator<readonly Run[], void, void> {
  let rest: Run[] = [];
  for await (const block of store.runs(runs)) {
    // Nothing is valid before it is issued.
    const all = [...rest, ...block.filter(({ issuedAt }) => issuedAt < period.until)];
    const last = all.at(-1)?.issuedAt;
    const cut = all.findIndex(({ issuedAt }) => issuedAt === last);
    if (cut > 0) yield all.slice(0, cut);
    rest = cut < 0 ? [] : all.slice(cut);
    if (block.at(-1)!.issuedAt >= period.until) break;
  }
  if (rest.length > 0) yield rest;
}

/** Rows of runs written at once, between two looks at whether the file takes more. */
const ROWS = 512;

interface PairsWriter {
  readonly begin: (place: FollowedPlace, outcomes: ReadonlyMap<string, LatestOutcomes>) => void;
  readonly add: (runs: readonly Run[]) => Promise<void>;
  readonly finish: () => Promise<Exported>;
}

function pairsWriter(
  { variables }: Selection,
  { period }: PairsQuery,
  columns: readonly string[],
  take: TakeText,
): PairsWriter {
  const lines: LineWriter = lineWriter(
    `place,latitude,longitude,elevation,init_time,valid_time,variable,unit,available_time,outcome_known_time,${columns.join(',')},observation`,
    take,
  );
  const [init, valid, available, known] = [instantField(), instantField(), instantField(), instantField()];
  let place: FollowedPlace;
  let where = '';
  let outcomes: ReadonlyMap<string, LatestOutcomes>;
  let series: Map<string, LatestOutcomes>;
  let replaced = 0;
  let flagged = 0;

  function lineOf(pairs: Pairs, positions: Int32Array, from: number, row: number): string {
    const { name, unit } = variables[pairs.variable[row]];
    const outcome = pairs.observation[row];
    if (outcomes.get(name)?.flagged.has(pairs.validTime[row])) flagged++;
    let line = `${where},${init(pairs.initTime[row])},${valid(pairs.validTime[row])},${name},${unit},${available(pairs.availableTime[row])},${Number.isNaN(outcome) ? '' : known(pairs.outcomeKnownTime[row])}`;
    for (const position of positions)
      line += position < 0 ? ',' : `,${numberField(pairs.forecasts[from + position])}`;
    return `${line},${numberField(outcome)}`;
  }

  return {
    begin(at, latest) {
      place = at;
      where = placeFields(at);
      outcomes = latest;
      series = new Map(
        variables.flatMap(({ name }, k) => {
          const own = latest.get(name);
          return own === undefined ? [] : [[`0 ${k}`, own]];
        }),
      );
    },
    async add(runs) {
      const pairs = pairsOfRuns(runs, [place], variables, series, new Map(), false);
      const positions = Int32Array.from(columns, (name) => pairs.columns.indexOf(name));
      if (pairs.columns.some((name) => !columns.includes(name)))
        throw new WeatherglassError(
          'Unavailable',
          'forecasts with new columns arrived during the export: no file was written, try again',
        );
      const width = pairs.columns.length;
      const { rows, earlier } = mergeArrivals(pairs, period.from, period.until);
      replaced += earlier;
      for (let k = 0; k < rows.length; k++) {
        lines.add(lineOf(pairs, positions, rows[k] * width, rows[k]));
        if (k % ROWS === ROWS - 1) await lines.pass();
      }
      await lines.pass();
    },
    async finish() {
      await lines.finish();
      return {
        rows: lines.rows(),
        notices: [
          ...(replaced > 0
            ? [
                `${replaced} ${replaced === 1 ? 'forecast' : 'forecasts'} arrived again: the last arrival is in the table`,
              ]
            : []),
          ...flaggedNotice(flagged),
        ],
      };
    },
  };
}

/**
 * Rows valid from `from` and before `until` by issue, variable and lead, each forecast once: the row of its last
 * arrival, in which what only earlier ones had is filled in.
 */
function mergeArrivals(pairs: Pairs, from: number, until: number) {
  const { rows, initTime, validTime, availableTime, variable, forecasts, columns } = pairs;
  const width = columns.length;
  const chosen = Int32Array.from({ length: rows }, (_, row) => row)
    .filter((row) => validTime[row] >= from && validTime[row] < until)
    .sort(
      (a, b) =>
        initTime[a] - initTime[b] ||
        variable[a] - variable[b] ||
        validTime[a] - validTime[b] ||
        availableTime[a] - availableTime[b] ||
        a - b,
    );
  const same = (a: number, b: number) =>
    initTime[a] === initTime[b] && variable[a] === variable[b] && validTime[a] === validTime[b];
  let kept = 0;
  let earlier = 0;
  for (const row of chosen) {
    const before = kept > 0 ? chosen[kept - 1] : -1;
    if (before < 0 || !same(before, row)) {
      chosen[kept++] = row;
      continue;
    }
    if (availableTime[before] < availableTime[row]) earlier++;
    for (let k = 0; k < width; k++)
      if (Number.isNaN(forecasts[row * width + k]))
        forecasts[row * width + k] = forecasts[before * width + k];
    chosen[kept - 1] = row;
  }
  return { rows: chosen.subarray(0, kept), earlier };
}
