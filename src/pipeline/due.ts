import { firstAt } from '../weather/first-at.ts';
import { horizonHours } from '../weather/lead-band.ts';
import type { TablePlace } from '../weather/pairs.ts';
import type { HistoryGroup } from './history.ts';

/** A prediction to be made: one variable at one place, at one time. */
export interface DuePrediction {
  /** Index into the history's places. */
  readonly place: number;
  readonly issuedAt: number;
  /** By rising valid time. */
  readonly targets: readonly DueTarget[];
}

export interface DueTarget {
  readonly validTime: number;
  /** The newest issue among the inputs. */
  readonly runTime: number;
  /** One forecast of each source that has one: the newest known in time. */
  readonly inputs: readonly DueInput[];
}

export interface DueInput {
  readonly group: HistoryGroup;
  readonly row: number;
}

/** What was said last about a variable of a place. */
export interface LastIssue {
  readonly issuedAt: number;
  /** The newest issue of a run that it used. */
  readonly runTime: number;
}

export interface DueWindow {
  readonly after: number;
  readonly until: number;
  /** Left out: the moment a forecast became known. */
  readonly issuedAt?: number | undefined;
}

/**
 * Predictions that new forecasts call for: what became known in the window, and after the place's last prediction or of a
 * newer run than that used; valid later than the prediction is issued and within the horizon.
 *
 * @param groups blocks of one variable
 * @param lastIssues by the name of the place
 */
export function duePredictions(
  groups: readonly HistoryGroup[],
  places: readonly TablePlace[],
  lastIssues: ReadonlyMap<string, LastIssue> | undefined,
  window: DueWindow,
): DuePrediction[] {
  const last = places.map(({ name }) => lastIssues?.get(name));
  const due = new Map<string, { place: number; issuedAt: number; targets: Map<number, DueInput[]> }>();
  for (const group of groups) {
    const { availableTime, initTime, validTime, place, size, lead } = group.cases;
    if (lead > horizonHours) continue;
    for (let row = 0; row < size; row++) {
      const available = availableTime[row];
      if (!(available > window.after && available <= window.until)) continue;
      const answered = last[place[row]];
      if (answered !== undefined && available <= answered.issuedAt) {
        // Imported since, although its table says that it was known before: new if its run is.
        if (window.issuedAt === undefined || !(initTime[row] > answered.runTime)) continue;
      }
      const issuedAt = window.issuedAt ?? available;
      if (!(validTime[row] > issuedAt)) continue;
      const key = `${place[row]} ${issuedAt}`;
      let prediction = due.get(key);
      if (prediction === undefined)
        due.set(key, (prediction = { place: place[row], issuedAt, targets: new Map() }));
      const inputs = prediction.targets.get(validTime[row]);
      if (inputs === undefined) prediction.targets.set(validTime[row], [{ group, row }]);
      else keepNewest(inputs, group, row);
    }
  }
  const known = inputsByTarget(groups, [...due.values()]);
  return [...due.values()]
    .sort((a, b) => a.place - b.place || a.issuedAt - b.issuedAt)
    .map(({ place, issuedAt, targets }) => ({
      place,
      issuedAt,
      targets: [...targets]
        .sort(([a], [b]) => a - b)
        .map(([validTime, inputs]): DueTarget => {
          for (const { group, row } of known.get(`${place} ${validTime}`) ?? [])
            if (group.cases.availableTime[row] <= issuedAt) keepNewest(inputs, group, row);
          return { validTime, runTime: Math.max(...inputs.map(initTimeOf)), inputs };
        }),
    }));
}

/** Of each source only the forecast issued last stays; of those, the last to arrive. */
function keepNewest(inputs: DueInput[], group: HistoryGroup, row: number): void {
  const at = inputs.findIndex((one) => one.group.source === group.source);
  if (at < 0) {
    inputs.push({ group, row });
    return;
  }
  const old = inputs[at];
  const newer = group.cases.initTime[row] - initTimeOf(old);
  const later = group.cases.availableTime[row] - old.group.cases.availableTime[old.row];
  if (newer > 0 || (newer === 0 && later > 0)) inputs[at] = { group, row };
}

function initTimeOf({ group, row }: DueInput): number {
  return group.cases.initTime[row];
}

/** For each place and valid time the forecasts that could take the place of what is due, or join it. */
function inputsByTarget(
  groups: readonly HistoryGroup[],
  due: readonly { readonly issuedAt: number; readonly targets: ReadonlyMap<number, readonly DueInput[]> }[],
): ReadonlyMap<string, readonly DueInput[]> {
  let [first, last, latestIssue, oldestRun] = [Infinity, -Infinity, -Infinity, Infinity];
  for (const { issuedAt, targets } of due) {
    latestIssue = Math.max(latestIssue, issuedAt);
    for (const [time, inputs] of targets) {
      first = Math.min(first, time);
      last = Math.max(last, time);
      for (const input of inputs) oldestRun = Math.min(oldestRun, initTimeOf(input));
    }
  }
  // An older run joins those of other sources only.
  if (groups.some(({ source }) => source !== groups[0].source)) oldestRun = -Infinity;
  const found = new Map<string, DueInput[]>();
  for (const group of groups) {
    const { place, initTime, validTime, availableTime } = group.cases;
    for (let row = firstAt(validTime, first); validTime[row] <= last; row++) {
      if (initTime[row] < oldestRun || availableTime[row] > latestIssue) continue;
      const key = `${place[row]} ${validTime[row]}`;
      const own = found.get(key);
      if (own === undefined) found.set(key, [{ group, row }]);
      else own.push({ group, row });
    }
  }
  return found;
}
