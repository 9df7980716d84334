import { plusChanges } from '../forecast/physics.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { ComputePool } from '../runtime/compute-pool.ts';
import type { Pairs } from '../weather/pairs.ts';
import type { Asked } from './auto-experts.ts';
import type { PhysicsChunk } from './physics-chunk.ts';

/**
 * What was mixed is made to obey physics: places apart, as what is of the same weather is of one place.
 * Only rows that became known together hold each other: what came later must not move what was answered before.
 */
export async function obeyAll(
  pairs: Pairs,
  { slotOf, answerTime }: Asked,
  levels: readonly number[],
  quantiles: Float32Array,
  signal: AbortSignal | undefined,
  pool: ComputePool,
): Promise<PhysicsChanges> {
  const byPlace: number[][] = pairs.places.map(() => []);
  for (let row = 0; row < pairs.rows; row++) if (slotOf[row] >= 0) byPlace[pairs.place[row]].push(row);
  const issues = new Map<string, number>();
  const issueOf = (row: number) => {
    const key = `${pairs.initTime[row]} ${answerTime[row]}`;
    const number = issues.get(key) ?? issues.size;
    issues.set(key, number);
    return number;
  };
  const parts = Math.min(2 * pool.threads, byPlace.length);
  const chunks = Array.from({ length: parts }, (_, part): PhysicsChunk => {
    const rows = byPlace.filter((_, place) => place % parts === part).flat();
    return {
      variables: pairs.variables,
      places: pairs.places,
      variable: Int32Array.from(rows, (row) => pairs.variable[row]),
      place: Int32Array.from(rows, (row) => pairs.place[row]),
      issue: Int32Array.from(rows, issueOf),
      validTime: Float64Array.from(rows, (row) => pairs.validTime[row]),
      slot: Int32Array.from(rows, (row) => slotOf[row]),
      levels: Float64Array.from(levels),
      quantiles,
    };
  });
  let changes: PhysicsChanges = {};
  await pool.run<PhysicsChunk, PhysicsChanges>(
    'physicsChunk',
    chunks,
    (changed) => {
      changes = plusChanges(changes, changed);
    },
    { signal },
  );
  return changes;
}
