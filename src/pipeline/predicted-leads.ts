/** Up to here every lead is predicted, hours. */
const ALL = 48;
/** Farther ahead, the step between predicted hours, up to an hour. */
const STEPS = [
  { until: 120, step: 3 },
  { until: Infinity, step: 6 },
] as const;

/**
 * Which leads of a series are learned from and predicted: all of the first two days; of a series that has every hour after
 * that, each third one to the fifth day and each sixth one beyond, for the weather of a later hour is nothing that is known.
 * All are kept as they were issued.
 *
 * @param leads hours, ascending
 */
export function predictedLeads(leads: readonly number[]): readonly boolean[] {
  const present = new Set(leads);
  return leads.map((lead) => {
    if (lead <= ALL || !Number.isInteger(lead)) return true;
    const { step } = STEPS.find(({ until }) => lead <= until)!;
    const before = Math.floor(lead / step) * step;
    // An hour that has none of those beside it, as in a table of somebody's own, is what there is.
    return lead === before || !(present.has(before) && present.has(before + step));
  });
}
