/** Stands for the lead of what was learned of all leads together. */
export const allLeads = -1;

/** What was learned at one lead, from so many outcomes. */
export interface Learned {
  /** Hours. */
  readonly lead: number;
  readonly rows: number;
}

/** Outcomes from which on a lead's own learning is used whatever others have learned from. */
const ENOUGH = 200;
/** How much longer another lead may be, hours: its errors are at the same times of the day, and a little larger. */
const LONGER = 24;
/** So many times more outcomes another lead must have learned from. */
const MORE = 4;

/**
 * Which learning answers for a lead: its own, or, where that learned from little or nothing, that of a lead up to a day longer
 * which learned from much more. Forecasts that were filled in are of every 24th hour alone, and a longer lead is less sure
 * of itself than it need be, never more.
 *
 * @param learned by rising lead
 * @returns undefined where nothing fits
 */
export function learnedFor<One extends Learned>(learned: readonly One[], lead: number): One | undefined {
  let best: One | undefined;
  for (const one of learned) {
    if (one.lead < lead) continue;
    if (one.lead > lead + LONGER) break;
    if (one.lead === lead) {
      if (one.rows >= ENOUGH) return one;
      best = one;
    } else if (best === undefined || (best.rows < ENOUGH && one.rows >= MORE * best.rows)) best = one;
  }
  return best;
}
