import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Window } from '../src/pipeline/backtest-plan.ts';
import { readPairs } from '../src/tables/pairs-csv.ts';
import type { Pairs } from '../src/weather/pairs.ts';
import {
  distanceBands,
  type HeldOutContender,
  type HeldOutScores,
  heldOutContenders,
  scoreHeldOut,
} from './held-out-stations.ts';
import type { Bench } from './measure.ts';
import { stationsAround } from './simulated-stations.ts';

const developmentData =
  process.env.DEVELOPMENT_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));

const trials: readonly (readonly [set: string, file: string, window: Window])[] = [
  ['pacific-northwest', 'pacific-northwest-t2m', { dates: 25 }],
  ['us-cities', 'us-cities-a-tmax-tmin', { trainUntil: Date.UTC(2021, 11, 1) }],
  ['us-cities 25d', 'us-cities-a-tmax-tmin', { dates: 25, refitDays: 7 }],
];

type Figures = Record<string, number>;

/**
 * Stations that are held out, every third by name, predicted from all others: by emos-station and by regional, which learns
 * from all that is known and not from a window. The peers are what was there before: EMOS of the region, a station of bias 0, and the bias of the nearest station at face value.
 */
export const transfer: Bench = {
  name: 'transfer',
  about: 'CRPS and coverage at stations whose outcomes never trained (needs the development data)',
  async run(effort) {
    const figures: Figures = {};
    const peers: Figures = {};
    const add = (set: string, pairs: Pairs, window: Window) => {
      const result = scoreHeldOut(pairs, window);
      addScores(figures, peers, set, result.all);
      result.byDistance.forEach((scores, band) => {
        const from = distanceBands[band - 1] ?? 0;
        const until = distanceBands[band];
        addScores(
          figures,
          peers,
          `${set} ${until === Infinity ? `> ${from}` : `${from}–${until}`} km`,
          scores,
        );
      });
      if (result.accepted > 0) figures[`${set} fits with transfer %`] = 100 * result.accepted;
      if (result.accepted < 1) figures[`${set} fits without transfer %`] = 100 - 100 * result.accepted;
    };
    if (effort.share < 1) {
      add('simulated', stationsAround(30, 12), { dates: 6 });
      return { figures, peers };
    }
    for (const [set, name, window] of trials) {
      const file = join(developmentData, 'pairs', `${name}.csv.gz`);
      if (!existsSync(file))
        throw new Error(
          `there is no ${file}: say where the development data are with DEVELOPMENT_DATA=folder`,
        );
      const { pairs } = await readPairs([file]);
      add(set, pairs, window);
    }
    return { figures, peers };
  },
};

function addScores(figures: Figures, peers: Figures, label: string, scores: HeldOutScores): void {
  if (scores.targets === 0) return;
  figures[`${label} targets`] = scores.targets;
  const put = (into: Figures, name: HeldOutContender) => {
    into[`${label} CRPS ${name}`] = scores.crps[name];
    into[`${label} in 80 % ${name}`] = 100 * scores.coverage80[name];
    into[`${label} in 90 % ${name}`] = 100 * scores.coverage90[name];
  };
  for (const name of heldOutContenders)
    put(name === 'transferred' || name === 'regional' ? figures : peers, name);
}
