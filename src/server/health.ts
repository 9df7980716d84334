import type { FastifyInstance } from 'fastify';
import { staleness } from '../collect/staleness.ts';
import { instantOrNull } from './json-values.ts';
import { type Moment, momentReader } from './moment.ts';
import type { Serving } from './serving.ts';

/** Issue times of the newest run and prediction that a state of the store has; NaN for none. */
interface Newest {
  readonly state: string;
  readonly run: number;
  readonly prediction: number;
}

/** Milliseconds for which what is late is not looked up again. */
const STALENESS_FOR = 60_000;

/** `GET /livez`: whether the process runs. `GET /readyz`: whether it can answer, and whether that is still fresh. */
export function healthRoutes(app: FastifyInstance, { store, clock, draining }: Serving): void {
  const readMoment = momentReader(store, clock);
  let known: Newest | undefined;
  let late: { readonly at: number; readonly state: string; readonly reasons: readonly string[] } | undefined;

  /** Looked up once for each state of the store: it is a row of every place and variable. */
  async function newestAt({ now, state }: Moment): Promise<Newest> {
    if (known?.state === state) return known;
    let run = Number.NaN;
    let prediction = Number.NaN;
    for (const { issuedAt, runTimes } of await store.newestIssues({ issuedUntil: now })) {
      prediction = newer(prediction, issuedAt);
      for (const time of runTimes) run = newer(run, time);
    }
    known = { state, run, prediction };
    return known;
  }

  async function lateAt({ now, state }: Moment): Promise<readonly string[]> {
    if (late === undefined || late.state !== state || now - late.at > STALENESS_FOR)
      late = { at: now, state, reasons: await staleness(store, now) };
    return late.reasons;
  }

  app.get('/livez', () => ({ status: 'alive' }));

  app.get('/readyz', async ({ log }, reply) => {
    const reasons: string[] = [];
    if (draining()) reasons.push('this process is about to end');
    let newest: Newest = { state: '', run: Number.NaN, prediction: Number.NaN };
    let stale: readonly string[] = [];
    try {
      const moment = await readMoment();
      newest = await newestAt(moment);
      stale = await lateAt(moment);
      if (Number.isNaN(newest.prediction))
        reasons.push(
          'nothing has been predicted yet: `weatherglass init` collects for a place, `import` takes tables',
        );
    } catch (error) {
      log.error({ err: error }, 'the store does not answer');
      reasons.push('the store does not answer; the log says why');
    }
    return reply.code(reasons.length === 0 ? 200 : 503).send({
      // What is late is still answered with: it says itself how old it is.
      status: reasons.length > 0 ? 'not ready' : stale.length > 0 ? 'degraded' : 'ready',
      reasons: [...reasons, ...stale],
      newest_run: instantOrNull(newest.run),
      newest_prediction: instantOrNull(newest.prediction),
    });
  });
}

/** The later of two times, of which NaN is none. */
function newer(time: number, other: number): number {
  return Number.isNaN(other) || time >= other ? time : other;
}
