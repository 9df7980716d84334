import { possibleValues } from '../weather/possible-values.ts';
import type { Variable } from '../weather/variable.ts';
import type { RowPosition } from './table-error.ts';

/** Counts what of a downloaded archive is no observation, so that nothing is left out in silence. */
export interface LeftOut {
  /** @param why follows "12 values, ", such as `which failed the quality control of the archive` */
  readonly add: (why: string, position: RowPosition, count?: number) => void;
  /**
   * The value, at the bound where it is a little beyond it, NaN where it is missing; what cannot be is counted and NaN.
   *
   * One broken value among years of them refuses no archive, as it would refuse a table that someone wrote.
   */
  readonly possible: (variable: Variable, value: number, position: RowPosition) => number;
  readonly broughtToBounds: () => number;
  /** One sentence a reason, with where it first applied. */
  readonly notices: () => readonly string[];
}

export function leftOut(): LeftOut {
  const reasons = new Map<string, { count: number; readonly file: string; readonly line: number }>();
  let broughtToBounds = 0;

  const add: LeftOut['add'] = (why, { file, line }, count = 1) => {
    const known = reasons.get(why);
    if (known === undefined) reasons.set(why, { count, file, line });
    else known.count += count;
  };
  const possible: LeftOut['possible'] = (variable, value, position) => {
    const { least, lower, upper, most } = possibleValues(variable);
    if (value < least || value > most) {
      add(`impossible for ${variable.name}`, position);
      return Number.NaN;
    }
    if (!(value < lower || value > upper)) return value;
    broughtToBounds++;
    return value < lower ? lower : upper;
  };
  return {
    add,
    possible,
    broughtToBounds: () => broughtToBounds,
    notices: () =>
      [...reasons].map(
        ([why, { count, file, line }]) =>
          `Left out: ${count} ${count === 1 ? 'value' : 'values'}, ${why} (${count === 1 ? '' : 'the first: '}${file}, line ${line}).`,
      ),
  };
}
