import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { copyCalls, type SimulatedCalls } from './simulated-calls.ts';
import type { SimulatedFaults } from './simulated-faults.ts';
import { startSimulatedProviders } from './simulated-providers.ts';
import { type SimulatedProviderName, simulatedProviderNames } from './simulated-reply.ts';

/** Settings of simulated providers that run as a process of their own. */
export interface SimulatedProcessOptions {
  readonly seed: number | string;
  /** Simulated time at its start, epoch milliseconds. */
  readonly start: number;
  /** Simulated milliseconds that pass in a real one; 1 by default, 0 for a clock that only `setNow` moves. */
  readonly speed?: number;
  readonly faults?: SimulatedFaults;
  readonly latencyMs?: number;
  readonly port?: number;
  readonly gzip?: boolean;
}

export type CallsByProvider = Readonly<Record<SimulatedProviderName, SimulatedCalls>>;

/** Simulated providers in another process, so that they take no time from the event loop under test. */
export interface SimulatedProviderProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly calls: () => Promise<CallsByProvider>;
  /** Sets the simulated clock; it runs on from there. Resolves when replies go by it. */
  readonly setNow: (now: number) => Promise<void>;
  readonly setFaults: (faults: SimulatedFaults) => Promise<void>;
}

type Order =
  | { readonly order: 'start'; readonly options: SimulatedProcessOptions }
  | { readonly order: 'calls' }
  | { readonly order: 'setNow'; readonly now: number }
  | { readonly order: 'setFaults'; readonly faults: SimulatedFaults };

/** Starts them; the process ends with whoever started it. */
export async function startSimulatedProviderProcess(
  options: SimulatedProcessOptions,
): Promise<SimulatedProviderProcess> {
  const child = fork(fileURLToPath(import.meta.url), [], { serialization: 'advanced', execArgv: [] });
  let tail: Promise<unknown> = Promise.resolve();
  /** One order at a time: answers come in order. */
  function ask(order: Order): Promise<unknown> {
    const answer = tail.then(() => answerOf(child, order));
    tail = answer.catch(() => {});
    return answer;
  }
  const url = (await ask({ order: 'start', options })) as string;
  return {
    url,
    pid: child.pid ?? 0,
    calls: async () => (await ask({ order: 'calls' })) as CallsByProvider,
    setNow: async (now) => void (await ask({ order: 'setNow', now })),
    setFaults: async (faults) => void (await ask({ order: 'setFaults', faults })),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

function answerOf(child: ChildProcess, order: Order): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const onExit = (code: number | null) => reject(new Error(`The simulated providers ended with ${code}.`));
  child.once('message', resolve).once('exit', onExit);
  child.send(order, (error) => {
    if (error !== null) reject(error);
  });
  return promise.finally(() => child.off('message', resolve).off('exit', onExit));
}

async function serveOrders(): Promise<void> {
  const [first] = (await once(process, 'message')) as [Order];
  if (first.order !== 'start') throw new Error(`The first order must be start, not ${first.order}.`);
  const { start, speed = 1, ...rest } = first.options;
  let clock = { simulated: start, real: performance.now() };
  const now = () => clock.simulated + (performance.now() - clock.real) * speed;
  await using providers = await startSimulatedProviders({ ...rest, now });
  const reply = (answer: unknown) => process.send?.(answer);
  process.on('message', (order: Order) => {
    switch (order.order) {
      case 'start':
        throw new Error('These simulated providers have been started already.');
      case 'calls':
        reply(
          Object.fromEntries(simulatedProviderNames.map((name) => [name, copyCalls(providers.calls[name])])),
        );
        break;
      case 'setNow':
        clock = { simulated: order.now, real: performance.now() };
        reply('done');
        break;
      case 'setFaults':
        providers.setFaults(order.faults);
        reply('done');
        break;
    }
  });
  reply(providers.url);
  await once(process, 'disconnect');
}

if (import.meta.main) await serveOrders();
