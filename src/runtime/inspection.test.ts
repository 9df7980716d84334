import { once } from 'node:events';
import { expect, it } from 'vitest';
import { exhibit, lookAtParts } from './inspection.ts';

it('shows every part that can be looked at, though another cannot, and warns', async () => {
  const semaphore = { name: 'calls', limit: 2, inUse: 1, waiting: 0 };
  using _shown = exhibit('semaphores', () => [semaphore]);
  {
    using _broken = exhibit('semaphores', () => {
      throw new Error('a part that cannot be looked at');
    });
    const warned = once(process, 'warning');
    expect(lookAtParts()).toMatchObject({ semaphores: [semaphore], pools: [] });
    expect(await warned).toMatchObject([{ message: 'a part that cannot be looked at' }]);
  }
  using _second = exhibit('semaphores', () => [{ ...semaphore, name: 'second' }]);
  expect(lookAtParts().semaphores.map(({ name }) => name)).toEqual(['calls', 'second']);
});
