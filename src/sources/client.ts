import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { cacheStores, type Dispatcher, EnvHttpProxyAgent, interceptors, request } from 'undici';
import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { type Breaker, openBreaker } from '../runtime/breaker.ts';
import type { Clock } from '../runtime/clock.ts';
import { exhibit, type SourceView } from '../runtime/inspection.ts';
import { defaultRetry, type RetryPolicy, retry } from '../runtime/retry.ts';
import { openSemaphore, type Semaphore } from '../runtime/semaphore.ts';
import { task } from '../runtime/tasks.ts';
import { type AdmittedRequest, admission } from './admission.ts';
import { openQuotas, type Quotas } from './quotas.ts';
import { isUnwanted, mayPass, refusalError, restAsked, sourceTrouble } from './refusals.ts';
import { acceptedEncodings, bodyText, mostBytes, readJson } from './reply-body.ts';
import type { Ask, Provider, Question, Reply } from './source.ts';

export interface ClientOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Folder of kept replies and quotas, shared by all processes of this machine; made where there is none. */
  readonly folder: string;
  /** Of the program, for the User-Agent. */
  readonly version: string;
  /** How providers can reach who runs this: an address of mail or of the web; '' for none. */
  readonly contact: string;
  /** Requests of this process that may be under way at once, over all providers. */
  readonly atOnce: number;
  /** What must never be seen, such as keys: it is taken out of every message. */
  readonly secrets?: readonly string[] | undefined;
  /** Waiting for a quota counts for `tryMs`, but not for `exchangeMs`. */
  readonly retry?: RetryPolicy | undefined;
}

/** The one way to the network, for all sources. Disposing it ends what is under way. */
export interface Client extends AsyncDisposable {
  readonly ask: Ask;
  /** What all processes have asked of a provider, for each of its limits. */
  readonly spent: (provider: Provider) => ReturnType<Quotas['used']>;
}

/** Longest that one exchange may take: the founding decision's limit on every outside operation. */
const EXCHANGE = 30_000;
/** Room for waits until a quota gives way, up to 90 s for each try. */
const patient: RetryPolicy = { ...defaultRetry, tryMs: 150_000, totalMs: 480_000 };
const MOST_REDIRECTIONS = 2;
/** Replies that are kept, the oldest leave first. */
const MOST_KEPT = 20_000;

/** A provider that does not want us is left alone for so long, milliseconds; by this process alone, for the next may have other settings. */
const UNWANTED_REST = 3_600_000;

interface Known {
  /** Until when it is left alone, for it has said that it does not want us. */
  unwantedUntil: number;
  readonly breaker: Breaker;
  readonly slots: Semaphore;
  readonly view: { -readonly [K in keyof SourceView]: SourceView[K] };
}

/**
 * Opens the client.
 *
 * A question goes, from the outside in: through the provider's breaker and slots, tries with pauses, the redirections, the
 * kept replies (fresh ones are answered from there, stale ones are asked for with their validators), those who wait for the
 * same, and last the quotas.
 */
