import type { Cases, Control } from '../models/model.ts';
import { type Run, reducedNote, type Store } from '../store/store.ts';
import { firstAt } from '../weather/first-at.ts';
import type { Pairs, TablePlace } from '../weather/pairs.ts';
import type { Variable } from '../weather/variable.ts';
import { groupCases, type Needs } from './case-groups.ts';
import { type OutcomesQuery, type Revision, readOutcomes } from './outcomes.ts';
import { pairsOfOutcomes, pairsOfRuns } from './run-pairs.ts';

/** Forecasts and outcomes of the store as blocks that models read, with the corrections that outcomes met with later. */
export interface History {
  /** Of one source, variable and lead each. */
  readonly groups: readonly HistoryGroup[];
  /** Of one source and variable each, where that was asked for. */
  readonly across: readonly HistoryGroup[];
  readonly places: readonly TablePlace[];
  readonly variables: readonly Variable[];
  /** Versions after an outcome's first, by when they became known. */
  readonly revisions: readonly Revision[];
  /** How many of the revisions are in the blocks. */
  applied: number;
}

export interface HistoryGroup {
  /** Source of the forecasts; '' where outcomes alone are learned from. */
  readonly source: string;
  readonly cases: Cases;
}

export interface HistoryQuery extends Omit<OutcomesQuery, 'validFrom'> {
  /** Forecasts issued earlier are left out. */
  readonly issuedFrom?: number | undefined;
  /**
   * For a replay its first day: a place that a source forecasts only later is learned from its own observations until
   * then.
   */
  readonly begins?: number | undefined;
}

/**
 * Reads what the store holds as blocks of one source, variable and lead.
 *
 * Outcomes are as first reported until {@link advance} brings the corrections known by a time. A variable of a place
 * that no source forecasts is learned from its own observations: each of them is an issue, from which every day of the
 * next two weeks is predicted.
 *
 * @param needs what models read; with `acrossLeads` blocks of all leads come beside those of each
 */
export async function readHistory(
  store: Store,
  query: HistoryQuery,
  needs: Needs,
  control?: Control,
): Promise<History> {
  const wanted = (await store.places()).filter(({ name }) => query.places?.includes(name) ?? true);
  const variables = (await store.variables()).filter(
    ({ name, law }) => law !== 'none' && (query.variables?.includes(name) ?? true),
  );
  const places: TablePlace[] = wanted.map(({ name, latitude, longitude, elevation }) => ({
    name,
    latitude,
    longitude,
    elevation,
  }));
  const outcomes = await readOutcomes(
    store,
    { ...query, validFrom: query.issuedFrom },
    places,
    variables,
    control,
  );
  const bySource = new Map<string, Run[]>();
  for await (const block of store.runs({
    places: query.places,
    variable: query.variables?.length === 1 ? query.variables[0] : undefined,
    knownUntil: query.knownUntil,
    issuedFrom: query.issuedFrom,
  }))
    for (const run of block) {
      control?.checkpoint(0, Number.NaN);
      const own = bySource.get(run.source);
      if (own === undefined) bySource.set(run.source, [run]);
      else own.push(run);
    }
  const forecast = new Map<string, number>();
  const summarised = (await store.note(reducedNote)) !== undefined;
  const groups: HistoryGroup[] = [];
  const across: HistoryGroup[] = [];
  const add = (source: string, pairs: Pairs) => {
    const each = { ...needs, acrossLeads: false, keepGaps: true };
    for (const cases of groupCases(pairs, each, control).groups) groups.push({ source, cases });
    if (needs.acrossLeads !== true) return;
    const all = { ...needs, keepGaps: true };
    for (const cases of groupCases(pairs, all, control).groups) across.push({ source, cases });
  };
  for (const [source, runs] of bySource)
    add(source, pairsOfRuns(runs, places, variables, outcomes.series, forecast, summarised, control));
  const observed = pairsOfOutcomes(places, variables, outcomes.series, forecast, query, control);
  if (observed.rows > 0) add('', observed);
  return { groups, across, places, variables, revisions: outcomes.revisions, applied: 0 };
}

/** Brings the blocks to the outcomes as they were known at a time; it may only move forward. */
export function advance(history: History, asOf: number): void {
  while (history.applied < history.revisions.length && history.revisions[history.applied].knownAt <= asOf) {
    const revision = history.revisions[history.applied++];
    const { name } = history.variables[revision.variable];
    for (const { cases } of [...history.groups, ...history.across]) {
      if (cases.variable.name !== name) continue;
      for (let row = firstAt(cases.validTime, revision.validTime); ; row++) {
        if (cases.validTime[row] !== revision.validTime) break;
        if (cases.place[row] !== revision.place) continue;
        cases.outcome[row] = revision.value;
        cases.knownTime[row] = revision.knownAt;
      }
    }
  }
}
