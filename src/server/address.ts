import { once } from 'node:events';
import { createServer } from 'node:net';
import { WeatherglassError } from '../errors.ts';

/**
 * The port to listen on, once it is sure that it is free; for 0 one that the system chooses.
 *
 * Workers share the port, and one that is started later must find the same.
 *
 * @throws WeatherglassError Unavailable: see {@link listenError}.
 */
export async function freePort(host: string, port: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
  } catch (error) {
    throw listenError(error, host, port);
  }
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Why an address cannot be listened on, and what to do. */
export function listenError(error: unknown, host: string, port: number): WeatherglassError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const where = `port ${port} of ${host}`;
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is taken: end the program that listens there, or choose another with --port`,
    EACCES: `${where} may not be listened on: ports below 1024 belong to the system, choose another with --port`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: choose another with --host, such as 127.0.0.1`,
    ENOTFOUND: `the host ${host} is unknown: choose another with --host, such as 127.0.0.1`,
  };
  return new WeatherglassError(
    'Unavailable',
    advice[code] ?? `${where} cannot be listened on: ${String(error)}`,
    {
      cause: error,
    },
  );
}

/** How a browser finds the service. */
export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
