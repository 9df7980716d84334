import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

const long = '**/*.long.test.ts';
/** `npm run test:long` runs those that take minutes, `npm test` all others. */
const isLong = process.env.npm_lifecycle_event === 'test:long';

export default defineConfig({
  test: {
    include: isLong ? [long] : ['src/**/*.test.ts', 'test/**/*.test.ts', 'bench/**/*.test.ts'],
    exclude: isLong ? configDefaults.exclude : [...configDefaults.exclude, long],
    testTimeout: 60_000,
    // As the command line does: worker threads of tests start in half the time.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') },
    // By default one core stays free; here most files wait for processes of their own.
    maxWorkers: 2,
  },
});
