import type { FastifyInstance } from 'fastify';
import { instantOrNull } from './json-values.ts';
import { momentReader } from './moment.ts';
import type { Serving } from './serving.ts';

/** `GET /livez`: whether the process runs. `GET /readyz`: whether it can answer. */
export function healthRoutes(app: FastifyInstance, { store, clock, draining }: Serving): void {
  const readMoment = momentReader(store, clock);

  app.get('/livez', () => ({ status: 'alive' }));

  app.get('/readyz', async ({ log }, reply) => {
    const reasons: string[] = [];
    if (draining()) reasons.push('this process is about to end');
    let newestRun = Number.NaN;
    let newestPrediction = Number.NaN;
    try {
      const { now } = await readMoment();
      for (const { issuedAt, runTimes } of await store.newestIssues({ issuedUntil: now })) {
        newestPrediction = newer(newestPrediction, issuedAt);
        for (const time of runTimes) newestRun = newer(newestRun, time);
      }
      if (Number.isNaN(newestPrediction))
        reasons.push('nothing has been predicted: import forecasts, then run `weatherglass predict`');
    } catch (error) {
      log.error({ err: error }, 'the store does not answer');
      reasons.push('the store does not answer; the log says why');
    }
    return reply.code(reasons.length === 0 ? 200 : 503).send({
      status: reasons.length === 0 ? 'ready' : 'not ready',
      reasons,
      newest_run: instantOrNull(newestRun),
      newest_prediction: instantOrNull(newestPrediction),
    });
  });
}

/** The later of two times, of which NaN is none. */
function newer(time: number, other: number): number {
  return Number.isNaN(other) || time >= other ? time : other;
}
