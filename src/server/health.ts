import type { FastifyInstance } from 'fastify';
import { instantOrNull } from './json-values.ts';
import { type Moment, momentReader } from './moment.ts';
import type { Serving } from './serving.ts';

/** Issue times of the newest run and prediction that a state of the store has; NaN for none. */
interface Newest {
  readonly state: string;
  readonly run: number;
  readonly prediction: number;
}

/** `GET /livez`: whether the process runs. `GET /readyz`: whether it can answer. */
export function healthRoutes(app: FastifyInstance, { store, clock, draining }: Serving): void {
  const readMoment = momentReader(store, clock);
  let known: Newest | undefined;

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

  app.get('/livez', () => ({ status: 'alive' }));

  app.get('/readyz', async ({ log }, reply) => {
    const reasons: string[] = [];
    if (draining()) reasons.push('this process is about to end');
    let newest: Newest = { state: '', run: Number.NaN, prediction: Number.NaN };
    try {
      newest = await newestAt(await readMoment());
      if (Number.isNaN(newest.prediction))
        reasons.push('nothing has been predicted: import forecasts, then run `weatherglass predict`');
    } catch (error) {
      log.error({ err: error }, 'the store does not answer');
      reasons.push('the store does not answer; the log says why');
    }
    return reply.code(reasons.length === 0 ? 200 : 503).send({
      status: reasons.length === 0 ? 'ready' : 'not ready',
      reasons,
      newest_run: instantOrNull(newest.run),
      newest_prediction: instantOrNull(newest.prediction),
    });
  });
}

/** The later of two times, of which NaN is none. */
function newer(time: number, other: number): number {
  return Number.isNaN(other) || time >= other ? time : other;
}
