import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type CallCounter, openCallCounter, type SimulatedCalls } from './simulated-calls.ts';
import {
  type Delivery,
  type FaultPlan,
  faultyDelivery,
  faultyRequest,
  planFaults,
  type SimulatedFaults,
} from './simulated-faults.ts';
import { answerMetNorway } from './simulated-met-norway.ts';
import { answerMetar } from './simulated-metar.ts';
import { answerNws } from './simulated-nws.ts';
import { answerOpenMeteo } from './simulated-open-meteo.ts';
import {
  httpDate,
  type SimulatedAnswer,
  type SimulatedProviderName,
  type SimulatedRequest,
  simulatedProviderNames,
} from './simulated-reply.ts';
import { type SimulatedWeather, simulatedWeather } from './simulated-weather.ts';

export interface SimulatedProvidersOptions {
  /** The same seed and requests at the same simulated times give the same replies, byte for byte. */
  readonly seed: number | string;
  /** Simulated time, epoch milliseconds; headers go by it too. */
  readonly now: () => number;
  readonly faults?: SimulatedFaults;
  /** Real time that each reply takes at least. */
  readonly latencyMs?: number;
  /** A free one by default. */
  readonly port?: number;
  /** Whether MET Norway packs its replies for clients that can unpack them, as it does; by default true. */
  readonly gzip?: boolean;
}

/** Providers that answer on this machine, without the world's. */
export interface SimulatedProviders extends AsyncDisposable {
  /** `http://127.0.0.1:1234`; a provider answers below `/<name>`. */
  readonly url: string;
  /** What the replies are made from. */
  readonly weather: SimulatedWeather;
  readonly calls: Readonly<Record<SimulatedProviderName, SimulatedCalls>>;
  /** Replaces the faults; what they remembered of requests is forgotten. */
  readonly setFaults: (faults: SimulatedFaults) => void;
}

const answers: Readonly<Record<SimulatedProviderName, SimulatedAnswer>> = {
  'open-meteo': answerOpenMeteo,
  'us-nws': answerNws,
  'met-norway': answerMetNorway,
  metar: answerMetar,
};

/**
 * Starts the simulated providers on the loopback interface. Each answers in the format, and with the rules, of the real
 * one as far as its file says, from one simulated weather.
 *
 * @example
 * await using providers = await startSimulatedProviders({ seed: 1, now: () => Date.UTC(2026, 2, 1) });
 * await fetch(`${providers.url}/open-meteo/v1/forecast?latitude=52.5&longitude=13.4&hourly=temperature_2m`);
 * providers.calls['open-meteo'].requests; // 1
 */
export async function startSimulatedProviders(
  options: SimulatedProvidersOptions,
): Promise<SimulatedProviders> {
  const { seed, now, latencyMs = 0, port = 0, gzip = true } = options;
  const weather = simulatedWeather(seed);
  const counters = Object.fromEntries(
    simulatedProviderNames.map((name) => [name, openCallCounter()]),
  ) as Record<SimulatedProviderName, CallCounter>;
  let faults = options.faults ?? {};
  let plan: FaultPlan = planFaults(seed, faults);
  let url = '';

  function answer(name: SimulatedProviderName, message: IncomingMessage, address: URL): Delivery {
    const requestUrl = message.url ?? '/';
    const request: SimulatedRequest = {
      path: address.pathname.slice(name.length + 1),
      query: address.searchParams,
      headers: message.headers,
      now: now(),
      home: `${url}/${name}`,
      url: requestUrl,
    };
    if (message.method !== 'GET') return { reply: { status: 405, headers: { Allow: 'GET' }, body: '' } };
    const fault = plan.draw(name, requestUrl);
    const reply = answers[name](weather, faultyRequest(fault, name, request));
    return faultyDelivery(fault, name, reply, faults);
  }

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    response.sendDate = false;
    const address = new URL(message.url ?? '/', 'http://simulated');
    const name = simulatedProviderNames.find((one) => address.pathname.startsWith(`/${one}/`));
    if (name === undefined) {
      response.writeHead(404).end();
      return;
    }
    const counter = counters[name];
    counter.arrived();
    const realTime = performance.now();
    const delivery = answer(name, message, address);
    const { reply, fault, cut = false } = delivery;
    counter.counted(reply.calls ?? 1, realTime, now());
    response.once('close', () => {
      const whole = response.writableFinished;
      // Counted once it is out: what a client has not got was not served.
      if (whole || cut) counter.sent(reply.status, whole ? (reply.served ?? []) : []);
      if (fault !== undefined) counter.faulted(fault);
      counter.ended(whole || cut);
    });
    const delay = latencyMs + (delivery.delayMs ?? 0);
    if (delay > 0) await sleep(delay, undefined, { ref: false });
    if (!response.destroyed) send(message, response, delivery, now(), gzip && name === 'met-norway');
  }

  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => {
      // A defect of the simulator itself: loud, and never taken for weather.
      console.error('The simulated providers failed:', message.url, error);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    weather,
    calls: counters,
    setFaults(next) {
      faults = next;
      plan = planFaults(seed, next);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(
  message: IncomingMessage,
  response: ServerResponse,
  { reply, cut = false }: Delivery,
  now: number,
  gzip: boolean,
): void {
  const { status, headers, body } = reply;
  const packed =
    gzip && body.length > 1000 && /\bgzip\b/.test(String(message.headers['accept-encoding'] ?? ''));
  const bytes = packed ? gzipSync(body, { level: 1 }) : Buffer.from(body);
  const hasBody = status !== 204 && status !== 304;
  response.writeHead(status, {
    Date: httpDate(now),
    ...headers,
    ...(packed && { 'Content-Encoding': 'gzip' }),
    ...(hasBody && { 'Content-Length': bytes.length }),
  });
  if (cut) response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  else response.end(hasBody ? bytes : undefined);
}
