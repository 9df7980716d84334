import type { AutoBand, AutoExpert } from '../pipeline/auto.ts';
import { bandName } from '../weather/lead-band.ts';
import { decimals, percent, table } from './table.ts';

/** Experts with a smaller share are named together. */
const LEAST_SHARE = 0.02;

/** Who carried the weight in each band of leads, and what each scored there: the reason why. */
export function autoText(bands: readonly AutoBand[]): string {
  const rows = bands.map(({ variable, band, experts, width }) => {
    const heard = experts
      .filter(({ weight }) => weight >= LEAST_SHARE)
      .toSorted((a, b) => b.weight - a.weight);
    const best = experts.reduce((least, one) => (one.crps < least.crps ? one : least));
    return [
      variable,
      bandName(band),
      heard.map((one) => `${one.name} ${percent(one.weight)} (${decimals(one.crps, 3)})`).join(', '),
      named(best),
      decimals(width, 2),
    ];
  });
  return `\n${table([['variable', 'ahead', 'who had what share of the say (CRPS alone)', 'best alone', 'width'], ...rows])}`;
}

function named({ name, crps }: AutoExpert): string {
  return `${name} (${decimals(crps, 3)})`;
}
