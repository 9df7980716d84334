import type { AutoExpert, AutoReport } from '../pipeline/auto.ts';
import { bandName } from '../weather/lead-band.ts';
import { physicsText } from './physics-text.ts';
import { decimals, percent, table } from './table.ts';

/** Experts with a smaller share are not named. */
const LEAST_SHARE = 0.02;
/** An expert is compared if it answered this share of what any answered: a few easy targets are no merit. */
const LEAST_ANSWERED = 0.1;

/** Who carried the weight in each band of leads, and what each scored there: the reason why; who was silent, and why. */
export function autoText({ bands, silent, physics }: AutoReport): string {
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
  const mixed = table([
    ['variable', 'ahead', 'who had what share of the say (CRPS alone)', 'best alone', 'width'],
    ...rows,
  ]);
  const reasons = Object.entries(silent).map(([name, some]) => {
    const more = some.length > 1 ? ` (the last of ${some.length} reasons)` : '';
    return `${name} had nothing to say at times: ${some.at(-1)}${more}\n`;
  });
  return `\n${mixed}${reasons.join('')}${physicsText(physics)}`;
}

/**
 * The expert that did best against the mixture, each on the targets that it answered itself: what it scored, and by how much more
 * or less than the mixture.
 */
function bestAlone(experts: readonly AutoExpert[]): string {
  const most = Math.max(...experts.map(({ answered }) => answered));
  const compared = experts.filter(({ answered }) => answered > 0 && answered >= LEAST_ANSWERED * most);
  if (compared.length === 0) return '–';
  const { name, crps, mixedCrps } = compared.reduce((best, one) =>
    one.crps / one.mixedCrps < best.crps / best.mixedCrps ? one : best,
  );
  const more = crps / mixedCrps - 1;
  return `${name} (${decimals(crps, 3)}, ${more < 0 ? '' : '+'}${percent(more, 1)})`;
}
