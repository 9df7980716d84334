import { expect, it } from 'vitest';
import type { ToPrimary } from './messages.ts';
import { primaryLink } from './primary-link.ts';

const counts = { places: 0, runs: 0, observations: 1, revisions: 0, predictions: 0 };

it('gives each write its own answer, in whatever order they come', async () => {
  const sent: ToPrimary[] = [];
  const link = primaryLink((message) => void sent.push(message));
  const first = link.write({ notes: { a: '1' } });
  const second = link.write({ notes: { b: '2' } });
  const ids = sent.map((message) => (message.kind === 'write' ? message.id : Number.NaN));
  link.hear({ kind: 'refused', id: ids[1], error: { name: 'InvalidData', message: 'wrong' } });
  link.hear({ kind: 'written', id: ids[0], counts });
  expect(await first).toEqual(counts);
  await expect(second).rejects.toMatchObject({ name: 'InvalidData', message: 'wrong' });
});

it('refuses what could not be handed over', async () => {
  const link = primaryLink((_, done) => done(new Error('closed')));
  await expect(link.write({})).rejects.toMatchObject({ name: 'Unavailable' });
});

it('lets only so many wait', async () => {
  const sent: ToPrimary[] = [];
  const link = primaryLink((message) => void sent.push(message));
  const waiting = Array.from({ length: 1024 }, () => link.write({}));
  await expect(link.write({})).rejects.toMatchObject({
    name: 'Unavailable',
    message: expect.stringMatching(/1024 writes are waiting/),
  });
  for (const message of sent)
    if (message.kind === 'write') link.hear({ kind: 'written', id: message.id, counts });
  expect(await Promise.all(waiting)).toHaveLength(1024);
  expect(sent).toHaveLength(1024);
});
