import { configDefaults, defineConfig } from 'vitest/config';

const long = '**/*.long.test.ts';
/** `npm run test:long` runs those that take minutes, `npm test` all others. */
const isLong = process.env.npm_lifecycle_event === 'test:long';

export default defineConfig({
  test: {
    include: isLong ? [long] : ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: isLong ? configDefaults.exclude : [...configDefaults.exclude, long],
    testTimeout: 60_000,
    // By default one core stays free; here most files wait for processes of their own.
    maxWorkers: 2,
  },
});
