import { obeyPhysics } from '../forecast/physics.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { Control } from '../models/model.ts';
import type { Location } from '../weather/location.ts';
import type { Variable } from '../weather/variable.ts';

/** Rows of some places whose quantiles are to obey physics. */
export interface PhysicsChunk {
  readonly variables: readonly Variable[];
  readonly places: readonly Location[];
  /**
   * By row: index into `variables` and `places`, number of the issue, valid time, and where its quantiles are. What an issue
   * tells later has another number: it must not move what was answered before.
   */
  readonly variable: Int32Array;
  readonly place: Int32Array;
  readonly issue: Int32Array;
  readonly validTime: Float64Array;
  readonly slot: Int32Array;
  readonly levels: Float64Array;
  /** Slots x levels, shared by all threads. */
  readonly quantiles: Float32Array;
}

/** Makes quantiles obey physics, in place; answers what each rule changed. */
export function runPhysicsChunk(chunk: PhysicsChunk, control: Control): PhysicsChanges {
  const { variables, places, variable, place, issue, validTime, slot, levels, quantiles } = chunk;
  const count = levels.length;
  const rowsOf = variables.map((_, one) => [...slot.keys()].filter((row) => variable[row] === one));
  const tables = variables.map((own, one) => {
    control.checkpoint(one, variables.length);
    const rows = rowsOf[one];
    const values = new Float32Array(rows.length * count);
    rows.forEach((row, i) =>
      values.set(quantiles.subarray(slot[row] * count, (slot[row] + 1) * count), i * count),
    );
    return {
      variable: own,
      place: rows.map((row) => place[row]),
      initTime: rows.map((row) => issue[row]),
      validTime: rows.map((row) => validTime[row]),
      quantiles: values,
    };
  });
  const changes = obeyPhysics(tables, places, levels);
  tables.forEach(({ quantiles: values }, one) =>
    rowsOf[one].forEach((row, i) =>
      quantiles.set(values.subarray(i * count, (i + 1) * count), slot[row] * count),
    ),
  );
  return changes;
}
