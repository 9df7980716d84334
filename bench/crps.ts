import { ensembles } from '../src/forecast/empirical.ts';
import { crpsOfMembers } from '../src/scores/crps-ensemble.ts';
import { type Bench, measure, rowsFor } from './measure.ts';
import { gaussian } from './simulated.ts';

const MEMBERS = 50;
const ROWS = 100_000;

/** Outcomes, and members row by row, of an ensemble like one for temperature: spread 1.3, a bias, too confident. */
function simulate(rows: number): { readonly members: Float64Array; readonly outcomes: Float64Array } {
  const draw = gaussian('bench/crps');
  const members = new Float64Array(rows * MEMBERS);
  const outcomes = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const centre = 10 + 8 * draw();
    const spread = 1.3 * Math.exp(0.4 * draw());
    outcomes[i] = centre + 0.5 + 1.5 * spread * draw();
    for (let k = 0; k < MEMBERS; k++) members[i * MEMBERS + k] = centre + spread * draw();
  }
  return { members, outcomes };
}

/** The plain CRPS of every row in every form that is timed, each summed over the rows. */
export function crpsContenders(rows: number) {
  const { members, outcomes } = simulate(rows);
  const scratch = new Float64Array(MEMBERS);
  return {
    /** scores/: one row at a time, sorted in a scratch array. */
    sorted() {
      let total = 0;
      for (let i = 0; i < rows; i++)
        total += crpsOfMembers(members, i * MEMBERS, MEMBERS, outcomes[i], scratch);
      return total;
    },
    /** forecast/: distributions that are made once and then asked, as the back-test does. */
    distributions() {
      const all = ensembles(members, rows, MEMBERS);
      let total = 0;
      for (let i = 0; i < rows; i++) total += all.crps(i, outcomes[i]);
      return total;
    },
    /** Reads every member once: Σ|x − y|, half of the score. */
    bareLoop() {
      let total = 0;
      for (let i = 0; i < rows; i++) {
        const y = outcomes[i];
        let sum = 0;
        for (let k = i * MEMBERS; k < (i + 1) * MEMBERS; k++) sum += Math.abs(members[k] - y);
        total += sum / MEMBERS;
      }
      return total;
    },
    /** Copies and sorts every row by the runtime's own sort, and scores nothing. */
    builtInSort() {
      let total = 0;
      for (let i = 0; i < rows; i++) {
        scratch.set(members.subarray(i * MEMBERS, (i + 1) * MEMBERS));
        scratch.sort();
        total += scratch[MEMBERS >> 1];
      }
      return total;
    },
    /** Copies and sorts every row by insertion, and scores nothing. */
    insertionSort() {
      let total = 0;
      for (let i = 0; i < rows; i++) {
        for (let k = 0; k < MEMBERS; k++) scratch[k] = members[i * MEMBERS + k];
        insertionSort(scratch);
        total += scratch[MEMBERS >> 1];
      }
      return total;
    },
    /** The definition, O(m²): (1/m) Σ|x_i − y| − (1/2m²) ΣΣ|x_i − x_j|. */
    doubleLoop() {
      let total = 0;
      for (let i = 0; i < rows; i++) {
        const from = i * MEMBERS;
        const until = from + MEMBERS;
        let distance = 0;
        let spread = 0;
        for (let j = from; j < until; j++) {
          distance += Math.abs(members[j] - outcomes[i]);
          for (let k = from; k < until; k++) spread += Math.abs(members[j] - members[k]);
        }
        total += distance / MEMBERS - spread / (2 * MEMBERS * MEMBERS);
      }
      return total;
    },
  };
}

function insertionSort(values: Float64Array): void {
  for (let k = 1; k < values.length; k++) {
    const value = values[k];
    let slot = k - 1;
    for (; slot >= 0 && values[slot] > value; slot--) values[slot + 1] = values[slot];
    values[slot + 1] = value;
  }
}

/** The CRPS of ensembles of 50 members. */
export const crps: Bench = {
  name: 'crps',
  about: 'ensemble CRPS, 50 members x 100,000 rows, beside the bare loop, the bare sort and the double loop',
  run(effort) {
    const rows = rowsFor(effort, ROWS);
    const { seconds, ratio } = measure(crpsContenders(rows), effort);
    // The limit is the better of the two sorts.
    const bareSort = seconds('builtInSort') < seconds('insertionSort') ? 'builtInSort' : 'insertionSort';
    return {
      figures: {
        rowsPerSecond: rows / seconds('sorted'),
        shareOfBareLoop: ratio('bareLoop', 'sorted'),
        shareOfBareSort: ratio(bareSort, 'sorted'),
        speedupOverDoubleLoop: ratio('doubleLoop', 'sorted'),
        distributionsRowsPerSecond: rows / seconds('distributions'),
        distributionsShareOfBareLoop: ratio('bareLoop', 'distributions'),
        distributionsShareOfBareSort: ratio(bareSort, 'distributions'),
        distributionsSpeedupOverDoubleLoop: ratio('doubleLoop', 'distributions'),
      },
      peers: {
        bareLoopRowsPerSecond: rows / seconds('bareLoop'),
        builtInSortRowsPerSecond: rows / seconds('builtInSort'),
        insertionSortRowsPerSecond: rows / seconds('insertionSort'),
        doubleLoopRowsPerSecond: rows / seconds('doubleLoop'),
      },
    };
  },
};
