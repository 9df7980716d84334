type OnProgress = (done: number, total: number) => void;

/** What progress of work in stages is counted in. */
const PARTS = 100;

/**
 * Progress of work in stages, told as that of one: a stage's chunks are a share of a hundred parts, so that what is told
 * never goes back.
 *
 * @param shares of the whole that each stage is expected to take; 1 together
 * @returns for each stage what takes its progress; undefined where nobody listens
 */
export function stagedProgress(
  onProgress: OnProgress | undefined,
  shares: readonly number[],
): readonly (OnProgress | undefined)[] {
  if (onProgress === undefined) return shares.map(() => undefined);
  let told = -1;
  let before = 0;
  return shares.map((share, stage) => {
    const from = before;
    before += share;
    return (done, total) => {
      const isOver = done === total && stage === shares.length - 1;
      const parts = isOver ? PARTS : Math.floor(PARTS * (from + (share * done) / total));
      if (parts > told) onProgress(parts, PARTS);
      told = Math.max(told, parts);
    };
  });
}
