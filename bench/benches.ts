import { backtest } from './backtest.ts';
import { batch } from './batch.ts';
import { collect } from './collect.ts';
import { crps } from './crps.ts';
import { emos } from './emos.ts';
import { inspection } from './inspection.ts';
import { laws } from './laws.ts';
import { loop } from './loop.ts';
import type { Bench } from './measure.ts';
import { physics } from './physics.ts';
import { pool } from './pool.ts';
import { quality } from './quality.ts';
import { regional } from './regional.ts';
import { replay } from './replay.ts';
import { serve } from './serve.ts';
import { simulatedDays } from './simulated-days.ts';
import { skill } from './skill.ts';
import { start } from './start.ts';
import { store } from './store.ts';
import { trajectories } from './trajectories.ts';
import { transfer } from './transfer.ts';
import { trees } from './trees.ts';

/** Every bench: a new one is a file beside this one, and a name here. */
export const benches: readonly Bench[] = [
  backtest,
  batch,
  collect,
  crps,
  emos,
  inspection,
  laws,
  loop,
  physics,
  pool,
  quality,
  regional,
  replay,
  serve,
  simulatedDays,
  skill,
  start,
  store,
  trajectories,
  transfer,
  trees,
];
