import type { FastifyInstance } from 'fastify';
import { snakeCased } from './key-case.ts';
import { metricsOf } from './metrics.ts';
import type { Serving } from './serving.ts';

/** `GET /runtime`: what the processes do just now. `GET /metrics`: the same for Prometheus. */
export function runtimeRoutes(app: FastifyInstance, { inspect }: Serving): void {
  app.get('/runtime', async () => snakeCased(await inspect()));

  app.get('/metrics', async (_, reply) => {
    const { contentType, text } = await metricsOf(await inspect());
    return reply.type(contentType).send(text);
  });
}
