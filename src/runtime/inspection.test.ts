import { expect, it } from 'vitest';
import { exhibit, lookAtParts } from './inspection.ts';

it('shows every part that can be looked at, though another cannot', () => {
  const semaphore = { name: 'calls', limit: 2, inUse: 1, waiting: 0 };
  using _shown = exhibit('semaphores', () => [semaphore]);
  {
    using _broken = exhibit('semaphores', () => {
      throw new Error('a part that cannot be looked at');
    });
    expect(lookAtParts()).toMatchObject({ semaphores: [semaphore], pools: [] });
  }
  using _second = exhibit('semaphores', () => [{ ...semaphore, name: 'second' }]);
  expect(lookAtParts().semaphores.map(({ name }) => name)).toEqual(['calls', 'second']);
});
