import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WeatherglassError } from '../errors.ts';
import { defaultBreaker, openBreaker } from './breaker.ts';
import { type BreakerView, lookAtParts } from './inspection.ts';
import { manualClock } from './manual-clock.ts';

const down = new WeatherglassError('Unavailable', 'open-meteo answered 503');
const unknownPlace = new WeatherglassError('NotFound', 'no such place');

const answer = async () => 'reply';
const fail = (error: unknown) => () => Promise.reject(error);
const look = () => lookAtParts().breakers[0];

async function opened(policy = defaultBreaker) {
  const clock = manualClock();
  const breaker = openBreaker('open-meteo', policy, clock);
  for (let i = 0; i < policy.failures; i++) await expect(breaker.run(fail(down))).rejects.toBe(down);
  return { clock, breaker };
}

test('opens after five transient failures in a row, and refuses with the name of the source and the time', async () => {
  const clock = manualClock();
  using breaker = openBreaker('open-meteo', defaultBreaker, clock);
  for (let i = 0; i < 4; i++) await expect(breaker.run(fail(down))).rejects.toBe(down);
  expect(await breaker.run(answer)).toBe('reply');
  for (let i = 0; i < 5; i++) {
    expect(look()).toEqual({ name: 'open-meteo', state: 'closed', failures: i, probeInMs: 0 });
    await expect(breaker.run(fail(down))).rejects.toBe(down);
  }
  await clock.advance(12_000);
  expect(look()).toEqual({ name: 'open-meteo', state: 'open', failures: 5, probeInMs: 18_000 });
  await expect(breaker.run(async () => expect.unreachable())).rejects.toMatchObject({
    name: 'Busy',
    message: 'open-meteo failed 5 times in a row and is left alone; next try in 18 s',
    cause: down,
  });
});

test('counts what the caller calls transient', async () => {
  using breaker = openBreaker('x', { failures: 1, coolMs: 1 }, manualClock(), (error) =>
    error === unknownPlace ? {} : undefined,
  );
  await expect(breaker.run(fail(down))).rejects.toBe(down);
  expect(look().state).toBe('closed');
  await expect(breaker.run(fail(unknownPlace))).rejects.toBe(unknownPlace);
  expect(look().state).toBe('open');
});

test('takes a function that throws before its first promise for a failure', async () => {
  using breaker = openBreaker('x', { failures: 1, coolMs: 1 }, manualClock());
  const throwing = breaker.run(() => {
    throw down;
  });
  await expect(throwing).rejects.toBe(down);
  expect(look().state).toBe('open');
});

test('leaves the inspection when it is disposed', async () => {
  const { breaker } = await opened();
  expect(lookAtParts().breakers).toHaveLength(1);
  breaker[Symbol.dispose]();
  expect(lookAtParts().breakers).toEqual([]);
});

describe('a probe', () => {
  test('is one at a time; its success closes', async () => {
    const { clock, breaker } = await opened();
    using _ = breaker;
    await clock.advance(29_999);
    await expect(breaker.run(answer)).rejects.toThrow('next try in 0.001 s');
    await clock.advance(1);
    expect(look()).toMatchObject({ state: 'half-open', probeInMs: 0 });
    const reply = Promise.withResolvers<string>();
    const probe = breaker.run(() => reply.promise);
    expect(look()).toMatchObject({ state: 'half-open', failures: 5, probeInMs: 0 });
    await expect(breaker.run(answer)).rejects.toThrow('it is being tried by another call');
    reply.resolve('reply');
    expect(await probe).toBe('reply');
    expect(look()).toMatchObject({ state: 'closed', failures: 0 });
    await expect(breaker.run(fail(down))).rejects.toBe(down);
    expect(look()).toMatchObject({ state: 'closed', failures: 1 });
  });

  test('that fails opens for the whole time again', async () => {
    const { clock, breaker } = await opened();
    using _ = breaker;
    await clock.advance(30_000);
    await expect(breaker.run(fail(down))).rejects.toBe(down);
    expect(look()).toMatchObject({ state: 'open', failures: 6, probeInMs: 30_000 });
  });

  test('that proves nothing leaves its turn to the next call, at once', async () => {
    const { clock, breaker } = await opened();
    using _ = breaker;
    await clock.advance(30_000);
    for (const error of [unknownPlace, new DOMException('gone', 'AbortError'), undefined]) {
      await expect(breaker.run(fail(error))).rejects.toBe(error);
      expect(look()).toMatchObject({ state: 'half-open', failures: 5 });
    }
    expect(await breaker.run(answer)).toBe('reply');
    expect(look().state).toBe('closed');
  });

  test('that never ends gives way to another, and counts no more', async () => {
    const { clock, breaker } = await opened();
    using _ = breaker;
    await clock.advance(30_000);
    const stuck = Promise.withResolvers<string>();
    const probe = breaker.run(() => stuck.promise);
    await clock.advance(299_999);
    await expect(breaker.run(answer)).rejects.toThrow('another call');
    await clock.advance(1);
    expect(look()).toMatchObject({ state: 'half-open', probeInMs: 0 });
    await expect(breaker.run(fail(down))).rejects.toBe(down);
    stuck.resolve('after all');
    expect(await probe).toBe('after all');
    expect(look().state).toBe('open');
  });
});

