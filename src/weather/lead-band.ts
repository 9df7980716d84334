import { WeatherglassError } from '../errors.ts';

/**
 * Upper ends of the bands of leads in which experts are weighed and scores summed, in hours, inclusive: within a band
 * forecasts are about equally hard.
 */
export const leadBands = [6, 12, 24, 36, 48, 72, 96, 120, 168, 240, 384] as const;

/** The farthest ahead anything is predicted, in hours. */
export const horizonHours: number = leadBands[leadBands.length - 1];

/**
 * The band of a lead, by its upper end.
 *
 * @param lead hours ahead, 0 to {@link horizonHours}
 * @throws WeatherglassError InvalidData for a lead beyond the horizon
 */
export function bandOf(lead: number): number {
  const band = leadBands.find((end) => lead <= end);
  if (band === undefined || !(lead >= 0))
    throw new WeatherglassError(
      'InvalidData',
      `${lead} h ahead is beyond the horizon: predictions reach from 0 to ${horizonHours} h.`,
    );
  return band;
}

/**
 * The band of any lead a table has, by its upper end: as {@link bandOf}, and beyond the horizon each band ends twice as far
 * ahead as the one before. Forecasts that were valid before their issue are in the first.
 */
export function wideBandOf(lead: number): number {
  if (lead <= horizonHours) return bandOf(Math.max(0, lead));
  let band = horizonHours;
  while (band < lead) band *= 2;
  return band;
}

/** A band in words, such as `12–24 h`. */
export function bandName(band: number): string {
  const at = leadBands.findIndex((end) => end === band);
  if (at < 0) return `${band / 2}–${band} h`;
  return `${at > 0 ? leadBands[at - 1] : 0}–${band} h`;
}
