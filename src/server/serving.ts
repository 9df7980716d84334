import type { SkillQuery, SkillRow } from '../pipeline/skill.ts';
import type { Snapshot } from '../runtime/inspection.ts';
import type { Changes, Store, WriteCounts } from '../store/store.ts';

/** What says which time it is. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

/** What every route is given. */
export interface Serving {
  /** Read from only: changes go through `write`. */
  readonly store: Store;
  readonly clock: Clock;
  /** Hands changes to the process that writes; resolves when they are durable. */
  readonly write: (changes: Changes) => Promise<WriteCounts>;
  /** The track record; made in a thread, for it may take long. */
  readonly skill: (query: SkillQuery, signal: AbortSignal) => Promise<readonly SkillRow[]>;
  /** What there is to see of all processes of the service. */
  readonly inspect: () => Promise<Snapshot>;
  /** Whether this process takes leave: it answers what is asked, but nothing new should be sent here. */
  readonly draining: () => boolean;
}
