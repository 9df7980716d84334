import { type BinSettings, binRows, learnBins, type Matrix } from './bins.ts';
import type { Control, Random } from './control.ts';

/** For tests: nothing stops the work. */
export const unstopped: Control = { checkpoint: () => {} };

/** For tests: a source of chance that nothing should ask. */
export const noChance: Random = () => {
  throw new Error('no chance was to play a part');
};

/** For tests: numbers uniform in [0, 1) by a linear congruence, the same at each run. */
export function drawing(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits of a linear congruence repeat soon.
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
}

/** For tests: a standard normal number. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** For tests: rows of features with their bins. */
export function binnedMatrix(x: Matrix, features: number, settings: BinSettings = {}) {
  const bins = learnBins(x, features, settings, unstopped);
  return { bins, binned: binRows(bins, x, unstopped) };
}

/** For tests: 0 … count − 1, or from `first` on. */
export function rowsFrom(first: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, k) => first + k);
}
