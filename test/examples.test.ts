import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../examples/', import.meta.url));
const lessons = readdirSync(folder).filter((name) => name.endsWith('.ts'));

/** A line that each lesson must print; numbers come from fixed seeds and fixed data. */
const says: Readonly<Record<string, readonly string[]>> = {
  '01-score-a-forecast.ts': ['normal CRPS   0.595 °C', 'ensemble CRPS'],
  '02-backtest-a-table.ts': ['simulated targets', 'skill against the dressed forecast'],
  '03-predict-from-observations.ts': ['DEMO, as of 2016-01-01T08:00Z', 'Seattle, precipitation_sum, 24 h'],
  '04-is-it-calibrated.ts': ['DEMO days 731', 'miscalibration'],
  '05-the-loop.ts': ['400 simulated runs and 399 outcomes', 'aggregate: CRPS 0.80', 'mostly by '],
  '06-many-places-at-once.ts': [
    'eight places and their group can be looked at',
    'Atlantis failed: NotFound: the source does not know Atlantis',
    '39 of 40 places answered, 15 at the second try',
    '0 tasks are left running',
    'meanwhile the event loop went on',
    'Cancelled: stopped on request',
  ],
  '07-events-and-decisions.ts': [
    'simulated temperature_2m < 5 °C at 2025-02-04T00:00Z: ',
    'by Schaake shuffle',
    '93 decisions: ',
    'relative economic value 0.',
  ],
};

describe('examples', () => {
  test('are all listed here', () => expect(lessons).toEqual(Object.keys(says)));

  test.each(lessons)('%s runs and says what it should', async (lesson) => {
    const { stdout, stderr } = await run(process.execPath, [`${folder}${lesson}`]);
    expect(stderr).toBe('');
    for (const words of says[lesson]) expect(stdout).toContain(words);
  });
});
