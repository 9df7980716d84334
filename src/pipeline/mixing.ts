import { type DailyEvidence, evidenceDays, type Mixture, mixtureFrom } from '../forecast/evidence.ts';
import { pitBins, recalibration } from '../forecast/recalibration.ts';
import type { ScoreRow, Store } from '../store/store.ts';
import { msPerDay } from '../weather/time.ts';
import { servedContenders } from './experts.ts';
import { scoreRecord } from './score-rows.ts';

/** How experts are mixed in one band of leads. */
export interface BandMixing extends Pick<Mixture, 'weights' | 'recalibration'> {
  readonly band: number;
}

/** How the experts of one variable are mixed, learned from the scores of all places together. */
export interface Mixing {
  readonly variable: string;
  /** Names of the experts that the weights are for; others are new. */
  readonly experts: readonly string[];
  readonly bands: readonly BandMixing[];
}

/** What the scores in the store say about each variable's experts as of a time. */
export async function readMixing(store: Store, asOf: number): Promise<Mixing[]> {
  const asOfDay = Math.floor(asOf / msPerDay);
  const rows = new Map<string, ScoreRow[]>();
  for await (const block of store.scores({
    places: [''],
    dayFrom: asOfDay - evidenceDays,
    dayUntil: asOfDay + 1,
  }))
    for (const row of block) {
      const own = rows.get(row.variable);
      if (own === undefined) rows.set(row.variable, [row]);
      else own.push(row);
    }
  return [...rows].map(([variable, own]) => {
    const experts = expertsIn(own);
    const bands = [...new Set(own.map(({ band }) => band))].map((band): BandMixing => {
      const { days } = evidenceOf(
        own.filter((row) => row.band === band),
        experts,
      );
      return { band, ...mixtureFrom(days, experts.length, asOfDay, Math.ceil(band / 24)) };
    });
    return { variable, experts, bands };
  });
}

/** The experts that the newest of some rows knows. */
export function expertsIn(rows: readonly ScoreRow[]): readonly string[] {
  const newest = rows.reduce((latest, row) => (row.day >= latest.day ? row : latest));
  return newest.contenders.slice(servedContenders.length);
}

/**
 * What each day tells. An expert that was not there on a day, or answered fewer targets, is given the loss of the
 * pool on those it missed: it neither gains nor loses by its absence.
 */
export function evidenceOf(
  rows: readonly ScoreRow[],
  experts: readonly string[],
): {
  readonly days: DailyEvidence[];
  /** Loss of the pool, and of what was served, by day. */
  readonly pool: number[];
  readonly served: number[];
} {
  const days: DailyEvidence[] = [];
  const pools: number[] = [];
  const served: number[] = [];
  for (const row of rows.toSorted((a, b) => a.day - b.day)) {
    const record = scoreRecord(row);
    const pool = record.loss('pool') ?? 0;
    days.push({
      day: row.day,
      targets: record.targets,
      losses: Float64Array.from(experts, (name) => record.loss(name) ?? pool),
      counts: record.pit(pitBins),
      covered: record.covered('aggregate'),
    });
    pools.push(pool);
    served.push(record.loss('aggregate') ?? 0);
  }
  return { days, pool: pools, served };
}

/** The mixing of a band for a list of experts: those it does not know yet get an equal share. */
export function weightsFor(
  mixing: Mixing | undefined,
  band: number,
  experts: readonly string[],
): { readonly weights: Float64Array; readonly recalibration: Float64Array } {
  const known = mixing?.bands.find((one) => one.band === band);
  if (mixing === undefined || known === undefined)
    return {
      weights: new Float64Array(experts.length).fill(1 / experts.length),
      recalibration: recalibration([], 0),
    };
  const weights = Float64Array.from(experts, (name) => {
    const at = mixing.experts.indexOf(name);
    return at < 0 ? 1 / experts.length : known.weights[at];
  });
  const total = weights.reduce((a, b) => a + b, 0);
  return { weights: weights.map((weight) => weight / total), recalibration: known.recalibration };
}
