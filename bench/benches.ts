import { backtest } from './backtest.ts';
import { crps } from './crps.ts';
import { emos } from './emos.ts';
import { laws } from './laws.ts';
import type { Bench } from './measure.ts';

/** Every bench: a new one is a file beside this one, and a name here. */
export const benches: readonly Bench[] = [backtest, crps, emos, laws];