export function openClient(options: ClientOptions): Client {
  const { clock, random, folder, secrets = [] } = options;
  const quotas = openQuotas(folder);
  // Its tables are made by one process at a time: it does not wait for another that does so.
  const kept = quotas.alone(
    () =>
      new cacheStores.SqliteCacheStore({
        location: join(folder, 'replies.db'),
        maxCount: MOST_KEPT,
        maxEntrySize: mostBytes,
      }),
  );
  const all = openSemaphore('requests to sources', options.atOnce);
  const agent = new EnvHttpProxyAgent({
    maxResponseSize: mostBytes,
    connections: options.atOnce,
    keepAliveTimeout: 10_000,
  });
  const dispatcher = agent.compose(
    admission(quotas, all, clock, random),
    interceptors.deduplicate(),
    interceptors.cache({ store: kept, type: 'private' }),
    interceptors.redirect({ maxRedirections: MOST_REDIRECTIONS }),
  );
  const providers = new Map<string, Known>();
  const userAgent = `weatherglass/${options.version}${options.contact === '' ? '' : ` (${options.contact})`}`;
  const ended = new AbortController();

  function knownOf(provider: Provider): Known {
    let known = providers.get(provider.name);
    if (known === undefined) {
      const { name } = provider;
      const view = { name, requests: 0, failures: 0, lastSuccessAt: null, lastError: null };
      known = {
        unwantedUntil: -Infinity,
        breaker: openBreaker(name, { failures: 5, coolMs: 30_000 }, clock, sourceTrouble),
        slots: openSemaphore(name, provider.concurrency),
        view,
      };
      providers.set(name, known);
      shown.push(
        exhibit('sources', () => [{ ...view }]),
        exhibit('budgets', () =>
          quotas.used(provider, clock.now()).map(({ limit, calls, resetsInMs }) => ({
            name: `${name} ${limit.seconds} s`,
            used: calls,
            limit: limit.calls,
            resetsInMs,
          })),
        ),
        known.breaker,
        known.slots,
      );
    }
    return known;
  }
  const shown: Disposable[] = [all];

  async function exchange(question: Question, signal: AbortSignal): Promise<Reply> {
    const { provider, calls = 1, headers } = question;
    const { origin: firstOrigin } = new URL(question.url);
    const admitted: AdmittedRequest = { provider, calls, firstOrigin, exchangeMs: EXCHANGE };
    const reply = await request(question.url, {
      dispatcher,
      signal,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        'accept-encoding': acceptedEncodings,
        ...headers,
      },
      // undici hands on what it does not know, to the interceptors.
      ...(admitted as object),
    });
    return understood(question, reply);
  }

  /** The reply as an answer. */
  async function understood(question: Question, reply: Dispatcher.ResponseData): Promise<Reply> {
    const { provider } = question;
    const { statusCode: status, headers } = reply;
    const where = placeOf(question);
    const now = clock.now();
    try {
      const body = Buffer.from(await reply.body.arrayBuffer());
      const text = await bodyText(body, textOf(headers['content-encoding']).toLowerCase());
      if (status === 204) return { status, body: undefined, receivedAt: now };
      if (status !== 200 && status !== 203) {
        const refused = { status, body: text, retryAfter: textOf(headers['retry-after']) };
        // Who is overloaded says so to whoever asks next, too: the others need not.
        if (status === 429 || status >= 500)
          quotas.rest(provider, now + (restAsked(provider, refused, now) ?? 0));
        if (isUnwanted(status)) knownOf(provider).unwantedUntil = now + UNWANTED_REST;
        // Some carry a date of expiry: kept, they would be the answer to every further try.
        forget(question.url, reply);
        throw refusalError(provider, refused, where, now);
      }
      const ageMs = Number(textOf(headers.age) || '0') * 1000;
      return { status, body: jsonOf(text), receivedAt: now - (Number.isFinite(ageMs) ? ageMs : 0) };
    } catch (error) {
      // What was cut off, packed wrongly or is a page of somebody in between may be right the next time.
      if (isWeatherglassError(error, 'InvalidData') && (status === 200 || status === 203)) {
        // Kept, it would be the answer to every further try.
        forget(question.url, reply);
        throw mayPass(
          new WeatherglassError('InvalidData', `${provider.name}, ${where}: it sent ${error.message}`, {
            cause: error,
          }),
        );
      }
      throw error;
    }

    function jsonOf(text: string): unknown {
      try {
        return readJson(text);
      } catch (error) {
        // A provider may refuse in words of its own although its status says that all is well.
        const said = provider.refusal?.(status, text, now)?.reason;
        throw said === undefined
          ? error
          : new WeatherglassError('NotFound', `${provider.name}, ${where}: ${said}`, { cause: error });
      }
    }
  }

  /** What was kept of an address, and of those it was handed on to. */
  function forget(url: string, { context }: Dispatcher.ResponseData): void {
    const { history = [] } = (context ?? {}) as { readonly history?: readonly URL[] };
    for (const { origin, pathname, search } of [new URL(url), ...history])
      void kept.delete({ origin, method: 'GET', path: pathname + search });
  }

  let turn: Promise<void> = Promise.resolve();
  /**
   * Until the event loop has turned, once for each of those who wait: many may wait for one reply, and what each of them
   * makes of it takes its time.
   */
  function nextTurn(): Promise<void> {
    turn = turn.then(() => setImmediate());
    return turn;
  }

  async function ask(question: Question): Promise<Reply> {
    const { provider } = question;
    const { breaker, slots, view, unwantedUntil } = knownOf(provider);
    if (clock.now() < unwantedUntil)
      throw new WeatherglassError(
        'Busy',
        `${provider.name} is not asked before ${new Date(unwantedUntil).toISOString()}: it has refused us`,
      );
    if (provider.wantsContact && options.contact === '')
      throw new WeatherglassError(
        'Usage',
        `${provider.title} answers only those who say how to reach them: set contact to your address of mail or of the web`,
      );
    const signals = [ended.signal, ...(question.signal === undefined ? [] : [question.signal])];
    const signal = AbortSignal.any(signals);
    view.requests++;
    try {
      const reply = await task(`ask ${provider.name}`, async () => {
        // Waiting for a slot is no part of a try: there may be many before.
        using _slot = await slots.acquire(signal);
        return await breaker.run(() =>
          retry(
            options.retry ?? patient,
            { clock, random, what: provider.name, signal, transient: sourceTrouble },
            (its) => exchange(question, its),
          ),
        );
      });
      await nextTurn();
      view.lastSuccessAt = clock.now();
      return reply;
    } catch (error) {
      if (signal.aborted)
        throw new WeatherglassError('Cancelled', `${provider.name} was not asked to the end`);
      const told = withoutSecrets(error, placeOf(question), provider, secrets);
      view.failures++;
      view.lastError = told.message;
      throw told;
    }
  }

  return {
    ask,
    spent: (provider) => quotas.used(provider, clock.now()),
    async [Symbol.asyncDispose]() {
      ended.abort();
      await agent.destroy();
      for (const one of shown) one[Symbol.dispose]();
      kept.close();
      quotas[Symbol.dispose]();
    },
  };
}

/** What a question is about, and where it goes, without what may be secret in its address. */
function placeOf({ about, url }: Question): string {
  const { host, pathname } = new URL(url);
  return `${about} (${host}${pathname})`;
}

/** The error as one of ours; nothing of it holds a secret. */
function withoutSecrets(
  error: unknown,
  where: string,
  { name }: Provider,
  secrets: readonly string[],
): WeatherglassError {
  const ours = isWeatherglassError(error);
  const text = error instanceof Error ? error.message : String(error);
  let message = ours ? text : `${name}, ${where}: ${text}`;
  for (const secret of secrets) if (secret !== '') message = message.replaceAll(secret, '…');
  // The cause of another's making could hold the whole address, so its words are all that is kept.
  return new WeatherglassError(ours ? error.name : 'Unavailable', message);
}

function textOf(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header) ?? '';
}
