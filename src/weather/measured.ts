/**
 * A value of one station or sensor, at whatever minute it was taken, as `Reading` of src/sources/source.ts, and perhaps
 * with the period it covers.
 */
export interface Measured {
  /** A variable's name, or `rainCounter` or `rainRate` of rain-gauge.ts. */
  readonly variable: string;
  /** End of the period it covers, epoch milliseconds. */
  readonly time: number;
  /** NaN where the instrument said that it has none. */
  readonly value: number;
  /** When it was had; NaN where nobody says. */
  readonly receivedAt: number;
  /** Hours that it covers, up to its time; left out for what the instrument showed at that time. */
  readonly periodHours?: number | undefined;
}

/**
 * The values of one variable by time, one for each time and period: of several the one received last.
 *
 * What came without a time of receipt gives way to what has one; between equals the greater value stays, so that the
 * order in which they are given never matters.
 */
export function inOrder(readings: readonly Measured[], variable: string): readonly Measured[] {
  const sorted = readings
    .filter((one) => one.variable === variable)
    .sort(
      (one, other) =>
        one.time - other.time ||
        (one.periodHours ?? 0) - (other.periodHours ?? 0) ||
        rising(one.receivedAt, other.receivedAt) ||
        rising(one.value, other.value),
    );
  return sorted.filter((one, index) => {
    const next = sorted[index + 1];
    return next?.time !== one.time || (next.periodHours ?? 0) !== (one.periodHours ?? 0);
  });
}

/** By size, NaN first. */
function rising(one: number, other: number): number {
  if (Number.isNaN(one)) return Number.isNaN(other) ? 0 : -1;
  return Number.isNaN(other) ? 1 : one - other;
}
