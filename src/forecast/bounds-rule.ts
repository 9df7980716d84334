import { clipRow, type PhysicsRule } from './physics-rule.ts';

/**
 * Nothing is below the least or above the greatest value of its variable: no negative rain, no humidity above 100 %, no power
 * beyond what is installed, which is the upper bound of a declared variable.
 */
export const boundsRule: PhysicsRule = {
  name: 'bounds',
  reads: 'every variable that has a least or greatest value',
  changes: 'that variable',
  why: 'nothing is beyond them, and no power beyond what is installed',
  prepare(series, levels) {
    const width = levels?.length ?? 1;
    const bounded = series.filter(({ variable }) => variable.lower > -Infinity || variable.upper < Infinity);
    if (bounded.length === 0) return undefined;
    return (numbers, at) => {
      let [values, quantiles] = [0, 0];
      for (const { variable, first, keys } of bounded)
        for (let row = first; row < first + keys.length; row++) {
          const changed = clipRow(numbers, at + row * width, width, variable.lower, variable.upper);
          if (changed > 0) values++;
          quantiles += changed;
        }
      return { values, quantiles };
    };
  },
};
