import type { Cases, Control } from '../models/model.ts';
import { firstAt } from '../weather/first-at.ts';
import type { Pairs } from '../weather/pairs.ts';
import { msPerDay } from '../weather/time.ts';

/** Only so many variables of a table, and a variable's own, are looked at; more would seldom say more. */
const MOST_VARIABLES = 6;
/** Share of an accumulated predictor's steps that go up, or stay. */
const ACCUMULATES = 0.99;

/** A predictor of a case: the name, and its value for a row of the table. */
interface Predictor {
  readonly name: string;
  readonly value: (row: number) => number;
}

/**
 * What the rest of the table said when each of some rows' forecasts was available:
 *
 * - `change`: this forecast minus the one of the issue before for the same valid time; `change_before`: that issue's own
 * - `before_v`, `after_v`: for each variable v of the table, what the same issue says for the nearest valid time before or
 *   after, within a day; `with_v`: for the same valid time. Of the same unit it is this forecast minus that one
 * - `step_x_*`: what a predictor has grown by since the issue's valid time before; of one that adds up over an issue the
 *   first value itself; `step_before_x_*`, `step_after_x_*`: the same of the valid times around
 *
 * "Forecast" is the mean of the members, else of the models. NaN where there is none, or it was not yet available.
 *
 * @param rows of one variable
 */
export function contextOf(
  pairs: Pairs,
  rows: readonly number[],
  control?: Control,
): Pick<Cases, 'contextNames' | 'context'> {
  const tables = tablesOf(pairs, control);
  const predictors = predictorsFor(pairs, pairs.variable[rows[0]], tables).filter(({ value }) =>
    rows.some((row) => !Number.isNaN(value(row))),
  );
  const width = predictors.length;
  const context = new Float64Array(new SharedArrayBuffer(8 * rows.length * width));
  predictors.forEach(({ value }, k) => {
    control?.checkpoint(k, width);
    rows.forEach((row, i) => {
      context[i * width + k] = value(row);
    });
  });
  return { contextNames: predictors.map(({ name }) => name), context };
}

function predictorsFor(pairs: Pairs, own: number, tables: Tables): Predictor[] {
  const { mean, earlier } = tables;
  const change = (row: number) => (row < 0 || earlier[row] < 0 ? Number.NaN : mean[row] - mean[earlier[row]]);
  const predictors: Predictor[] = [
    { name: 'change', value: change },
    { name: 'change_before', value: (row) => change(earlier[row]) },
  ];
  pairs.variables.forEach(({ name, unit }, other) => {
    if (other >= MOST_VARIABLES && other !== own) return;
    const sameUnit = unit === pairs.variables[own].unit;
    const sides = other === own ? (['before', 'after'] as const) : (['before', 'with', 'after'] as const);
    for (const side of sides)
      predictors.push({
        name: `${side}_${name}`,
        value(row) {
          const beside = tables.beside(row, other, side);
          if (beside < 0) return Number.NaN;
          return sameUnit ? mean[row] - mean[beside] : mean[beside];
        },
      });
  });
  const width = pairs.columns.length;
  for (let k = pairs.members + pairs.models; k < width; k++) {
    const name = pairs.columns[k];
    const at = (row: number) => pairs.forecasts[row * width + k];
    const before = (row: number) => tables.beside(row, own, 'before');
    const step = (row: number) => {
      if (row < 0) return Number.NaN;
      const last = before(row);
      const grown = last < 0 ? Number.NaN : at(row) - at(last);
      return !(grown >= 0) && tables.addsUp(own, k, pairs.availableTime[row]) ? at(row) : grown;
    };
    predictors.push(
      { name: `step_${name}`, value: step },
      { name: `step_before_${name}`, value: (row) => step(before(row)) },
      { name: `step_after_${name}`, value: (row) => step(tables.beside(row, own, 'after')) },
    );
  }
  return predictors;
}

type Side = 'before' | 'with' | 'after';

/** What is looked up for every row, worked out once a table. */
interface Tables {
  /** Mean raw forecast of each row. */
  readonly mean: Float64Array;
  /** Row of the issue before for the same place, variable and valid time; −1 for none. */
  readonly earlier: Int32Array;
  /** Row of the same place and issue for a variable at a neighbouring valid time; −1 for none. */
  readonly beside: (row: number, variable: number, side: Side) => number;
  /**
   * Whether a column has hardly ever fallen within an issue of a variable by a time, but has risen: then it counts from
   * the issue on.
   */
  readonly addsUp: (variable: number, column: number, time: number) => boolean;
}

const remembered = new WeakMap<Pairs, Tables>();

function tablesOf(pairs: Pairs, control?: Control): Tables {
  let tables = remembered.get(pairs);
  if (tables === undefined) {
    const beside = openIssues(pairs, control);
    tables = {
      mean: rawMeans(pairs),
      earlier: earlierIssues(pairs, control),
      beside,
      addsUp: openAddsUp(pairs, beside),
    };
    remembered.set(pairs, tables);
  }
  return tables;
}

