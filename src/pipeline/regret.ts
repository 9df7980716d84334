import { regretOf } from '../forecast/aggregate.ts';
import type { ScoreRow, Store } from '../store/store.ts';
import { bandName } from '../weather/lead-band.ts';
import { evidenceOf, expertsIn } from './mixing.ts';
import { checkVariables } from './served.ts';

/** How mixing has fared against the best expert of one variable and band of leads, all places together. */
export interface RegretRow {
  readonly variable: string;
  /** Band of leads, such as `12–24 h`. */
  readonly lead: string;
  /** Losses of the pool minus those of the best expert, remembered days; negative where mixing won. */
  readonly regret: number;
  /** What it cannot exceed where all targets of a day were mixed by the same weights; see `regretOf`. */
  readonly bound: number;
  /** The same regret of what is served: the pool after recalibration. */
  readonly servedRegret: number;
  readonly best: string;
}

/** Days until an outcome is known and scored, beyond the lead. */
const REPORT_DAYS = 2;

/**
 * The regret of mixing, by variable and band, in the unit of `expertWeights` (nats).
 *
 * @throws WeatherglassError NotFound for a variable that is not in the store.
 */
export async function regretReport(store: Store, variables?: readonly string[]): Promise<RegretRow[]> {
  await checkVariables(store, variables);
  const rows = new Map<string, ScoreRow[]>();
  for await (const block of store.scores({ variables, places: [''] }))
    for (const row of block) {
      const key = `${row.variable} ${row.band}`;
      const own = rows.get(key);
      if (own === undefined) rows.set(key, [row]);
      else own.push(row);
    }
  return [...rows.values()].map((own) => {
    const experts = expertsIn(own);
    const { days, pool, served } = evidenceOf(own, experts);
    const delay = Math.ceil(own[0].band / 24) + REPORT_DAYS;
    const { regret, bound, best } = regretOf(days, pool, experts.length, delay);
    const { regret: servedRegret } = regretOf(days, served, experts.length, delay);
    return {
      variable: own[0].variable,
      lead: bandName(own[0].band),
      regret,
      bound,
      servedRegret,
      best: experts[best],
    };
  });
}
