import type { WeatherEvent } from '../forecast/event.ts';
import { marginProbability, needsEveryHour } from '../forecast/event-margins.ts';
import { eventOutcome, eventShares } from '../forecast/event-shares.ts';
import { seededRandom } from '../scores/random.ts';
import { type CouplingMethod, coupleAsOf, type TemplateSources } from './event-template.ts';
import type { IssuedLaws } from './issued-laws.ts';

import type { QuestionTarget } from './question-targets.ts';
import { coursesOf, newestRunsOver } from './raw-runs.ts';

/** Trajectories that each past probability is a share of, at least. */
const TRAJECTORIES = 500;

/** The probability of the event as it could be told when it was decided. */
export function forecastThen(
  event: WeatherEvent,
  { times, decidedAt }: QuestionTarget,
  issued: IssuedLaws,
  sources: TemplateSources,
  seed: string,
): { readonly probability: number; readonly issuedAt: number; readonly method?: CouplingMethod } | undefined {
  const found = issued.at(times, decidedAt, needsEveryHour(event));
  if (found === undefined) return undefined;
  const { laws, issuedAt } = found;
  if (times.length === 1) return { probability: marginProbability(laws, 0, event), issuedAt };
  const { method, trajectories } = coupleAsOf(
    laws,
    times,
    sources,
    decidedAt,
    TRAJECTORIES,
    seededRandom(seed),
  );
  const period = { from: 0, to: times.length, start: times[0], end: times[times.length - 1] };
  return { probability: eventShares(trajectories, event, [period]).anyTime, issuedAt, method };
}

/** Share of the members, or models, of the newest run known then that say the event happens; NaN where there is none. */
export function rawShareThen(
  event: WeatherEvent,
  { times, decidedAt }: QuestionTarget,
  { runs }: TemplateSources,
): number {
  for (const run of newestRunsOver(runs, times, decidedAt)) {
    const courses = coursesOf(run, times);
    let [happens, known] = [0, 0];
    for (let from = 0; from < courses.length; from += times.length) {
      const outcome = eventOutcome(event, courses, from, from + times.length);
      if (Number.isNaN(outcome)) continue;
      known++;
      happens += outcome;
    }
    if (known > 0) return happens / known;
  }
  return Number.NaN;
}
