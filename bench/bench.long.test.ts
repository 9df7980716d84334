import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { benches } from './benches.ts';
import { crpsContenders } from './crps.ts';
import { measure, median, quickEffort } from './measure.ts';

function bench(...args: readonly string[]) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
}

describe('npm run bench', () => {
  it.each(benches.map(({ name }) => name))('%s prints figures and peers as JSON', (name) => {
    const { status, stdout, stderr } = bench(name, '--json', '--quick');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Record<'figures' | 'peers', Record<string, number>>;
    expect(Object.keys(result)).toEqual(['name', 'figures', 'peers']);
    expect(result).toHaveProperty('name', name);
    for (const part of [result.figures, result.peers]) {
      expect(Object.keys(part)).not.toEqual([]);
      for (const value of Object.values(part)) expect(value).toBeGreaterThan(0);
    }
  });

  it('prints a table without --json', () => {
    const { status, stdout } = bench('crps', '--quick');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^crps +median\nrowsPerSecond +[\d,]+\n/);
    expect(stdout).toMatch(/^peers$/m);
  });

  it.each([[['nothing-like-it']], [[]], [['crps', '--fast']]])(
    'answers %j with the names and exit code 64',
    (args) => {
      const { status, stdout, stderr } = bench(...args);
      expect(status).toBe(64);
      expect(stdout).toBe('');
      for (const { name } of benches) expect(stderr).toMatch(new RegExp(`^${name} `, 'm'));
    },
  );
});

describe('bench crps', () => {
  it('holds the same score against each other', () => {
    const forms = crpsContenders(100);
    expect(forms.sorted()).toBeCloseTo(forms.doubleLoop(), 9);
    expect(forms.distributions()).toBeCloseTo(forms.doubleLoop(), 9);
  });
});

describe('measure', () => {
  it('takes ratios of runs in the same round', () => {
    const busy = (steps: number) => () => {
      let sum = 0;
      for (let k = 0; k < steps; k++) sum += Math.sqrt(k);
      return sum;
    };
    const effort = { ...quickEffort, rounds: 5, sampleSeconds: 0.005, warmUpSeconds: 0.02 };
    const { ratio, answer } = measure({ short: busy(1e4), long: busy(1e5) }, effort);
    expect(ratio('long', 'short')).toBeGreaterThan(3);
    expect(answer('short')).toBe(busy(1e4)());
  });

  it('refuses a contender that does something else at each run', () => {
    let runs = 0;
    expect(() => measure({ fickle: () => runs++ }, quickEffort)).toThrow('fickle');
  });

  it('has the middle as its median', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
