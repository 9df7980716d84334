import type { Observations, Pairs } from '../weather/pairs.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { emptyPairs } from './empty-pairs.ts';

/** Hours ahead asked of observations that say nothing of leads: one to fourteen days. */
export const dailyLeads: readonly number[] = Array.from({ length: 14 }, (_, day) => 24 * (day + 1));

/**
 * Pairs without forecasts, for models that learn from observations alone.
 *
 * For every observation and lead there is a row issued `lead` hours before the observation was valid, and available once
 * the place's observation of then was known. After all observations come rows without an outcome, one for each place,
 * variable and lead, issued at the last of them and available when the whole table is known: what is to be predicted.
 * Where a place fell silent earlier than others, its rows are issued at the same hour of the table's last day. Where
 * an observation was revised, its latest version is the outcome.
 *
 * @param leads hours ahead, ascending
 */
export function pairsOfObservations(observations: Observations, leads: readonly number[]): Pairs {
  const { validTime, knownTime } = observations;
  const last = latestVersions(observations);
  const tableEnd = last.reduce((end, row) => Math.max(end, validTime[row]), -Infinity);
  const tableKnown = last.reduce((end, row) => Math.max(end, knownTime[row]), -Infinity);
  const series = seriesOf(observations, last);
  const rows = (last.length + series.size) * leads.length;
  const pairs = emptyPairs(rows, observations.places, observations.variables, [], 0, 0);
  let at = 0;
  const add = (
    from: number,
    lead: number,
    valid: number,
    available: number,
    known: number,
    outcome: number,
  ) => {
    pairs.place[at] = observations.place[from];
    pairs.variable[at] = observations.variable[from];
    pairs.initTime[at] = valid - lead * msPerHour;
    pairs.validTime[at] = valid;
    pairs.lead[at] = lead;
    pairs.availableTime[at] = available;
    pairs.outcomeKnownTime[at] = known;
    pairs.observation[at] = outcome;
    at++;
  };
  for (const lead of leads)
    for (const own of series.values()) {
      let latest = -1;
      for (const row of own) {
        const issued = validTime[row] - lead * msPerHour;
        while (validTime[own[latest + 1]] <= issued) latest++;
        const known = latest < 0 ? issued : Math.max(issued, knownTime[own[latest]]);
        // An observation that came only after the day it would have served is no part of a forecast for it.
        const available = known < validTime[row] ? known : issued;
        add(row, lead, validTime[row], available, knownTime[row], observations.value[row]);
      }
      const newest = own[own.length - 1];
      const silentDays = Math.floor((tableEnd - validTime[newest]) / msPerDay);
      const valid = validTime[newest] + silentDays * msPerDay + lead * msPerHour;
      add(newest, lead, valid, tableKnown, valid, Number.NaN);
    }
  return pairs;
}

/** Rows of each place and variable, by rising valid time. */
function seriesOf({ place, variable }: Observations, rows: readonly number[]): Map<string, number[]> {
  const series = new Map<string, number[]>();
  for (const row of rows) {
    const key = `${place[row]} ${variable[row]}`;
    const own = series.get(key);
    if (own === undefined) series.set(key, [row]);
    else own.push(row);
  }
  return series;
}

/** The row of each observation's latest version, by place, variable and rising valid time. */
function latestVersions({ rows, place, variable, validTime, knownTime }: Observations): number[] {
  const order = Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) =>
      place[a] - place[b] ||
      variable[a] - variable[b] ||
      validTime[a] - validTime[b] ||
      knownTime[a] - knownTime[b],
  );
  return order.filter((row, k) => {
    const next = order[k + 1];
    return (
      next === undefined ||
      place[row] !== place[next] ||
      variable[row] !== variable[next] ||
      validTime[row] !== validTime[next]
    );
  });
}
