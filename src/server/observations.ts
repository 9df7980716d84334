import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { acceptObservations } from '../pipeline/accept-observations.ts';
import { didYouMean } from '../weather/nearest-names.ts';
import { parseInstant } from '../weather/time.ts';
import { parameter } from './read-query.ts';
import type { Serving } from './serving.ts';

const MOST = 10_000;

const text = z.string('must be a text');
const observation = z.strictObject(
  {
    place: text,
    variable: text,
    unit: text.optional(),
    valid_time: parameter(parseInstant),
    value: z.number('must be a number, or null for a value that was taken back').nullable(),
  },
  'must be an observation, or {"observations": […]} with several',
);
const many = z.strictObject({
  observations: z
    .array(observation, 'must be a list of observations')
    .min(1, 'must hold at least one observation')
    .max(MOST, `may hold ${MOST} at most; send the rest in other requests`),
});

/** `POST /v1/observations`: what was seen at the places; answered once it is durable. */
export function observationsRoute(app: FastifyInstance, { store, write }: Serving): void {
  app.post('/v1/observations', async ({ body, moment: { now } }, reply) => {
    const reported = readBody(body).map(({ valid_time: validTime, ...rest }) => ({ ...rest, validTime }));
    const changes = await acceptObservations(store, reported, { now, origin: 'push' });
    const counts = changes.observations.rows === 0 ? { observations: 0, revisions: 0 } : await write(changes);
    return reply.code(201).send({
      accepted: reported.length,
      revisions: counts.revisions,
      unchanged: reported.length - counts.observations,
    });
  });
}

/** @throws WeatherglassError InvalidData that says which field of which observation is wrong. */
function readBody(body: unknown) {
  const isMany = typeof body === 'object' && body !== null && 'observations' in body;
  const read = isMany ? many.safeParse(body) : observation.safeParse(body);
  if (read.success) return 'observations' in read.data ? read.data.observations : [read.data];
  const [issue] = read.error.issues;
  const where = issue.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  if (issue.code === 'unrecognized_keys') {
    const [unknown] = issue.keys;
    throw new WeatherglassError(
      'InvalidData',
      `${where === '' ? 'the body' : where} has a field ${JSON.stringify(unknown)} that means nothing here.${didYouMean(unknown, Object.keys(observation.shape))}`,
    );
  }
  throw new WeatherglassError('InvalidData', `${where === '' ? 'the body' : where}: ${issue.message}`);
}
