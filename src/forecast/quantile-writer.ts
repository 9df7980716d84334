import { type Law, lawQuantile } from './law.ts';
import { type Family, fittedLaw } from './parametric.ts';

/** Writes quantiles of many laws of one family at fixed levels. */
export interface QuantileWriter {
  /**
   * Puts the quantiles of laws 0 … `count` − 1 into `out` from `at` on, `levels.length` numbers a law.
   *
   * `location` and `scale` are on the fitted scale. A NaN in either gives NaNs, a scale of 0 the location itself.
   * Nothing is allocated.
   */
  readonly write: (
    location: Float64Array,
    scale: Float64Array,
    count: number,
    out: Float32Array,
    at: number,
  ) => void;
}

/**
 * Opens a writer for a family: the quantiles of `parametric`, to about 1e-8 of the scale, in single precision, a few units
 * of which are lost where a root is squared.
 *
 * Of all laws of a family the quantile at one level is location + scale · z, with a z that depends on nothing; where the
 * law is truncated, z depends on how many scales the bound lies away, and is looked up in a table.
 *
 * @param levels ascending within (0, 1)
 */
export function openQuantileWriter(family: Family, levels: Float64Array): QuantileWriter {
  const law = fittedLaw(family);
  const squared = family.transform === 'sqrt';
  const z = levels.map((p) => law.standard.quantile(p));
  const { lower, upper } = law;
  const write =
    law.bounding === 'none'
      ? unbounded(z)
      : law.bounding === 'censored'
        ? censored(z, lower, upper)
        : truncated(law, levels, z);
  if (!squared) return { write };
  return {
    write(location, scale, count, out, at) {
      write(location, scale, count, out, at);
      const end = at + count * levels.length;
      // On the root scale a law ends at 0 or above, so no sign is lost; the rounded root of a bound may lie beyond it.
      for (let k = at; k < end; k++) {
        const x = out[k] * out[k];
        out[k] = x < family.lower ? family.lower : x > family.upper ? family.upper : x;
      }
    },
  };
}

// One small loop a kind of law: what differs between them would otherwise be asked at every quantile.

function unbounded(z: Float64Array): QuantileWriter['write'] {
  return (location, scale, count, out, at) => {
    let next = at;
    for (let i = 0; i < count; i++) {
      const m = location[i];
      const s = scale[i];
      for (let k = 0; k < z.length; k++) out[next++] = m + s * z[k];
    }
  };
}

function censored(z: Float64Array, lower: number, upper: number): QuantileWriter['write'] {
  return (location, scale, count, out, at) => {
    let next = at;
    for (let i = 0; i < count; i++) {
      const m = location[i];
      const s = scale[i];
      for (let k = 0; k < z.length; k++) {
        const x = m + s * z[k];
        out[next++] = x < lower ? lower : x > upper ? upper : x;
      }
    }
  };
}

function truncated(law: Law, levels: Float64Array, z: Float64Array): QuantileWriter['write'] {
  const { lower, upper } = law;
  const width = levels.length;
  // With an upper bound z depends on both, and is computed each time.
  const { from, until, last, values } = upper === Infinity ? truncatedTable(law, levels) : noTable;
  return (location, scale, count, out, at) => {
    let next = at;
    for (let i = 0; i < count; i++, next += width) {
      const m = location[i];
      const s = scale[i];
      const l = (lower - m) / s;
      if (l < from && s >= LEAST_SCALE) for (let k = 0; k < width; k++) out[next + k] = m + s * z[k];
      else if (l <= until && s >= LEAST_SCALE) {
        // Cubic Hermite interpolation between two nodes of the table.
        const position = (l - from) * NODES;
        const node = Math.min(last, Math.floor(position));
        const t = position - node;
        const rest = 1 - t;
        const ofValue = rest * rest * (1 + 2 * t);
        const ofSlope = rest * rest * t;
        const ofNextValue = t * t * (3 - 2 * t);
        const ofNextSlope = -t * t * rest;
        let row = 2 * width * node;
        let after = row + 2 * width;
        for (let k = 0; k < width; k++, row += 2, after += 2) {
          const zk =
            ofValue * values[row] +
            ofSlope * values[row + 1] +
            ofNextValue * values[after] +
            ofNextSlope * values[after + 1];
          const x = m + s * zk;
          out[next + k] = x < lower ? lower : x;
        }
      } else
        for (let k = 0; k < width; k++) {
          const x = s < LEAST_SCALE ? m : lawQuantile(law, levels[k], m, s);
          out[next + k] = x < lower ? lower : x > upper ? upper : x;
        }
    }
  };
}

/** Scales below this count as 0: a distance divided by them may overflow. */
const LEAST_SCALE = 1e-100;

/** No bound compares with NaN, so that the formula answers. */
const noTable = { from: Number.NaN, until: Number.NaN, last: 0, values: new Float64Array() };

/** Nodes of the table for each scale that the bound lies away. */
const NODES = 32;
/** A bound so many scales above the location leaves a billionth of a normal law: the table ends, and the formula takes over. */
const FARTHEST = 6;

/**
 * Quantiles of the law truncated at l and infinity, with location 0 and scale 1: node by node and level by level the
 * value and its derivative by l, in units of the distance between nodes.
 */
function truncatedTable(law: Law, levels: Float64Array) {
  // What a bound below this cuts off is nothing even beside the lowest level.
  const from = Math.floor(law.standard.quantile(1e-12 * levels[0]));
  const nodes = (FARTHEST - from) * NODES + 1;
  const at = (l: number, p: number) => lawQuantile({ ...law, lower: l, upper: Infinity }, p, 0, 1);
  const step = 1e-3;
  const values = new Float64Array(2 * nodes * levels.length);
  let k = 0;
  for (let node = 0; node < nodes; node++) {
    const l = from + node / NODES;
    for (const p of levels) {
      values[k++] = at(l, p);
      values[k++] = (at(l + step, p) - at(l - step, p)) / (2 * step * NODES);
    }
  }
  return { from, until: FARTHEST, last: nodes - 2, values };
}
