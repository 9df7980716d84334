import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ErrorName, WeatherglassError } from '../errors.ts';
import { manualClock } from './manual-clock.ts';
import { defaultRetry, networkTrouble, type RetryPolicy, retry } from './retry.ts';
import { runningTasks, task } from './tasks.ts';

const unavailable = (message = 'open-meteo answered 503') => new WeatherglassError('Unavailable', message);

/** Retries with a clock of its own; gives the outcome, and when which try began and ended. */
async function trying<T>(
  policy: Partial<RetryPolicy>,
  fn: (clock: ReturnType<typeof manualClock>, signal: AbortSignal, attempt: number) => Promise<T>,
  { random = () => 0.5, retryAfterMs }: { random?: () => number; retryAfterMs?: number } = {},
) {
  const clock = manualClock();
  const tries: { from: number; to: number }[] = [];
  const running = retry(
    { ...defaultRetry, ...policy },
    {
      clock,
      random,
      what: 'open-meteo',
      transient: (error) => networkTrouble(error) && { retryAfterMs },
    },
    async (signal, attempt) => {
      expect(attempt).toBe(tries.length + 1);
      const from = clock.monotonic();
      try {
        return await fn(clock, signal, attempt);
      } finally {
        tries.push({ from, to: clock.monotonic() });
      }
    },
  );
  const outcome: { value?: T; error?: unknown } = await clock.finish(
    running.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
  );
  expect(clock.pending).toBe(0);
  return { ...outcome, tries, endedAt: clock.monotonic() };
}

