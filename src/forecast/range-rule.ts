import { type PhysicsRule, type RowSeries, rowsTogether, statisticOf } from './physics-rule.ts';

/** Rows of a minimum and a maximum over the same hours, and of the mean, if there is one; number by number. */
interface Extremes {
  readonly min: Int32Array;
  readonly max: Int32Array;
}

/**
 * Minimum ≤ mean ≤ maximum of a variable over the same hours, quantile by quantile.
 *
 * A minimum and a maximum that cross meet halfway, for neither is known better; that never raises the sum of their CRPSs (see
 * `Ordering`). A mean that is outside is brought to the one it passes.
 */
export const rangeRule: PhysicsRule = {
  name: 'range',
  reads: 'minimum, mean and maximum of a variable over the same hours',
  changes: 'minimum and maximum that cross, both; else the mean',
  why: 'a mean is between the extremes',
  prepare(series, levels) {
    const width = levels?.length ?? 1;
    const named = new Map(series.map((one) => [one.variable.name, one]));
    const together: Extremes[] = [];
    const below: Extremes[] = [];
    const above: Extremes[] = [];
    const pairs = (one: RowSeries, name: string, into: Extremes[], role: 'min' | 'max') => {
      const other = named.get(name);
      if (other === undefined) return;
      const [own, others] = rowsTogether(one, other);
      if (own.length > 0) into.push(role === 'min' ? { min: own, max: others } : { min: others, max: own });
    };
    for (const one of series) {
      const { base, ending } = statisticOf(one.variable.name);
      const like = (statistic: string) => base + ending.replace(/^_[a-z]+/, `_${statistic}`);
      if (ending.startsWith('_min')) pairs(one, like('max'), together, 'min');
      if (!ending.startsWith('_mean')) continue;
      pairs(one, like('min'), below, 'max');
      pairs(one, like('max'), above, 'min');
    }
    if (together.length + below.length + above.length === 0) return undefined;
    return (numbers, at) => {
      // Rows that changed, for a mean may be brought up and be counted once.
      const rows = new Set<number>();
      let quantiles = 0;
      const set = (row: number, k: number, value: number) => {
        const i = at + row * width + k;
        const before = numbers[i];
        numbers[i] = value;
        // Halfway, rounded to single precision, may be what was there.
        if (numbers[i] === before) return;
        rows.add(row);
        quantiles++;
      };
      const each = (some: readonly Extremes[], cross: (low: number, high: number, k: number) => void) => {
        for (const { min, max } of some)
          for (let i = 0; i < min.length; i++)
            for (let k = 0; k < width; k++)
              if (numbers[at + min[i] * width + k] > numbers[at + max[i] * width + k])
                cross(min[i], max[i], k);
      };
      each(together, (low, high, k) => {
        const halfway = (numbers[at + low * width + k] + numbers[at + high * width + k]) / 2;
        set(low, k, halfway);
        set(high, k, numbers[at + low * width + k]);
      });
      each(below, (low, mean, k) => set(mean, k, numbers[at + low * width + k]));
      each(above, (mean, high, k) => set(mean, k, numbers[at + high * width + k]));
      return { values: rows.size, quantiles };
    };
  },
};
