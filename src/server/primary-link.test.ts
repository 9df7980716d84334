import { expect, it } from 'vitest';
import { systemClock } from '../runtime/clock.ts';
import { manualClock } from '../runtime/manual-clock.ts';
import { runningTasks, task } from '../runtime/tasks.ts';
import type { ToPrimary } from './messages.ts';
import { primaryLink } from './primary-link.ts';

const counts = { places: 0, runs: 0, observations: 1, revisions: 0, predictions: 0 };

it('gives each write its own answer, in whatever order they come', async () => {
  const sent: ToPrimary[] = [];
  const link = primaryLink((message) => void sent.push(message), systemClock);
  const first = link.write({ notes: { a: '1' } });
  const second = link.write({ notes: { b: '2' } });
  const ids = sent.map((message) => (message.kind === 'write' ? message.id : Number.NaN));
  link.hear({ kind: 'refused', id: ids[1], error: { name: 'InvalidData', message: 'wrong' } });
  link.hear({ kind: 'written', id: ids[0], answer: counts });
  expect(await first).toEqual(counts);
  await expect(second).rejects.toMatchObject({ name: 'InvalidData', message: 'wrong' });
});

it('refuses what could not be handed over', async () => {
  const link = primaryLink((_, done) => done(new Error('closed')), systemClock);
  await expect(link.write({})).rejects.toMatchObject({ name: 'Unavailable' });
});

it('lets only so many wait', async () => {
  const sent: ToPrimary[] = [];
  const link = primaryLink((message) => void sent.push(message), systemClock);
  const waiting = Array.from({ length: 1024 }, () => link.write({}));
  await expect(link.write({})).rejects.toMatchObject({
    name: 'Busy',
    message: expect.stringMatching(/1024 questions to the process that writes are waiting/),
  });
  for (const message of sent)
    if (message.kind === 'write') link.hear({ kind: 'written', id: message.id, answer: counts });
  expect(await Promise.all(waiting)).toHaveLength(1024);
  expect(sent).toHaveLength(1024);
});

it('says what whoever asks waits for, and no longer than that', async () => {
  const sent: ToPrimary[] = [];
  const link = primaryLink((message) => void sent.push(message), systemClock);
  const waits = () => runningTasks().map(({ waitingFor }) => waitingFor);
  const written = task('push', () => link.write({}));
  expect(waits()).toEqual(['the commit']);
  link.hear({ kind: 'written', id: 1, answer: counts });
  await written;
  const seen = task('look', () => link.inspect());
  expect(waits()).toEqual(['the views of all processes']);
  const snapshot = { at: 1, processes: [], silent: [] };
  link.hear({ kind: 'inspected', id: 2, answer: snapshot });
  expect(await seen).toBe(snapshot);
  expect(waits()).toEqual([]);
});

it('ignores answers to questions that no one asked, and what is no answer', async () => {
  const link = primaryLink(() => {}, systemClock);
  const written = link.write({});
  link.hear({ kind: 'written', id: 7, answer: counts });
  link.hear({ kind: 'look', id: 1 });
  link.hear({ kind: 'drain' });
  link.hear({ kind: 'refused', id: 1, error: { name: 'Nonsense', message: 'unknown' } });
  await expect(written).rejects.toMatchObject({ name: 'Internal', message: 'unknown' });
  link.hear({ kind: 'written', id: 1, answer: counts });
});

it('a question that could not be handed over leaves room for the next', async () => {
  let broken = true;
  const link = primaryLink((message, done) => {
    if (broken) done(new Error('closed'));
    else if (message.kind === 'write') link.hear({ kind: 'written', id: message.id, answer: counts });
  }, systemClock);
  for (let k = 0; k < 1100; k++) await expect(link.write({})).rejects.toMatchObject({ name: 'Unavailable' });
  broken = false;
  expect(await link.write({})).toEqual(counts);
});

it('waits for a primary that does not answer so long and no longer', async () => {
  const clock = manualClock();
  const link = primaryLink(() => {}, clock);
  const [seen, written] = [link.inspect(), link.write({})];
  const ends = Promise.all([
    expect(seen).rejects.toMatchObject({
      name: 'Timeout',
      message: expect.stringMatching(/look at all processes/),
    }),
    expect(written).rejects.toMatchObject({
      name: 'Timeout',
      message: expect.stringMatching(/may still come/),
    }),
  ]);
  await clock.advance(2000);
  await clock.advance(28_000);
  await ends;
  // An answer that comes too late is no one's.
  link.hear({ kind: 'written', id: 2, answer: counts });
});
