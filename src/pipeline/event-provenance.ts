import { creditsFor } from '../sources/credits.ts';
import { sourcesOf } from './pass-through.ts';
import type { EventForecast } from './predict-event.ts';
import type { Provenance } from './provenance.ts';

/** Where the probabilities of an event come from: of the first hour predicted who answered, of all whose data went in. */
export interface EventProvenance extends Omit<Provenance, 'ageHours'> {
  /** Of the newest prediction that went in. */
  readonly issuedAt: number;
  /** What must be said of those whose data went in. */
  readonly attribution: readonly string[];
}

export function eventProvenance({ predictions, coupling }: EventForecast): EventProvenance {
  const [first] = predictions;
  const runs = new Map(
    predictions.flatMap(({ provenance }) =>
      provenance.runs.map((run) => [`${run.source} ${run.issuedAt}`, run] as const),
    ),
  );
  const names = new Set(sourcesOf(predictions, []));
  if (coupling.run !== undefined) names.add(coupling.run.source);
  const physics = new Set(predictions.flatMap(({ provenance }) => provenance.physics ?? []));
  return {
    issuedAt: predictions.reduce((newest, one) => Math.max(newest, one.issuedAt), -Infinity),
    runTime: predictions.reduce((newest, one) => Math.max(newest, one.provenance.runTime), -Infinity),
    experts: first.provenance.experts,
    runs: [...runs.values()],
    trainedOn: first.provenance.trainedOn,
    truth: first.provenance.truth,
    ...(physics.size > 0 && { physics: [...physics] }),
    attribution: creditsFor(names).map(({ attribution }) => attribution),
  };
}
