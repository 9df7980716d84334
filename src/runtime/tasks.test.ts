import { describe, expect, test } from 'vitest';
import { manualClock } from './manual-clock.ts';
import { currentLabels, openTask, runningTasks, task, waitingFor } from './tasks.ts';

/** The running tasks with the names of their parents. */
const shown = () => {
  const views = runningTasks();
  const names = new Map(views.map(({ id, name }) => [id, name]));
  return views.map(({ name, parent }) => [name, parent === null ? null : names.get(parent)]);
};

describe('a task', () => {
  test('is shown from its start until it settles, with its parent', async () => {
    const held = Promise.withResolvers<string>();
    const result = task('outer', async () => {
      await task('early', async () => {
        expect(shown()).toEqual([
          ['outer', null],
          ['early', 'outer'],
        ]);
      });
      return (
        await Promise.all([task('left', () => held.promise), task('right', () => held.promise)])
      ).join();
    });
    await new Promise(setImmediate);
    expect(shown()).toEqual([
      ['outer', null],
      ['left', 'outer'],
      ['right', 'outer'],
    ]);
    held.resolve('x');
    expect(await result).toBe('x,x');
    expect(runningTasks()).toEqual([]);
  });

  test('that fails, or throws before its first promise, is gone, too', async () => {
    const reason = new Error('no');
    await expect(task('a', () => Promise.reject(reason))).rejects.toBe(reason);
    const throwing = task('b', () => {
      throw reason;
    });
    await expect(throwing).rejects.toBe(reason);
    expect(runningTasks()).toEqual([]);
  });

  test('tells its age, and the time to its deadline, by its clock or that of its parent', async () => {
    const clock = manualClock();
    await clock.advance(100);
    const outer = () => task('inner', () => clock.sleep(10));
    const running = task('outer', outer, { clock, deadlineAt: 103 });
    await clock.advance(5);
    expect(runningTasks()).toMatchObject([
      { name: 'outer', ageMs: 5, leftMs: -2 },
      { name: 'inner', ageMs: 5, leftMs: null },
    ]);
    await clock.finish(running);
  });

  test('that was started by a callback of an ended one belongs to the nearest that runs', async () => {
    await task('outer', async () => {
      const late = Promise.withResolvers<void>();
      const ended = task('ended', async () => {
        void late.promise.then(() =>
          task('late', async () => expect(shown()).toContainEqual(['late', 'outer'])),
        );
      });
      await ended;
      const done = task('waits', async () => {
        late.resolve();
        await new Promise(setImmediate);
      });
      await done;
    });
    expect.assertions(1);
  });

  test('whose parent ends before it belongs to the nearest that runs from then on', async () => {
    const held = Promise.withResolvers<void>();
    await task('outer', async () => {
      let orphan: Promise<void> | undefined;
      await task('ended', async () => {
        orphan = task('orphan', () => held.promise);
      });
      expect(shown()).toEqual([
        ['outer', null],
        ['orphan', 'outer'],
      ]);
      held.resolve();
      await orphan;
    });
  });

  test('can last from one call to another', async () => {
    const open = openTask('request', { labels: { request: '12-3' } });
    expect(currentLabels()).toEqual({});
    expect(open.run(() => currentLabels())).toEqual({ request: '12-3' });
    await open.run(() =>
      task('part', async () => {
        await Promise.resolve();
        expect(shown()).toEqual([
          ['request', null],
          ['part', 'request'],
        ]);
      }),
    );
    expect(shown()).toEqual([['request', null]]);
    open[Symbol.dispose]();
    expect(runningTasks()).toEqual([]);
  });
});

describe('what a task waits for', () => {
  const waits = () => runningTasks().map(({ waitingFor: what }) => what);

  test('is told until it is there, and then what was waited for before', async () => {
    const inner = Promise.withResolvers<number>();
    const outer = Promise.withResolvers<void>();
    const running = task('a', async () => {
      expect(waits()).toEqual([null]);
      const both = waitingFor('outer', outer.promise);
      expect(waits()).toEqual(['outer']);
      expect(await waitingFor('inner', inner.promise)).toBe(1);
      expect(waits()).toEqual(['outer']);
      await both;
      expect(waits()).toEqual([null]);
    });
    expect(waits()).toEqual(['inner']);
    inner.resolve(1);
    await new Promise(setImmediate);
    outer.resolve();
    await running;
  });

  test('is right when the first of two ends first, and when one fails', async () => {
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    const reason = new Error('no');
    await task('a', async () => {
      const one = waitingFor('first', first.promise);
      const two = waitingFor('second', second.promise);
      first.resolve();
      await one;
      expect(waits()).toEqual(['second']);
      second.reject(reason);
      await expect(two).rejects.toBe(reason);
      expect(waits()).toEqual([null]);
    });
  });

  test('needs no task', async () => {
    expect(await waitingFor('x', Promise.resolve(1))).toBe(1);
  });
});

describe('labels', () => {
  test('are those of the task and its parents, the innermost first', async () => {
    expect(currentLabels()).toEqual({});
    const inner = async () => {
      await Promise.resolve();
      expect(currentLabels()).toEqual({ request: '12-3', run: 'b', step: 'c' });
    };
    const outer = async () => {
      const plain = task('plain', async () => expect(currentLabels()).toEqual({ request: '12-3', run: 'a' }));
      await Promise.all([plain, task('inner', inner, { labels: { run: 'b', step: 'c' } })]);
      expect(currentLabels()).toEqual({ request: '12-3', run: 'a' });
    };
    await task('outer', outer, { labels: { request: '12-3', run: 'a' } });
    expect(currentLabels()).toEqual({});
    expect.assertions(5);
  });

  test('stay with what is still written for an ended task', async () => {
    const late = Promise.withResolvers<void>();
    let seen: unknown;
    const after = async () => {
      void late.promise.then(() => {
        seen = currentLabels();
      });
    };
    await task('ended', after, { labels: { request: '1' } });
    late.resolve();
    await new Promise(setImmediate);
    expect(seen).toEqual({ request: '1' });
  });
});
