import { openStore } from '../src/store/sqlite-store.ts';
import { openTestCollecting } from './collecting.ts';

// Collects once, and some of the past, as `collect --once` does but without limits, for a test that kills it:
// `node collect-process.ts STORE CACHE URL NOW`. It says when it begins.

const [file, cache, url, time] = process.argv.slice(2);
const now = Number(time);
await using store = await openStore(file, { waitForWriter: 0 });
await using collecting = openTestCollecting({
  url,
  folder: cache,
  now: () => now,
  keepCache: true,
  settings: { models: ['gfs_global', 'icon_global'] },
});
process.stdout.write('begins\n');
const { failures } = await collecting.collect(store);
const filled = await collecting.fill(store);
for (const { error } of [...failures, ...filled.failures]) process.stdout.write(`${error.message}\n`);
