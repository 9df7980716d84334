import { normalQuantile } from '../src/forecast/normal.ts';
import { handMadeCases } from '../src/models/hand-made-cases.ts';
import type { Cases } from '../src/models/model.ts';
import { seededRandom } from '../src/scores/random.ts';

const DAY = 86_400_000;

/** Standard normal numbers, one a call, the same ones for the same seed. */
export function gaussian(seed: string): () => number {
  const random = seededRandom(seed);
  // Half a step up from a multiple of 2⁻⁵³, for the quantile of 0 is −∞.
  return () => normalQuantile(random() + 2 ** -54);
}

/** Temperatures like Magdeburg's, a day ahead: one place, 50 members, too confident by half. */
export function onePlace(days: number): Cases {
  const draw = gaussian('bench/emos/one place');
  const members = 50;
  const outcome = new Float64Array(days);
  const forecasts = new Float64Array(days * members);
  let weather = 0;
  for (let i = 0; i < days; i++) {
    weather = 0.8 * weather + 2.4 * draw();
    const spread = 0.8 * Math.exp(0.35 * draw());
    const centre = 10 - 9 * Math.cos((2 * Math.PI * i) / 365) + weather;
    outcome[i] = centre + 0.6 + 1.5 * spread * draw();
    for (let k = 0; k < members; k++) forecasts[i * members + k] = centre + spread * draw();
  }
  return casesOf({
    columns: names('member', members),
    members,
    models: 0,
    outcome,
    forecasts,
    places: 1,
    lead: 24,
  });
}

/** Temperatures like the Pacific Northwest's, two days ahead: 700 stations a date, 8 models with a bias each. */
export function region(rows: number): Cases {
  const draw = gaussian('bench/emos/region');
  const models = 8;
  const places = Math.min(rows, 700);
  const outcome = new Float64Array(rows);
  const forecasts = new Float64Array(rows * models);
  const station = Float64Array.from({ length: places }, () => 1.2 * draw());
  for (let i = 0; i < rows; i++) {
    const spread = 0.9 * Math.exp(0.3 * draw());
    const centre = 5 + 6 * draw() + station[i % places];
    outcome[i] = centre + 2.1 * spread * draw() - 0.8 * station[i % places];
    const shared = spread * draw();
    for (let k = 0; k < models; k++)
      forecasts[i * models + k] = centre + 0.15 * (k - 4) + shared + spread * draw();
  }
  return casesOf({
    columns: names('model', models),
    members: 0,
    models,
    outcome,
    forecasts,
    places,
    lead: 48,
  });
}

function names(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, k) => `${kind}_${k + 1}`);
}

type Simulated = Pick<Cases, 'columns' | 'members' | 'models' | 'outcome' | 'forecasts' | 'lead'>;

function casesOf({ places, ...simulated }: Simulated & { readonly places: number }): Cases {
  const size = simulated.outcome.length;
  return handMadeCases({
    ...simulated,
    size,
    places: names('place', places),
    place: Int32Array.from({ length: size }, (_, i) => i % places),
    initTime: Float64Array.from(
      { length: size },
      (_, i) => Date.UTC(2004, 0, 1) + Math.floor(i / places) * DAY,
    ),
  });
}
