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

const day = 86_400_000;
const daily: Provider = {
  ...provider,
  name: 'daily',
  limits: [{ calls: 10, seconds: 86_400 }],
  concurrency: 100,
};

it('a question that is larger than a limit is refused, however little was asked before', () => {
  using quotas = openQuotas(folder);
  expect(() => quotas.take(daily, 11, Date.now())).toThrow(
    'daily: one question would count for 11 calls, of 10 in 1 d: ask for fewer',
  );
  expect(quotas.used(daily, Date.now())).toMatchObject([{ calls: 0 }]);
  expect(quotas.take(daily, 10, Date.now())).toHaveProperty('end');
});

it('a clock that was far ahead blocks nothing, one that is put back a little still counts', () => {
  using quotas = openQuotas(folder);
  const wrong = { ...daily, name: 'wrong', concurrency: 1 };
  const now = Date.now();
  expect(quotas.take(wrong, 10, now + 400 * day)).toHaveProperty('end');
  quotas.rest(wrong, now + 401 * day);
  const taken = quotas.take(wrong, 10, now);
  expect(taken).toHaveProperty('end');
  if ('end' in taken) taken.end();
  quotas.rest(wrong, now + 1000);
  expect(quotas.take(wrong, 1, now)).toMatchObject({ waitMs: 1000 });
  // An hour back: what was spent is still spent.
  expect(quotas.take(wrong, 1, now - 3_600_000 + 2000)).toMatchObject({
    why: expect.stringMatching('left alone'),
  });
  expect(quotas.used(wrong, now - 3_600_000)).toMatchObject([{ calls: 10 }]);
});
