import { expect, it } from 'vitest';
import type { ProcessView } from '../runtime/inspection.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { viewGatherer } from './gather-views.ts';
import type { ToWorker } from './messages.ts';

const view = (name: string) => ({ name }) as ProcessView;

/** A gatherer whose workers answer when the test does. */
function gathererOf(...names: readonly string[]) {
  const clock = manualClock(1_000_000);
  const asked: { readonly name: string; readonly id: number }[] = [];
  const send = (name: string) => (message: ToWorker) => {
    if (message.kind === 'look') asked.push({ name, id: message.id });
  };
  const members = names.map((name) => ({ name, send: send(name) }));
  const gatherer = viewGatherer(
    () => members,
    () => view('primary'),
    clock,
  );
  const answer = (name: string, nth = 0) => {
    const { id } = asked.filter((one) => one.name === name)[nth];
    gatherer.hear({ kind: 'seen', id, view: view(name) });
  };
  return { clock, members, gatherer, asked, answer };
}

it('shows all processes in their order, whoever answers first', async () => {
  const { clock, gatherer, answer } = gathererOf('worker 1', 'worker 2');
  const snapshot = gatherer.inspect();
  answer('worker 2');
  answer('worker 1');
  expect(await snapshot).toEqual({
    at: 1_000_000,
    processes: ['primary', 'worker 1', 'worker 2'].map(view),
    silent: [],
  });
  expect(clock.pending).toBe(0);
});

it('names who says nothing within a second, and shows the others', async () => {
  const { clock, gatherer, answer } = gathererOf('worker 1', 'worker 2', 'worker 3');
  const snapshot = gatherer.inspect();
  answer('worker 2');
  let settled = false;
  void snapshot.then(() => (settled = true));
  await clock.advance(999);
  expect(settled).toBe(false);
  await clock.advance(1);
  expect(settled).toBe(true);
  expect(await snapshot).toEqual({
    at: 1_001_000,
    processes: ['primary', 'worker 2'].map(view),
    silent: ['worker 1', 'worker 3'],
  });
  expect(clock.pending).toBe(0);
});

it('asks once for all who ask meanwhile, and anew afterwards', async () => {
  const { gatherer, asked, answer } = gathererOf('worker 1');
  const [first, second] = [gatherer.inspect(), gatherer.inspect()];
  expect(asked).toHaveLength(1);
  answer('worker 1');
  expect(await first).toBe(await second);
  const third = gatherer.inspect();
  expect(asked).toHaveLength(2);
  answer('worker 1', 1);
  expect(await third).not.toBe(await first);
});

it('ignores an answer that comes too late', async () => {
  const { clock, gatherer, answer } = gathererOf('worker 1');
  const first = gatherer.inspect();
  await clock.advance(1000);
  const second = gatherer.inspect();
  // It answers the first question while the second waits.
  answer('worker 1', 0);
  await clock.advance(1000);
  expect((await first).silent).toEqual(['worker 1']);
  expect((await second).silent).toEqual(['worker 1']);
});

it('asks again after a look that failed', async () => {
  let broken = true;
  const gatherer = viewGatherer(
    () => [],
    () => {
      if (broken) throw new Error('broken');
      return view('primary');
    },
    manualClock(),
  );
  await expect(gatherer.inspect()).rejects.toThrow('broken');
  broken = false;
  expect((await gatherer.inspect()).processes).toHaveLength(1);
});
