import type { Control } from '../models/model.ts';
import { mergeParts } from '../store/run-parts.ts';
import { unpackValues } from '../store/run-values.ts';
import type { Layout, Run } from '../store/store.ts';
import { forecastFamilies } from '../tables/forecast-columns.ts';
import { firstAt } from '../weather/first-at.ts';
import type { Pairs, TablePlace } from '../weather/pairs.ts';
import { msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { emptyPairs } from './empty-pairs.ts';
import { dailyLeads } from './observed-pairs.ts';
import type { OutcomeSeries } from './outcomes.ts';
import { predictedLeads } from './predicted-leads.ts';
import { summaryMembers } from './summary-members.ts';

/**
 * Runs of one source as a table of pairs, those that came in parts as one; `forecast` learns since when
 * which places and variables are forecast.
 *
 * @param stored as a store gives them: parts of a run follow each other
 * @param summarised whether the store has made runs smaller: then all ensembles are read as their summaries
 */
export function pairsOfRuns(
  stored: readonly Run[],
  places: readonly TablePlace[],
  variables: readonly Variable[],
  outcomes: ReadonlyMap<string, OutcomeSeries>,
  forecast: Map<string, number>,
  summarised: boolean,
  control?: Control,
): Pairs {
  const whole = wholeRuns(stored);
  const runs = summarised ? whole.map(summaryMembers) : whole;
  const layouts = [...new Set(runs.map(({ layout }) => layout))];
  const named = [...new Set(layouts.flatMap(({ columns }) => columns))];
  const [members, models, predictors] = forecastFamilies.map((family) =>
    named.filter((name) => name.startsWith(family)),
  );
  const columns = [...members, ...models, ...predictors];
  const variableOf = new Map(variables.map(({ name }, index) => [name, index]));
  const placeOf = new Map(places.map(({ name }, index) => [name, index]));
  const plans = new Map(
    layouts.map((layout) => [
      layout,
      {
        columns: Int32Array.from(layout.columns, (name) => columns.indexOf(name)),
        series: layout.series.map(({ variable, leads }) => ({
          variable: variableOf.get(variable),
          leads,
          predicted: predictedLeads(leads),
        })),
      },
    ]),
  );
  let rows = 0;
  for (const { layout } of runs)
    for (const { variable, predicted } of plans.get(layout)!.series)
      if (variable !== undefined) for (const one of predicted) if (one) rows++;
  const table = emptyPairs(rows, places, variables, columns, members.length, models.length);
  let unpacked = new Float64Array(0);
  let at = 0;
  for (const run of runs) {
    control?.checkpoint(0, Number.NaN);
    const plan = plans.get(run.layout)!;
    const place = placeOf.get(run.place)!;
    const width = plan.columns.length;
    const length = run.values.stored.length;
    if (unpacked.length < length) unpacked = new Float64Array(length);
    unpackValues(run.values, 0, length, unpacked, 0);
    let step = 0;
    for (const { variable, leads, predicted } of plan.series) {
      if (variable === undefined) {
        step += leads.length;
        continue;
      }
      const key = `${place} ${variable}`;
      forecast.set(key, Math.min(run.knownAt, forecast.get(key) ?? Infinity));
      const own = outcomes.get(key);
      for (const [k, lead] of leads.entries()) {
        if (!predicted[k]) {
          step++;
          continue;
        }
        const validTime = validTimeOf(run.issuedAt, lead);
        fillRow(table, at, place, variable, run.issuedAt, validTime, lead, run.knownAt, own);
        const forecasts = at * columns.length;
        for (let c = 0; c < width; c++)
          table.forecasts[forecasts + plan.columns[c]] = unpacked[step * width + c];
        step++;
        at++;
      }
    }
  }
  return table;
}

/** A row of one part alone would lack the columns of the others. */
function wholeRuns(stored: readonly Run[]): readonly Run[] {
  const issues: Run[][] = [];
  for (const run of stored) {
    const parts = issues.at(-1);
    const [first] = parts ?? [];
    if (first?.place === run.place && first.issuedAt === run.issuedAt && first.knownAt === run.knownAt)
      parts!.push(run);
    else issues.push([run]);
  }
  const layouts = new Map<string, Layout>();
  return issues.map((parts) => {
    if (parts.length === 1) return parts[0];
    const run = mergeParts(parts);
    const text = JSON.stringify(run.layout);
    const layout = layouts.get(text) ?? run.layout;
    layouts.set(text, layout);
    return { ...run, layout };
  });
}

/** Outcomes that no source forecasts as a table of pairs without forecasts. */
export function pairsOfOutcomes(
  places: readonly TablePlace[],
  variables: readonly Variable[],
  outcomes: ReadonlyMap<string, OutcomeSeries>,
  forecast: ReadonlyMap<string, number>,
  {
    issuedFrom = -Infinity,
    begins = Infinity,
  }: { readonly issuedFrom?: number | undefined; readonly begins?: number | undefined },
  control?: Control,
): Pairs {
  const alone = [...outcomes].filter(([key]) => (forecast.get(key) ?? Infinity) >= begins);
  const rows = alone.reduce((sum, [, { validTime }]) => sum + validTime.length * dailyLeads.length, 0);
  const table = emptyPairs(rows, places, variables, [], 0, 0);
  let at = 0;
  for (const [key, own] of alone) {
    const [place, variable] = key.split(' ').map(Number);
    own.validTime.forEach((issuedAt, k) => {
      control?.checkpoint(0, Number.NaN);
      if (issuedAt < issuedFrom || !(own.knownAt[k] < (forecast.get(key) ?? Infinity))) return;
      for (const lead of dailyLeads) {
        const validTime = validTimeOf(issuedAt, lead);
        fillRow(table, at++, place, variable, issuedAt, validTime, lead, own.knownAt[k], own);
      }
    });
  }
  return { ...table, rows: at };
}

/** A lead that is no whole number of hours still ends on a whole millisecond. */
function validTimeOf(issuedAt: number, lead: number): number {
  return issuedAt + Math.round(lead * msPerHour);
}

function fillRow(
  table: Pairs,
  at: number,
  place: number,
  variable: number,
  issuedAt: number,
  validTime: number,
  lead: number,
  knownAt: number,
  outcomes: OutcomeSeries | undefined,
): void {
  const found = outcomes === undefined ? -1 : firstAt(outcomes.validTime, validTime);
  const known = outcomes !== undefined && outcomes.validTime[found] === validTime;
  table.place[at] = place;
  table.variable[at] = variable;
  table.initTime[at] = issuedAt;
  table.validTime[at] = validTime;
  table.lead[at] = lead;
  table.availableTime[at] = knownAt;
  table.outcomeKnownTime[at] = known ? outcomes.knownAt[found] : validTime;
  table.observation[at] = known ? outcomes.value[found] : Number.NaN;
}
