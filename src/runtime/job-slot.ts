/**
 * What the pool and a thread tell each other while a chunk runs. Each thread's share is a slot of the same shared
 * numbers: a message would not reach a busy loop, and would wait behind it.
 */
export const slotField = {
  /** Not 0: stop. */
  stop: 0,
  /** Number of the thread that began the chunk; 0 until then. */
  thread: 1,
  /** So much is done … */
  done: 2,
  /** … of so much; 0 while that is not known. */
  total: 3,
} as const;

/** Numbers from one slot to the next: a cache line, so that threads do not slow each other down. */
export const SLOT_LENGTH = 16;

/** Name of the slots among the data that a thread of the pool is started with. */
export const SLOTS = 'weatherglassJobSlots';

/** A chunk as it is sent to a thread. */
export interface JobRequest {
  readonly input: unknown;
  /** Where its slot begins. */
  readonly slot: number;
}

/** What a job answers across threads: errors lose their class on the way, so they travel as data. */
export type JobReply<T> = { readonly ok: T } | { readonly error: SentError };

export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}
