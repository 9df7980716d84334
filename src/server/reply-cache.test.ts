import { expect, it } from 'vitest';
import { replyCache } from './reply-cache.ts';

const reply = (text: string) => ({ body: Buffer.from(text), contentType: 'text/plain' });

it('keeps a reply as long as the state is the same', () => {
  const cache = replyCache({ entries: 10, bytes: 1000 });
  expect(cache.get('/a', '1')).toBe(undefined);
  cache.put('/a', '1', reply('one'));
  expect(cache.get('/a', '1')?.body.toString()).toBe('one');
  expect(cache.get('/a', '2')).toBe(undefined);
  expect(cache.get('/a', '1')).toBe(undefined);
});

it('does not keep what was made before the state changed', () => {
  const cache = replyCache({ entries: 10, bytes: 1000 });
  cache.get('/a', '1');
  // Another request has seen the next state before the first was answered.
  cache.get('/b', '2');
  cache.put('/a', '1', reply('old'));
  expect(cache.get('/a', '2')).toBe(undefined);
});

it('is bounded in entries: what was asked for longest ago goes', () => {
  const cache = replyCache({ entries: 2, bytes: 1000 });
  cache.get('/', '1');
  cache.put('/a', '1', reply('a'));
  cache.put('/b', '1', reply('b'));
  cache.get('/a', '1');
  cache.put('/c', '1', reply('c'));
  expect(['/a', '/b', '/c'].map((url) => cache.get(url, '1')?.body.toString())).toEqual([
    'a',
    undefined,
    'c',
  ]);
});

it('is bounded in bytes, and keeps nothing huge', () => {
  const cache = replyCache({ entries: 100, bytes: 100 });
  cache.get('/', '1');
  for (let k = 0; k < 5; k++) cache.put(`/${k}`, '1', reply('x'.repeat(25)));
  cache.put('/huge', '1', reply('x'.repeat(26)));
  const kept = ['/0', '/1', '/2', '/3', '/4', '/huge'].filter((url) => cache.get(url, '1') !== undefined);
  expect(kept).toEqual(['/1', '/2', '/3', '/4']);
  // The same again takes no more room.
  cache.put('/4', '1', reply('y'.repeat(25)));
  expect(cache.get('/1', '1')).not.toBe(undefined);
});

it('wants a reply when it is asked for again in the same state', () => {
  const cache = replyCache({ entries: 10, bytes: 1000 });
  cache.get('/a', '1');
  expect(cache.wants('/a', '1')).toBe(false);
  cache.get('/a', '1');
  expect(cache.wants('/a', '1')).toBe(true);
  cache.get('/a', '2');
  expect(cache.wants('/a', '1')).toBe(false);
  expect(cache.wants('/a', '2')).toBe(false);
});

it('forgets what was asked for once when there is much of it', () => {
  const cache = replyCache({ entries: 2, bytes: 1000 });
  for (let k = 0; k < 8; k++) cache.get(`/${k}`, '1');
  cache.get('/0', '1');
  expect(cache.wants('/0', '1')).toBe(false);
  cache.get('/0', '1');
  expect(cache.wants('/0', '1')).toBe(true);
});