test('the pauses double from one second, to half of their length by chance', async () => {
  const fail = () => Promise.reject(unavailable());
  const policy = { tries: 8, totalMs: 1e6 };
  const pauses = async (random: () => number) => {
    const { tries } = await trying(policy, fail, { random });
    return tries.slice(1).map(({ from }, n) => from - tries[n].to);
  };
  expect(await pauses(() => 0)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  expect(await pauses(() => 0.5)).toEqual([750, 1500, 3000, 6000, 12_000, 22_500, 22_500]);
});

test('the first answer ends it', async () => {
  const outcome = await trying({}, async (_clock, _signal, attempt) => {
    if (attempt < 3) throw unavailable();
    return attempt;
  });
  expect(outcome).toMatchObject({ value: 3, endedAt: 750 + 1500 });
});

test('an error that is not transient is thrown as it is, at once', async () => {
  const wrong = new WeatherglassError('InvalidData', 'no hourly values');
  const { error, tries } = await trying({}, () => Promise.reject(wrong));
  expect(error).toBe(wrong);
  expect(tries).toHaveLength(1);
});

describe('giving up', () => {
  test('says how often and how long it was tried, and keeps the name and the last error', async () => {
    const errors = [1, 2, 3].map((n) => unavailable(`open-meteo answered 50${n}`));
    const { error } = await trying({}, async (clock, _signal, attempt) => {
      await clock.sleep(1000);
      throw errors[attempt - 1];
    });
    expect(error).toMatchObject({
      name: 'Unavailable',
      message: 'open-meteo failed 3 times in 5.25 s; last: open-meteo answered 503',
    });
    expect(error).toHaveProperty('cause', errors[2]);
  });

  test('after one try, of an error without a name of ours', async () => {
    const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    const { error } = await trying({ tries: 1 }, () => Promise.reject(reset));
    expect(error).toMatchObject({
      name: 'Unavailable',
      message: 'open-meteo failed once in 0 s; last: read ECONNRESET',
      cause: reset,
    });
  });

  test('cuts a try that takes too long, and tries again', async () => {
    const { error, tries } = await trying({}, (clock, signal) => clock.sleep(1e9, signal));
    expect(tries.map(({ from, to }) => to - from)).toEqual([30_000, 30_000, 30_000]);
    expect(error).toMatchObject({
      name: 'Timeout',
      message: 'open-meteo failed 3 times in 92.3 s; last: open-meteo took longer than 30 s',
    });
  });

  test('cuts a try at the end of the total time', async () => {
    const { error, endedAt, tries } = await trying({ totalMs: 40_000 }, (clock, signal) =>
      clock.sleep(1e9, signal),
    );
    expect(endedAt).toBe(40_000);
    expect(tries).toHaveLength(2);
    expect(error).toMatchObject({
      name: 'Timeout',
      message: 'open-meteo failed 2 times in 40 s; last: open-meteo took longer than 40 s',
    });
  });

  test('does not begin a pause that would end beyond the total time', async () => {
    const { error, endedAt } = await trying({ totalMs: 750 }, () => Promise.reject(unavailable()));
    expect(endedAt).toBe(0);
    expect(error).toMatchObject({ name: 'Unavailable' });
    expect((await trying({ totalMs: 751 }, () => Promise.reject(unavailable()))).tries).toHaveLength(2);
  });
});

describe('Retry-After', () => {
  const fail = () => Promise.reject(unavailable());

  test('is the least pause', async () => {
    const pause = async (retryAfterMs: number) => {
      const { tries } = await trying({ tries: 2 }, fail, { retryAfterMs });
      return tries[1].from - tries[0].to;
    };
    expect(await pause(700)).toBe(750);
    expect(await pause(60_000)).toBe(60_000);
    // No time at all, as of a date that cannot be read.
    for (const strange of [Number.NaN, -5]) expect(await pause(strange)).toBe(750);
  });

  test('beyond the cap ends it at once, and the message says when to come back', async () => {
    const { error, endedAt, tries } = await trying({}, fail, { retryAfterMs: 3_600_000 });
    expect([endedAt, tries.length]).toEqual([0, 1]);
    expect(error).toMatchObject({
      name: 'Unavailable',
      message:
        'open-meteo failed once in 0 s and must be left alone until 1970-01-01T01:00:00.000Z; last: open-meteo answered 503',
    });
    expect((await trying({}, fail, { retryAfterMs: Infinity })).error).toMatchObject({ name: 'Unavailable' });
  });
});

test('an abort during the pause ends it at once, with its reason', async () => {
  const clock = manualClock();
  const outside = new AbortController();
  const reason = new Error('enough');
  const options = { clock, random: () => 0.5, what: 'open-meteo', signal: outside.signal };
  const running = task('collect', () => retry(defaultRetry, options, () => Promise.reject(unavailable())));
  const checking = expect(running).rejects.toBe(reason);
  await clock.advance(100);
  expect(runningTasks()).toMatchObject([{ name: 'collect', waitingFor: 'pause before try 2 of open-meteo' }]);
  outside.abort(reason);
  await checking;
  expect(clock.pending).toBe(0);
  expect(clock.monotonic()).toBe(100);
  expect(getEventListeners(outside.signal, 'abort')).toEqual([]);
});

test('an abort from outside is no failure of the source, even when its reason looks like one', async () => {
  const clock = manualClock();
  const outside = new AbortController();
  const reason = new WeatherglassError('Timeout', 'the run took longer than 600 s');
  const options = { clock, random: () => 0.5, what: 'open-meteo', signal: outside.signal };
  const running = retry({ ...defaultRetry, tries: 1 }, options, (signal) => clock.sleep(1e6, signal));
  outside.abort(reason);
  await expect(running).rejects.toBe(reason);
});

test('keeps its bounds under random failures, durations and aborts', async () => {
  const attempts = fc.array(
    fc.record({
      ms: fc.nat(200),
      how: fc.constantFrom('value', 'transient', 'transient', 'transient', 'permanent'),
      retryAfterMs: fc.option(fc.nat(300), { nil: undefined }),
      // Of so few bits that sums of times are exact.
      chance: fc.nat(255).map((n) => n / 256),
    }),
    { minLength: 6, maxLength: 6 },
  );
  const policies = fc.record({
    tries: fc.integer({ min: 1, max: 6 }),
    tryMs: fc.integer({ min: 1, max: 250 }),
    pauseMs: fc.integer({ min: 1, max: 100 }),
    longestPauseMs: fc.integer({ min: 1, max: 300 }),
    longestRetryAfterMs: fc.nat(300),
    totalMs: fc.integer({ min: 1, max: 1500 }),
  });
  await fc.assert(
    fc.asyncProperty(policies, attempts, fc.option(fc.nat(1000)), async (policy, plan, abortAt) => {
      const clock = manualClock();
      const outside = new AbortController();
      const reason = new Error('enough');
      const errors = new Map<unknown, number | undefined>();
      const tries: { from: number; to: number; how: string; error: unknown }[] = [];
      const aborting = (async () => {
        if (abortAt === null) return;
        await clock.sleep(abortAt);
        outside.abort(reason);
      })();
      const running = retry(
        policy,
        {
          clock,
          random: () => plan[tries.length - 1].chance,
          what: 'open-meteo',
          signal: outside.signal,
          transient: (error) => networkTrouble(error) && { retryAfterMs: errors.get(error) },
        },
        async (signal, attempt) => {
          const from = clock.monotonic();
          const { ms, how, retryAfterMs } = plan[attempt - 1];
          const ended: (typeof tries)[number] = { from, to: NaN, how, error: undefined };
          try {
            await clock.sleep(ms, signal);
            if (how === 'value') return attempt;
            throw how === 'permanent' ? new Error('permanent') : unavailable();
          } catch (error) {
            if (signal.aborted) ended.how = 'cut';
            ended.error = error;
            errors.set(error, retryAfterMs);
            throw error;
          } finally {
            ended.to = clock.monotonic();
            tries.push(ended);
          }
        },
      );
      const outcome: { value?: number; error?: unknown } = await clock.finish(
        running.then(
          (value) => ({ value }),
          (error: unknown) => ({ error }),
        ),
      );
      const endedAt = clock.monotonic();
      const aborted = outside.signal.aborted;
      const last = tries.at(-1);
      await clock.finish(aborting);

      expect(clock.pending).toBe(0);
      expect(runningTasks()).toEqual([]);
      expect(getEventListeners(outside.signal, 'abort')).toEqual([]);
      expect(endedAt).toBeLessThanOrEqual(policy.totalMs);
      expect(tries.length).toBeLessThanOrEqual(policy.tries);
      for (const [n, { from, to, error }] of tries.entries()) {
        expect(to - from).toBeLessThanOrEqual(policy.tryMs);
        if (n + 1 === tries.length) break;
        const longest = Math.min(policy.pauseMs * 2 ** n, policy.longestPauseMs);
        const pause = tries[n + 1].from - to;
        const asked = errors.get(error) ?? 0;
        expect(asked).toBeLessThanOrEqual(policy.longestRetryAfterMs);
        expect(pause).toBeGreaterThan(0);
        expect(pause).toBeGreaterThanOrEqual(Math.max(longest / 2, asked));
        expect(pause).toBeLessThanOrEqual(Math.max(longest, asked));
      }
      if (outcome.error === reason) {
        expect(aborted).toBe(true);
        expect(endedAt).toBe(abortAt);
        return;
      }
      expect(last).toBeDefined();
      if (last === undefined) return;
      if (outcome.value !== undefined) {
        expect(outcome.value).toBe(tries.length);
        expect(last.how).toBe('value');
      } else if (last.how === 'permanent') {
        expect(outcome.error).toBe(last.error);
      } else {
        expect(outcome.error).toMatchObject({
          name: (last.error as WeatherglassError).name,
          cause: last.error,
        });
        const longest = Math.min(policy.pauseMs * 2 ** (tries.length - 1), policy.longestPauseMs);
        const asked = errors.get(last.error) ?? 0;
        // It gave up for a reason.
        expect(
          tries.length === policy.tries ||
            asked > policy.longestRetryAfterMs ||
            endedAt + Math.max(longest, asked) >= policy.totalMs,
        ).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

describe('networkTrouble', () => {
  const coded = (code: string, cause?: unknown) => Object.assign(new Error(code, { cause }), { code });

  test.each([
    'ECONNRESET',
    'ECONNREFUSED',
    'EPIPE',
    'ETIMEDOUT',
    'EAI_AGAIN',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
    'UND_ERR_BODY_TIMEOUT',
    'UND_ERR_CONNECT_TIMEOUT',
  ])('is %s, itself or as a cause', (code) => {
    expect(networkTrouble(coded(code))).toEqual({});
    expect(networkTrouble(new TypeError('fetch failed', { cause: coded(code) }))).toEqual({});
  });

  test.each<[ErrorName, boolean]>([
    ['Unavailable', true],
    ['Timeout', true],
    ['Cancelled', false],
    ['InvalidData', false],
    ['Internal', false],
  ])('is %s: %s, whatever its cause', (name, expected) => {
    for (const cause of [undefined, coded('ECONNRESET'), coded('ENOENT')]) {
      const error = new WeatherglassError(name, 'x', { cause });
      expect(networkTrouble(error) !== undefined).toBe(expected);
      expect(networkTrouble(new Error('outer', { cause: error })) !== undefined).toBe(expected);
    }
  });

  test('is nothing else, and no endless chain', () => {
    const ring = new Error('ring');
    ring.cause = ring;
    for (const error of [coded('ENOENT'), new Error('x'), ring, 'ECONNRESET', undefined, { code: 'EPIPE' }]) {
      expect(networkTrouble(error)).toBeUndefined();
    }
  });
});
