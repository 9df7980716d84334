import type { AutoBand, AutoExpert } from '../pipeline/auto.ts';
import { bandName } from '../weather/lead-band.ts';
import { decimals, percent, table } from './table.ts';

/** Experts with a smaller share are named together. */
const LEAST_SHARE = 0.02;
/** Share of the targets that have to be answered to be compared. */
const NEARLY_ALL = 0.9;

/** Who carried the weight in each band of leads, and what each scored there: the reason why. */
export function autoText(bands: readonly AutoBand[]): string {
  const rows = bands.map(({ variable, band, experts, width }) => {
    const heard = experts
      .filter(({ weight }) => weight >= LEAST_SHARE)
      .toSorted((a, b) => b.weight - a.weight);
    return [
      variable,
      bandName(band),
      heard.map((one) => `${one.name} ${percent(one.weight)} (${decimals(one.crps, 3)})`).join(', ') || '–',
      bestAlone(experts),
      decimals(width, 2),
    ];
  });
  return `\n${table([['variable', 'ahead', 'who had what share of the say (CRPS alone)', 'best alone', 'width'], ...rows])}`;
}

/** The expert with the least CRPS, of those that answered nearly all that any did: a few easy targets are no merit. */
function bestAlone(experts: readonly AutoExpert[]): string {
  const most = Math.max(...experts.map(({ answered }) => answered));
  if (most === 0) return '–';
  const { name, crps } = experts
    .filter(({ answered }) => answered >= NEARLY_ALL * most)
    .reduce((least, one) => (one.crps < least.crps ? one : least));
  return `${name} (${decimals(crps, 3)})`;
}
