import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TargetPeriod, Window } from '../src/pipeline/backtest-plan.ts';
import { readPairs } from '../src/tables/pairs-csv.ts';
import type { Pairs } from '../src/weather/pairs.ts';
import { solarPower } from './solar-power.ts';

const developmentData =
  process.env.DEVELOPMENT_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));

/** A set of real pairs, its targets, and what is to be reached on them. */
export interface SkillSet {
  readonly name: string;
  readonly file: string;
  readonly window?: Window;
  readonly targets?: TargetPeriod;
  /** CRPS, or mean pinball over 1–99 %. */
  readonly measure: 'crps' | 'pinball';
  readonly reach: number;
  readonly moonshot: number;
}

const from = (time: string): TargetPeriod => ({ from: Date.parse(time), until: Infinity });

export const skillSets: readonly SkillSet[] = [
  {
    name: 'pacific-northwest',
    file: 'pacific-northwest-t2m',
    window: { dates: 25 },
    measure: 'crps',
    reach: 1.49,
    moonshot: 1.46,
  },
  {
    name: 'magdeburg',
    file: 'magdeburg-t2m-24h',
    targets: from('2002-05-02T00:00Z'),
    measure: 'crps',
    reach: 0.795,
    moonshot: 0.77,
  },
  {
    name: 'innsbruck',
    file: 'innsbruck-rain-5-8d',
    window: { trainUntil: Date.parse('2009-08-10T12:00Z') },
    targets: from('2009-08-19T00:00Z'),
    measure: 'crps',
    reach: 4.6,
    moonshot: 4.5,
  },
  {
    name: 'us-cities',
    file: 'us-cities-a-tmax-tmin',
    window: { trainUntil: Date.UTC(2021, 11, 1) },
    measure: 'crps',
    reach: 0.945,
    moonshot: 0.92,
  },
  {
    name: 'solar',
    file: 'gefcom2014-solar',
    window: { trainUntil: Date.parse('2013-03-31T00:00Z') },
    measure: 'pinball',
    reach: 0.013,
    moonshot: 0.0118,
  },
];

/** @throws Error where the development data are not there. */
export async function readSkillSet({ file }: SkillSet): Promise<Pairs> {
  const path = join(developmentData, 'pairs', `${file}.csv.gz`);
  if (!existsSync(path))
    throw new Error(`there is no ${path}: say where the development data are with DEVELOPMENT_DATA=folder`);
  return (await readPairs([path], { declared: [solarPower] })).pairs;
}
