import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openQuotas } from './quotas.ts';
import type { Provider } from './source.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-quotas-'));
afterAll(() => rmSync(folder, { recursive: true }));

const provider: Provider = {
  name: 'simulated',
  title: 'Simulated',
  home: 'http://127.0.0.1',
  licence: 'none',
  attribution: 'none',
  limits: [],
  concurrency: 2,
  wantsContact: false,
};

it('a process that was killed holds no request any longer', () => {
  using quotas = openQuotas(folder);
  const now = Date.now();
  const program = `
    import { openQuotas } from ${JSON.stringify(new URL('./quotas.ts', import.meta.url).href)};
    openQuotas(${JSON.stringify(folder)}).take(${JSON.stringify(provider)}, 1, ${now});
    process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
  expect(signal).toBe('SIGKILL');
  const first = quotas.take(provider, 1, now);
  expect(first).toHaveProperty('end');
  // The second place is that of the dead; there is no third.
  expect(quotas.take(provider, 1, now)).toHaveProperty('end');
  expect(quotas.take(provider, 1, now)).toEqual({ waitMs: 25, why: 'its limit of 2 requests at once' });
});
