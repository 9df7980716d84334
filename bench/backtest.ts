import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { formatInstant, msPerDay } from '../src/weather/time.ts';
import { type Bench, fullEffort, median } from './measure.ts';
import { gaussian } from './simulated.ts';

const STATIONS = 708;
const DATES = 52;
const MODELS = 8;
const program = fileURLToPath(new URL('../bin/weatherglass.js', import.meta.url));

/** A simulated table as large as a regional one of two months: 708 stations, 52 dates, 8 models, 48 h ahead. */
function simulate(stations: number): string {
  const draw = gaussian('bench/backtest');
  const bias = Array.from({ length: stations }, () => 1.5 * draw());
  const models = Array.from({ length: MODELS }, (_, k) => `model_${k + 1}`);
  const lines = [
    `place,latitude,longitude,elevation,init_time,valid_time,variable,unit,${models.join(',')},observation`,
  ];
  for (let date = 0; date < DATES; date++) {
    const valid = Date.UTC(2024, 0, 3) + date * msPerDay;
    const times = `${formatInstant(valid - 2 * msPerDay)},${formatInstant(valid)}`;
    const weather = 6 * draw();
    for (let station = 0; station < stations; station++) {
      const truth = weather + 3 * draw();
      const centre = truth + bias[station] + 2 * draw();
      const forecasts = models.map(() => (centre + draw()).toFixed(3)).join(',');
      lines.push(`S${station},47,-120,300,${times},temperature_2m,°C,${forecasts},${truth.toFixed(3)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Whole processes: from the shell's call to the result, with start, reading, fits, references and scores.
 *
 * The peers are a process that only says its version, and one that scores the raw forecasts without fitting.
 */
export const backtest: Bench = {
  name: 'backtest',
  about: 'seconds of whole back-tests, 36,816 simulated rows of 8 models, 25-date windows',
  async run(effort) {
    const full = effort === fullEffort;
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    try {
      const file = join(folder, 'simulated.csv.gz');
      writeFileSync(file, gzipSync(simulate(full ? STATIONS : 20)));
      const ask = (model: string, ...more: string[]) => [
        'backtest',
        file,
        '--window',
        '25d',
        '--model',
        model,
        ...more,
      ];
      const commands = {
        version: ['--version'],
        raw: ask('raw'),
        emos: ask('emos'),
        emosWeights: ask('emos', '--predictors', 'weights'),
        emosStation: ask('emos-station'),
      };
      const seconds: Record<string, number[]> = {};
      for (let round = 0; round < (full ? 5 : 1); round++)
        for (const [name, args] of Object.entries(commands)) {
          const started = performance.now();
          execFileSync(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
          (seconds[name] ??= []).push((performance.now() - started) / 1000);
        }
      const of = (name: keyof typeof commands) => median(seconds[name]);
      return {
        figures: {
          emosSeconds: of('emos'),
          emosWeightsSeconds: of('emosWeights'),
          emosStationSeconds: of('emosStation'),
          emosOverRaw: of('emos') / of('raw'),
        },
        peers: { versionSeconds: of('version'), rawSeconds: of('raw') },
      };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