/** The breaker as a table of states, to compare with. */
type Model =
  | { state: 'closed'; failures: number; period: number }
  | { state: 'open'; failures: number; until: number }
  | { state: 'half-open'; failures: number; probe: number | undefined; until: number };

test('behaves like its table of states under any order of calls, answers and time', async () => {
  const actions = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant({ kind: 'call' } as const) },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('answer' as const),
          which: fc.nat(),
          how: fc.constantFrom('value', 'down', 'down', 'down', 'unknown'),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(1, 40, 100, 250) }),
      },
    ),
    { minLength: 20, maxLength: 80 },
  );
  const visited = new Set<string>();
  await fc.assert(
    fc.asyncProperty(actions, fc.integer({ min: 1, max: 3 }), async (script, limit) => {
      const clock = manualClock();
      const policy = { failures: limit, coolMs: 100, longestProbeMs: 250 };
      using breaker = openBreaker('x', policy, clock);
      let model: Model = { state: 'closed', failures: 0, period: 0 };
      let periods = 0;
      let ids = 0;
      const calls: {
        id: number;
        period: number;
        reply: PromiseWithResolvers<void>;
        done: Promise<unknown>;
      }[] = [];

      for (const action of script) {
        const now = clock.monotonic();
        if (model.state === 'open' && now >= model.until) {
          model = { state: 'half-open', failures: model.failures, probe: undefined, until: Infinity };
        }
        if (action.kind === 'time') {
          await clock.advance(action.ms);
        } else if (action.kind === 'call') {
          const id = ++ids;
          const reply = Promise.withResolvers<void>();
          let called = false;
          const done = breaker
            .run(() => {
              called = true;
              return reply.promise;
            })
            .catch((error: unknown) => error);
          const due = model.state === 'half-open' && (model.probe === undefined || now >= model.until);
          const allowed: boolean = model.state === 'closed' || due;
          expect(called).toBe(allowed);
          if (!allowed) {
            expect(await done).toMatchObject({ name: 'Busy' });
            continue;
          }
          calls.push({ id, period: model.state === 'closed' ? model.period : -1, reply, done });
          if (model.state === 'half-open') {
            if (model.probe !== undefined) visited.add('probe given up');
            model = { ...model, probe: id, until: now + 250 };
          }
        } else if (calls.length > 0) {
          const [{ id, period, reply, done }] = calls.splice(action.which % calls.length, 1);
          const error = { value: undefined, down, unknown: unknownPlace }[action.how];
          if (error === undefined) reply.resolve();
          else reply.reject(error);
          expect(await done).toBe(error);
          if (model.state === 'closed' && period === model.period) {
            if (action.how === 'value') model = { ...model, failures: 0 };
            if (action.how === 'down') model = { ...model, failures: model.failures + 1 };
            if (model.failures === limit) model = { state: 'open', failures: limit, until: now + 100 };
          } else if (model.state === 'half-open' && model.probe === id) {
            visited.add(`probe ${action.how}`);
            if (action.how === 'value') model = { state: 'closed', failures: 0, period: ++periods };
            else if (action.how === 'down')
              model = { state: 'open', failures: model.failures + 1, until: now + 100 };
            else model = { ...model, probe: undefined, until: Infinity };
          } else {
            visited.add('stale answer');
          }
        }
        const at = clock.monotonic();
        const open = model.state === 'open' && at < model.until;
        const expected: BreakerView = {
          name: 'x',
          state: model.state === 'open' && !open ? 'half-open' : model.state,
          failures: model.failures,
          probeInMs: model.state === 'open' && open ? model.until - at : 0,
        };
        expect(look()).toEqual(expected);
      }
      for (const { reply } of calls) reply.resolve();
      await Promise.all(calls.map(({ done }) => done));
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 400 },
  );
  // The scripts have been everywhere.
  expect([...visited].sort()).toEqual([
    'probe down',
    'probe given up',
    'probe unknown',
    'probe value',
    'stale answer',
  ]);
});
