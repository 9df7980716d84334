import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SkillRow } from '../src/pipeline/skill.ts';
import { formatInstant, msPerDay, msPerHour } from '../src/weather/time.ts';
import { batchSkill } from './batch-skill.ts';
import { type Bench, fullEffort } from './measure.ts';
import { gaussian } from './simulated.ts';

const program = fileURLToPath(new URL('../bin/weatherglass.js', import.meta.url));
const developmentData =
  process.env.DEVELOPMENT_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));

/** A small simulated table, to show that the bench runs: two places, a forecast each day for tomorrow. */
function simulate(days: number): string {
  const draw = gaussian('bench/replay');
  const lines = ['place,latitude,longitude,elevation,init_time,valid_time,variable,unit,model_a,observation'];
  for (let day = 0; day < days; day++)
    for (const place of ['A', 'B']) {
      const init = Date.UTC(2021, 9, 1) + day * msPerDay;
      const truth = 10 + 3 * draw();
      lines.push(
        `${place},47,8,400,${formatInstant(init)},${formatInstant(init + 24 * msPerHour)},temperature_2m,°C,${(truth + 1 + draw()).toFixed(1)},${truth.toFixed(1)}`,
      );
    }
  return `${lines.join('\n')}\n`;
}

/**
 * The loop over half a year of real forecasts for 94 US cities, as whole processes: import, replay, skill; beside the
 * back-test of one expert of it over the same targets.
 */
export const replay: Bench = {
  name: 'replay',
  about: 'import, replay and skill of 94 US cities, 2021-12-01 to 2022-05-31 (needs the development data)',
  async run(effort) {
    const full = effort === fullEffort;
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    try {
      const real = join(developmentData, 'pairs/us-cities-a-tmax-tmin.csv.gz');
      if (full && !existsSync(real))
        throw new Error(
          `there is no ${real}: say where the development data are with DEVELOPMENT_DATA=folder`,
        );
      const file = full ? real : join(folder, 'simulated.csv');
      if (!full) writeFileSync(file, simulate(70));
      const storeFile = join(folder, 'replay.db');
      const store = ['--store', storeFile];
      const timed = (...args: string[]) => {
        const started = performance.now();
        const stdout = execFileSync(process.execPath, [program, ...args], {
          cwd: folder,
          encoding: 'utf8',
          maxBuffer: 1e9,
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        return { stdout, seconds: (performance.now() - started) / 1000 };
      };
      const period = ['--from', '2021-12-01', '--to', full ? '2022-06-01' : '2021-12-05'];
      const imported = timed('import', file, ...store);
      const replayed = timed('replay', ...period, ...store);
      const skill = timed('skill', '--by', 'variable,lead,model', '--json', ...store);
      const peer = timed(
        'backtest',
        file,
        '--model',
        'emos',
        '--refit',
        '7d',
        '--targets',
        full ? '2021-12-01..2022-06-01' : '2021-12-01..2021-12-05',
      );
      const { rows } = JSON.parse(skill.stdout) as { rows: SkillRow[] };
      const crps = meanByModel(rows);
      const experts = Object.entries(crps).filter(([model]) => !['aggregate', 'pool'].includes(model));
      const { aggregate, batch } = await batchSkill(storeFile);
      const best = Math.min(...experts.map(([, mean]) => mean));
      return {
        figures: {
          importSeconds: imported.seconds,
          replaySeconds: replayed.seconds,
          skillSeconds: skill.seconds,
          aggregateCrps: crps.aggregate,
          bestExpertCrps: best,
          aggregateToBest: crps.aggregate / best,
          batchToAggregate: batch / aggregate,
        },
        peers: {
          backtestEmosSeconds: peer.seconds,
          ...Object.fromEntries(experts.map(([model, mean]) => [`${model}Crps`, mean])),
        },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Each model's CRPS, as the mean over variables and bands of leads; without those that have not answered yet. */
function meanByModel(rows: readonly SkillRow[]): Record<string, number> {
  const answered = rows.filter(({ scores }) => scores.crps !== null && !Number.isNaN(scores.crps));
  const groups = Map.groupBy(answered, ({ model }) => model);
  return Object.fromEntries(
    [...groups].map(([model, own]) => [
      model,
      own.reduce((sum, { scores }) => sum + scores.crps, 0) / own.length,
    ]),
  );
}
