import type { Dispatcher } from 'undici';
import { WeatherglassError } from '../errors.ts';
import { type Clock, seconds } from '../runtime/clock.ts';
import type { Semaphore } from '../runtime/semaphore.ts';
import { waitingFor } from '../runtime/tasks.ts';
import type { Quotas, Taken } from './quotas.ts';
import type { Provider } from './source.ts';

/** What a request carries for its admission, beside what undici reads. */
export interface AdmittedRequest {
  readonly provider: Provider;
  readonly calls: number;
  /** Where it goes first; whom it is handed on to must not see the key. */
  readonly firstOrigin: string;
  /** Longest that the exchange itself may take, once it is admitted, milliseconds. */
  readonly exchangeMs: number;
}

/** A limit that gives way no sooner than this is reported instead of waited for, milliseconds. */
const LONGEST_WAIT = 90_000;

/**
 * Lets requests through to the network as the quotas allow, and as many at once as a process may have, each with its own
 * time limit from then on. It stands below
 * the cache and whoever asks for the same, so that only what goes out is counted.
 */
export function admission(
  quotas: Quotas,
  all: Semaphore,
  clock: Clock,
  random: () => number,
): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const { provider, calls, firstOrigin, exchangeMs, signal } = options as Dispatcher.DispatchOptions &
      AdmittedRequest & { readonly signal?: AbortSignal };
    const isHome = String(options.origin) === firstOrigin;
    void admitted(provider, calls, signal).then(
      (taken) => send(taken, provider, exchangeMs, signal),
      (error: Error) => handler.onResponseError?.(nowhere, error),
    );
    return true;

    function send(taken: Taken, { name }: Provider, ms: number, outer: AbortSignal | undefined): void {
      const deadline = clock.deadline(ms, outer, `the reply of ${name}`);
      const end = () => {
        deadline[Symbol.dispose]();
        taken.end();
      };
      try {
        dispatch(isHome ? withKey(options, provider) : options, exchange(handler, deadline.signal, end));
      } catch (error) {
        end();
        handler.onResponseError?.(nowhere, error as Error);
      }
    }
  };

  /** Only who may go out takes a slot of the process: who waits for a quota must not keep others from theirs. */
  async function withSlot(taken: Taken, signal?: AbortSignal): Promise<Taken> {
    try {
      const slot = await all.acquire(signal);
      return {
        end() {
          slot[Symbol.dispose]();
          taken.end();
        },
      };
    } catch (error) {
      taken.end();
      throw error;
    }
  }

  async function admitted(provider: Provider, calls: number, signal?: AbortSignal): Promise<Taken> {
    for (;;) {
      signal?.throwIfAborted();
      const taken = quotas.take(provider, calls, clock.now());
      if ('end' in taken) return withSlot(taken, signal);
      const { waitMs, why } = taken;
      if (waitMs > LONGEST_WAIT)
        throw new WeatherglassError(
          'Busy',
          `${provider.name} is not asked before ${new Date(clock.now() + waitMs).toISOString()}: ${why}`,
        );
      // Those who wait for the same do not come back at the same moment.
      await waitingFor(
        `${provider.name}: ${why}, ${seconds(waitMs)}`,
        clock.sleep(waitMs * (1 + random() / 4), signal),
      );
    }
  }
}

function withKey(options: Dispatcher.DispatchOptions, { key }: Provider): Dispatcher.DispatchOptions {
  if (key === undefined) return options;
  const glue = options.path.includes('?') ? '&' : '?';
  return { ...options, path: `${options.path}${glue}${key.parameter}=${encodeURIComponent(key.value)}` };
}

/** Stands for the controller of a request that never began. */
const nowhere = {
  aborted: true,
  paused: false,
  reason: null,
  rawHeaders: null,
  rawTrailers: null,
  pause() {},
  resume() {},
  abort() {},
} satisfies Dispatcher.DispatchController;

/** Follows one exchange to its end, and breaks it off when its time is over. */
function exchange(
  handler: Dispatcher.DispatchHandler,
  signal: AbortSignal,
  end: () => void,
): Dispatcher.DispatchHandler {
  let stop: (() => void) | undefined;
  const over = () => {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    end();
  };
  return {
    onRequestStart(controller, context) {
      stop = () => controller.abort(signal.reason as Error);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      handler.onRequestStart?.(controller, context);
    },
    onResponseStart: (...event) => handler.onResponseStart?.(...event),
    onResponseData: (...event) => handler.onResponseData?.(...event),
    onResponseEnd(...event) {
      over();
      handler.onResponseEnd?.(...event);
    },
    onResponseError(...event) {
      over();
      handler.onResponseError?.(...event);
    },
  };
}
