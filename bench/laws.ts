import { normalQuantile } from '../src/forecast/normal.ts';
import { type Family, familyName, parametric } from '../src/forecast/parametric.ts';
import { lawNames } from '../src/weather/variable.ts';
import { alone } from './alone.ts';
import { type Bench, type Effort, measure, median, rowsFor } from './measure.ts';
import { gaussian } from './simulated.ts';

const SIZE = 100_000;
/** A CRPS on a root scale is a sum of integrals, not a closed form: fewer of them take as long. */
const ROOT_SIZE = 2000;
const levels = Float64Array.of(0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95);

/** The six laws as they are, and the two that built-in variables hold on the root of the value. */
const families: readonly Family[] = [
  ...lawNames.map((law) => ({ law, transform: 'none' }) as const),
  { law: 'truncated-normal', transform: 'sqrt' } as const,
  { law: 'censored-logistic', transform: 'sqrt' } as const,
].map((one) => ({ ...one, lower: 0, upper: Infinity }));

/** Parameters and outcomes of which one in ten is near or below the bound 0, as with wind or rain. */
function simulate(size: number) {
  const draw = gaussian('bench/laws');
  const location = new Float64Array(size);
  const scale = new Float64Array(size);
  const outcome = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    location[i] = 4 + 3 * draw();
    scale[i] = 1.2 * Math.exp(0.4 * draw());
    outcome[i] = Math.max(0, location[i] + scale[i] * draw());
  }
  return { location, scale, outcome };
}

interface Part {
  readonly family: Family;
  readonly effort: Effort;
}

/** One family beside the bare loops, in a thread of its own; rates are per second. */
export function measureFamily({ family, effort }: Part) {
  const size = rowsFor(effort, SIZE);
  const scored = rowsFor(effort, family.transform === 'none' ? SIZE : ROOT_SIZE);
  const { location, scale, outcome } = simulate(size);
  const distributions = parametric(family, location, scale);
  const z = levels.map(normalQuantile);
  const { seconds, ratio } = measure(
    {
      /** All that a quantile of an unbounded law needs, once the level's own is known. */
      bareQuantiles() {
        let total = 0;
        for (let i = 0; i < size; i++)
          for (let k = 0; k < z.length; k++) total += location[i] + scale[i] * z[k];
        return total;
      },
      quantiles() {
        let total = 0;
        for (let i = 0; i < size; i++)
          for (let k = 0; k < levels.length; k++) total += distributions.quantile(i, levels[k]);
        return total;
      },
      /** The least that a closed form of these laws needs: its outcome's place in the law, and one exponential. */
      bareExponentials() {
        let total = 0;
        for (let i = 0; i < scored; i++) {
          const distance = (outcome[i] - location[i]) / scale[i];
          total += scale[i] * Math.exp(-0.5 * distance * distance);
        }
        return total;
      },
      crps() {
        let total = 0;
        for (let i = 0; i < scored; i++) total += distributions.crps(i, outcome[i]);
        return total;
      },
    },
    effort,
  );
  const quantiles = size * levels.length;
  return {
    quantiles: quantiles / seconds('quantiles'),
    quantilesShare: ratio('bareQuantiles', 'quantiles'),
    bareQuantiles: quantiles / seconds('bareQuantiles'),
    crps: scored / seconds('crps'),
    crpsShare: ratio('bareExponentials', 'crps'),
    bareExponentials: scored / seconds('bareExponentials'),
  };
}

/** Quantiles and CRPS of the parametric laws. */
export const laws: Bench = {
  name: 'laws',
  about: 'quantiles (9 levels x 100,000) and CRPS of the laws, beside bare loops',
  async run(effort) {
    const figures: Record<string, number> = {};
    const bareQuantiles: number[] = [];
    const bareExponentials: number[] = [];
    for (const family of families) {
      const measured = await alone(import.meta.url, measureFamily, { family, effort });
      const name = camelCase(familyName(family));
      figures[`${name}QuantilesPerSecond`] = measured.quantiles;
      figures[`${name}QuantilesShareOfBareLoop`] = measured.quantilesShare;
      figures[`${name}CrpsPerSecond`] = measured.crps;
      figures[`${name}CrpsShareOfBareLoop`] = measured.crpsShare;
      bareQuantiles.push(measured.bareQuantiles);
      bareExponentials.push(measured.bareExponentials);
    }
    return {
      figures,
      peers: {
        bareQuantilesPerSecond: median(bareQuantiles),
        bareExponentialsPerSecond: median(bareExponentials),
      },
    };
  },
};

/** `censored-logistic(sqrt)` as `censoredLogisticSqrt`. */
function camelCase(name: string): string {
  return name.replaceAll(/[^a-z]+([a-z])/g, (_, letter: string) => letter.toUpperCase()).replace(')', '');
}
