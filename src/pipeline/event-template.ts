import type { Distributions } from '../forecast/distributions.ts';
import { obeyMembers } from '../forecast/physics.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import { comonotoneOrder, completeMembers, rankOrder } from '../forecast/rank-order.ts';
import { coupleMargins, type Trajectories } from '../forecast/trajectories.ts';
import type { Location } from '../weather/location.ts';
import type { Variable } from '../weather/variable.ts';
import type { ObservedSeries } from './observed-series.ts';
import { LEAST_TEMPLATE, pastTrajectories } from './past-trajectories.ts';
import { coursesOf, newestRunsOver, type RunsBySource } from './raw-runs.ts';

/** How the hours of trajectories were made to hang together. */
export type CouplingMethod = 'ensemble copula coupling' | 'Schaake shuffle' | 'comonotone';

/** Trajectories, and where their order comes from. */
export interface Coupled {
  readonly method: CouplingMethod;
  readonly trajectories: Trajectories;
  /** Members or past days that gave the order; 0 where nothing did. */
  readonly template: number;
  /** Whose run the order is of, or of which past days; in the fallback both are missing. */
  readonly run?: { readonly source: string; readonly issuedAt: number };
  readonly past?: { readonly from: number; readonly until: number; readonly sameSeason: boolean };
  /** Why neither a run nor the past could give it. */
  readonly because?: string;
  /** How many numbers of the trajectories each rule of physics moved. */
  readonly moved: PhysicsChanges;
}

/** What trajectories are of, and what an order can be taken from. */
export interface TemplateSources {
  readonly variable: Variable;
  readonly place: Location;
  /** Whether the times are ends of local days. */
  readonly daily: boolean;
  readonly runs: RunsBySource;
  readonly observed: ObservedSeries;
}

/** Members that are too few to say what hangs together. */
const LEAST_MEMBERS = 5;

/**
 * Joins the distributions of some times into trajectories, by the order of the newest ensemble that reaches over them all;
 * where there is none, of the place's own past; where that is too short, in one order for all times, and says so.
 *
 * Of the times in one order the first trajectory is the lowest throughout. That overstates how long weather lasts, but
 * less than hours without any memory would understate it (`npm run bench -- trajectories`).
 *
 * Then they obey physics: beyond the outermost levels, and in hours filled in between others, the distributions may not.
 *
 * @param times valid times of the margins, ascending
 * @param asOf nothing that became known later is looked at
 * @param least trajectories; each member or past day stands for as many as it takes
 */
export function coupleAsOf(
  margins: Distributions,
  times: Float64Array,
  sources: TemplateSources,
  asOf: number,
  least: number,
  random: () => number,
): Coupled {
  const { variable, place } = sources;
  const coupled = joinAsOf(margins, times, sources, asOf, least, random);
  const moved = obeyMembers([{ variable, trajectories: coupled.trajectories }], times, place);
  return { ...coupled, moved };
}

function joinAsOf(
  margins: Distributions,
  times: Float64Array,
  { daily, runs, observed }: TemplateSources,
  asOf: number,
  least: number,
  random: () => number,
): Omit<Coupled, 'moved'> {
  const along = (template: Float64Array, count: number) =>
    coupleMargins(margins, rankOrder(template, times.length, random, Math.ceil(least / count)));
  const ensemble = ensembleOver(runs, times, asOf);
  if (ensemble !== undefined) {
    const { run, template, members } = ensemble;
    return {
      method: 'ensemble copula coupling',
      trajectories: along(template, members),
      template: members,
      run: { source: run.source, issuedAt: run.issuedAt },
    };
  }
  const { values, count, ...past } = pastTrajectories(observed, times, asOf, daily);
  if (count >= LEAST_TEMPLATE)
    return { method: 'Schaake shuffle', trajectories: along(values, count), template: count, past };
  return {
    method: 'comonotone',
    trajectories: coupleMargins(margins, comonotoneOrder(least, times.length)),
    template: 0,
    because: `no run has ${LEAST_MEMBERS} members over these hours, and of past days with all of them only ${count} were known, of ${LEAST_TEMPLATE} that are needed`,
  };
}

/** The newest ensemble known at a time that has members without a gap over all of some times; the one with the most. */
export function ensembleOver(runs: RunsBySource, times: Float64Array, asOf: number) {
  return newestRunsOver(runs, times, asOf)
    .filter((run) => run.members >= LEAST_MEMBERS)
    .map((run) => ({ run, template: completeMembers(coursesOf(run, times), times.length) }))
    .map((one) => ({ ...one, members: one.template.length / times.length }))
    .filter(({ members }) => members >= LEAST_MEMBERS)
    .sort((a, b) => b.members - a.members)
    .at(0);
}
