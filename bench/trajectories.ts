import { eventOutcome } from '../src/forecast/event-shares.ts';
import { comonotoneOrder, independentOrder, rankOrder } from '../src/forecast/rank-order.ts';
import { coupleMargins, type Trajectories } from '../src/forecast/trajectories.ts';
import { energyScore } from '../src/scores/energy.ts';
import { seededRandom } from '../src/scores/random.ts';
import { variogramScore } from '../src/scores/variogram.ts';
import { type Bench, rowsFor } from './measure.ts';
import {
  airportDays,
  airportsFile,
  type BenchEvent,
  HOURS,
  simulatedDays,
  type TrajectoryCase,
  type TrajectorySet,
} from './trajectory-sets.ts';

/** Trajectories of each day, about. */
const COUNT = 100;
const ways = [
  'ECC',
  'Schaake',
  'Schaake, every third hour',
  'Schaake, ties by chance',
  'comonotone',
  'independent',
] as const;
type Way = (typeof ways)[number];
type Figures = Record<string, number>;

/**
 * The same distributions of hours, joined in several ways. Figures are scores of what is served by those of hours taken as
 * independent, below 1 better; peers the same of all hours in one order, and of
 * equal hours (dry ones) ordered by chance alone.
 */
export const trajectories: Bench = {
  name: 'trajectories',
  about: 'energy, variogram and Brier scores of joined hours, by those of independent ones',
  run(effort) {
    const sets = [simulatedDays(rowsFor(effort, 1000))];
    const file = airportsFile();
    if (effort.share === 1) {
      if (file === undefined) console.warn('trajectories, New York airports: skipped: no development data');
      else sets.push(...airportDays(file));
    }
    const figures: Figures = {};
    const peers: Figures = {};
    for (const set of sets) addScores(set, figures, peers);
    return { figures, peers };
  },
};

function addScores(set: TrajectorySet, figures: Figures, peers: Figures): void {
  const sums = new Map<Way, Float64Array>();
  const random = seededRandom(`bench/trajectories/${set.name}`);
  const scratch = new Float64Array((HOURS * (HOURS - 1)) / 2);
  for (const one of set.cases)
    for (const way of ways) {
      const joined = join(one, way, random);
      if (joined === undefined) continue;
      const own = sums.get(way) ?? new Float64Array(2 + set.events.length);
      sums.set(way, own);
      own[0] += energyScore(joined.values, 0, joined.count, HOURS, one.outcome);
      own[1] += variogramScore(joined.values, 0, joined.count, HOURS, one.outcome, { scratch });
      set.events.forEach(({ event }, e) => {
        const share = shareOf(event, joined);
        own[2 + e] += (share - happens(event, one.outcome, 0)) ** 2;
      });
    }
  const names = ['energy score', 'variogram score', ...set.events.map(({ name }) => `Brier of ${name}`)];
  const independent = sums.get('independent')!;
  for (const [way, own] of sums)
    names.forEach((name, s) => {
      if (way === 'independent' || independent[s] === 0 || own[s] === 0) return;
      (way === 'comonotone' || way === 'Schaake, ties by chance' ? peers : figures)[
        `${set.name} ${name} ${way}`
      ] = own[s] / independent[s];
    });
}

function join(
  { margins, filled, past, ensemble }: TrajectoryCase,
  way: Way,
  random: () => number,
): Trajectories | undefined {
  const along = (template: Float64Array, laws = margins) =>
    coupleMargins(laws, rankOrder(template, HOURS, random, Math.ceil((COUNT * HOURS) / template.length)));
  switch (way) {
    case 'ECC':
      return ensemble && along(ensemble);
    case 'Schaake':
      return along(past);
    case 'Schaake, every third hour':
      return along(past, filled);
    case 'Schaake, ties by chance':
      return along(past.map((value) => value + 1e-6 * random()));
    case 'comonotone':
      return coupleMargins(margins, comonotoneOrder(COUNT, HOURS));
    case 'independent':
      return coupleMargins(margins, independentOrder(COUNT, HOURS, random));
  }
}

function shareOf(event: BenchEvent, { count, values }: Trajectories): number {
  let number = 0;
  for (let k = 0; k < count; k++) number += happens(event, values, k * HOURS);
  return number / count;
}

/** Whether an event happens in a day: 1 or 0. */
function happens(event: BenchEvent, values: Float64Array, from: number): number {
  const { hours = HOURS } = event;
  for (let first = from; first + hours <= from + HOURS; first++)
    if (eventOutcome(event, values, first, first + hours) === 1) return 1;
  return 0;
}
