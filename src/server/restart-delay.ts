const LEAST = 100;
const MOST = 5000;
/** A worker that lived as long as this had not failed to start. */
const SOUND = 10_000;

/**
 * Milliseconds to wait before a worker that ended is started again: 100, and twice as long each time that it ends soon
 * after its start, up to 5 s.
 *
 * @param previous what was waited before this worker was started; undefined for the first
 * @param lived milliseconds from its start to its end
 */
export function restartDelay(previous: number | undefined, lived: number): number {
  return previous === undefined || lived >= SOUND ? LEAST : Math.min(MOST, 2 * previous);
}