function rawMeans({ rows, columns, members, models, forecasts }: Pairs): Float64Array {
  const meanOf = (row: number, from: number, to: number) => {
    let sum = 0;
    let count = 0;
    for (let k = from; k < to; k++) {
      const value = forecasts[row * columns.length + k];
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return count > 0 ? sum / count : Number.NaN;
  };
  return Float64Array.from({ length: rows }, (_, row) => {
    const ofMembers = meanOf(row, 0, members);
    // A variable or a lead may have no members in a table where others have.
    return Number.isNaN(ofMembers) ? meanOf(row, members, members + models) : ofMembers;
  });
}

function earlierIssues(pairs: Pairs, control?: Control): Int32Array {
  const { rows, variable, place, validTime, initTime, availableTime } = pairs;
  control?.checkpoint(0, Number.NaN);
  const order = Int32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) =>
      variable[a] - variable[b] ||
      place[a] - place[b] ||
      validTime[a] - validTime[b] ||
      initTime[a] - initTime[b],
  );
  const earlier = new Int32Array(rows).fill(-1);
  for (let k = 1; k < rows; k++) {
    const [last, row] = [order[k - 1], order[k]];
    const sameTarget =
      variable[last] === variable[row] && place[last] === place[row] && validTime[last] === validTime[row];
    if (sameTarget && initTime[last] < initTime[row] && availableTime[last] <= availableTime[row])
      earlier[row] = last;
  }
  return earlier;
}

/** Rows of each place, variable and issue follow each other by rising valid time. */
function openIssues(pairs: Pairs, control?: Control): Tables['beside'] {
  const { rows, variable, place, validTime, initTime, availableTime } = pairs;
  control?.checkpoint(0, Number.NaN);
  const order = Int32Array.from({ length: rows }, (_, row) => row).sort(
    (a, b) =>
      place[a] - place[b] ||
      initTime[a] - initTime[b] ||
      variable[a] - variable[b] ||
      validTime[a] - validTime[b],
  );
  // Where each place, issue and variable begins; a number for the key would overflow, a text is made once a run.
  const starts = new Map<string, number>();
  const lengths = new Map<number, number>();
  let start = 0;
  for (let k = 0; k <= rows; k++) {
    const [first, row] = [order[start], order[k]];
    const same =
      k < rows &&
      place[first] === place[row] &&
      initTime[first] === initTime[row] &&
      variable[first] === variable[row];
    if (same) continue;
    if (k > start) {
      starts.set(`${place[first]} ${initTime[first]} ${variable[first]}`, start);
      lengths.set(start, k - start);
    }
    start = k;
  }
  return (row, other, side) => {
    const from = starts.get(`${place[row]} ${initTime[row]} ${other}`);
    if (from === undefined) return -1;
    const until = from + lengths.get(from)!;
    const time = validTime[row];
    let found = -1;
    for (let k = from; k < until; k++) {
      const candidate = order[k];
      const ahead = validTime[candidate] - time;
      if (Math.abs(ahead) > msPerDay || availableTime[candidate] > availableTime[row]) continue;
      if (side === 'before' && ahead < 0) found = candidate;
      if (side === 'with' && ahead === 0) found = candidate;
      if (side === 'after' && ahead > 0) return candidate;
    }
    return found;
  };
}

/** The steps of a column of a variable are counted once, in the order in which they became known. */
function openAddsUp(
  { rows, variable: variables, columns, forecasts, availableTime }: Pairs,
  beside: Tables['beside'],
): Tables['addsUp'] {
  const counted = new Map<string, StepCounts>();
  const count = (variable: number, column: number): StepCounts => {
    const steps: { readonly time: number; readonly step: number }[] = [];
    for (let row = 0; row < rows; row++) {
      if (variables[row] !== variable) continue;
      const last = beside(row, variable, 'before');
      if (last < 0) continue;
      const step = forecasts[row * columns.length + column] - forecasts[last * columns.length + column];
      if (!Number.isNaN(step)) steps.push({ time: availableTime[row], step });
    }
    steps.sort((a, b) => a.time - b.time);
    let [rises, falls] = [0, 0];
    return {
      times: Float64Array.from(steps, ({ time }) => time),
      rises: Int32Array.from(steps, ({ step }) => (step > 0 ? ++rises : rises)),
      falls: Int32Array.from(steps, ({ step }) => (step < 0 ? ++falls : falls)),
    };
  };
  return (variable, column, time) => {
    const key = `${variable} ${column}`;
    let counts = counted.get(key);
    if (counts === undefined) counted.set(key, (counts = count(variable, column)));
    const known = firstAt(counts.times, time + 1);
    if (known === 0) return false;
    return counts.rises[known - 1] > 0 && counts.falls[known - 1] <= (1 - ACCUMULATES) * known;
  };
}

/** Steps by when they became known, ascending, and how many of them up to each went up and down. */
interface StepCounts {
  readonly times: Float64Array;
  readonly rises: Int32Array;
  readonly falls: Int32Array;
}
