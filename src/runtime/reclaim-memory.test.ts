import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

/** A process whose thread fills 160 MB in pieces of 32 KB and ends; prints the resident MB before and after. */
const program = `
  import { readFileSync } from 'node:fs';
  import { once } from 'node:events';
  import { Worker } from 'node:worker_threads';
  import { manualClock } from ${JSON.stringify(new URL('./manual-clock.ts', import.meta.url).href)};
  import { reclaimMemory } from ${JSON.stringify(new URL('./reclaim-memory.ts', import.meta.url).href)};
  const resident = () => Number(/RssAnon:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  const fill = 'globalThis.kept = Array.from({ length: 5000 }, () => new Float64Array(4096).fill(1));';
  await once(new Worker(fill, { eval: true }), 'exit');
  const left = resident();
  const clock = manualClock();
  const reclaimed = reclaimMemory(clock, AbortSignal.timeout(60_000));
  await clock.advance(10_000);
  await reclaimed;
  console.log(JSON.stringify({ left, after: resident() }));`;

it.runIf(process.platform === 'linux')(
  'gives back what an ended thread had allocated, and says nothing',
  () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const { left, after } = JSON.parse(stdout) as { readonly left: number; readonly after: number };
    // What the C library keeps of it; V8's part needs real seconds.
    expect(left).toBeGreaterThan(100);
    expect(after).toBeLessThan(60);
  },
);
