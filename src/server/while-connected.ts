import type { FastifyReply } from 'fastify';
import { WeatherglassError } from '../errors.ts';

/** Aborts when the client has gone: what is made for it alone need not be finished. */
export function whileConnected({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort(new WeatherglassError('Cancelled', 'the client has gone')));
  return gone.signal;
}
