import { percentLevels } from '../forecast/distributions.ts';
import type { Cases } from '../models/model.ts';
import { formatInstant } from '../weather/time.ts';
import type { ScoredTarget } from './score-target.ts';

/** Columns of the quantiles: q01 … q99. */
export const quantileColumns: readonly string[] = Array.from(
  percentLevels,
  (level) => `q${String(Math.round(100 * level)).padStart(2, '0')}`,
);

/** Header of exported predictions. */
export const exportHeader = [
  'place',
  'init_time',
  'valid_time',
  'variable',
  'model',
  'law',
  'mean',
  ...quantileColumns,
  'crps',
  'observation',
].join(',');

/** One target as a line of the export. */
export function exportLine(
  cases: Cases,
  row: number,
  model: string,
  law: string,
  target: ScoredTarget,
): string {
  return `${quoted(cases.places[cases.place[row]])},${formatInstant(cases.initTime[row])},${formatInstant(cases.validTime[row])},${cases.variable.name},${model},${law},${scoreFields(target)},${decimal(cases.outcome[row])}\n`;
}

/** The fields from `mean` to `crps`. Numbers have ten significant digits, so that anyone can score them again. */
export function scoreFields({ mean, quantiles, scores }: ScoredTarget): string {
  let fields = decimal(mean);
  for (const quantile of quantiles) fields += `,${decimal(quantile)}`;
  return `${fields},${decimal(scores.crps)}`;
}

/** A field of a CSV line, in quotes where it needs them. */
export function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function decimal(value: number): string {
  return String(Number(value.toPrecision(10)));
}
