import { bootstrapSkill, type Interval } from '../scores/bootstrap.ts';
import { type Decisions, decisionExpenses, type Expenses, relativeValue } from '../scores/economic-value.ts';
import type { Random } from '../scores/random.ts';
import { utcDay } from '../weather/time.ts';

/** What some decisions were worth. */
export interface Worth {
  readonly decisions: Decisions;
  /** Mean expense of a decision, in units of the loss. */
  readonly expenses: Expenses;
  /** Relative economic value; an interval only where every resample has something to gain. */
  readonly value: Interval;
  /** What a decision saves on average against always or never acting, whichever is cheaper, in units of the loss. */
  readonly saving: Interval;
}

/** A decision, what it rested on, and what came of it. */
export interface Decided {
  /** End of the period. */
  readonly end: number;
  readonly decidedAt: number;
  /** Issue of the newest prediction that it rested on. */
  readonly issuedAt: number;
  readonly probability: number;
  /** Share of the raw run's members that had the event; NaN without a run. */
  readonly raw: number;
  /** 1 where the event happened, else 0. */
  readonly happened: number;
  /** Whether the outcome is not trusted. */
  readonly flagged: boolean;
}

/** Counts decisions to act where a share is at least the cost–loss ratio. */
function decisionsOf(
  decided: readonly Decided[],
  share: (one: Decided) => number,
  costLoss: number,
): Decisions {
  const counts = { right: 0, missed: 0, falseAlarms: 0, correctRejections: 0 };
  for (const one of decided) {
    const acts = share(one) >= costLoss;
    if (one.happened === 1) counts[acts ? 'right' : 'missed']++;
    else counts[acts ? 'falseAlarms' : 'correctRejections']++;
  }
  return counts;
}

/**
 * What decisions by a share are worth: counts, expenses, relative value and saving with 95 % intervals.
 *
 * The interval of the value is that of a skill: 1 − Σ (E_forecast − E_perfect) / Σ (E_without − E_perfect), resampled by days, where
 * E_without is always or never acting, whichever is cheaper over all decisions. Days are drawn in blocks at least as long as
 * the lead, for errors last about as long.
 */
export function valueOf(
  decided: readonly Decided[],
  share: (one: Decided) => number,
  costLoss: number,
  leadHours: number,
  random: Random,
): Worth {
  const decisions = decisionsOf(decided, share, costLoss);
  const expenses = decisionExpenses(decisions, costLoss);
  const acting = expenses.always <= expenses.never;
  const first = utcDay(decided[0].end);
  const days = utcDay(decided.at(-1)!.end) - first + 1;
  const sums = {
    score: new Float64Array(days),
    reference: new Float64Array(days),
    count: new Float64Array(days),
  };
  for (const one of decided) {
    const day = utcDay(one.end) - first;
    const perfect = costLoss * one.happened;
    sums.score[day] += (share(one) >= costLoss ? costLoss : one.happened) - perfect;
    sums.reference[day] += (acting ? costLoss : one.happened) - perfect;
    sums.count[day]++;
  }
  const { skill, difference } = bootstrapSkill(sums, {
    random,
    minimumBlockLength: Math.max(1, Math.ceil(leadHours / 24)),
  });
  return {
    decisions,
    expenses,
    value: { ...skill, estimate: relativeValue(expenses) },
    saving: { estimate: -difference.estimate, lower: -difference.upper, upper: -difference.lower },
  };
}
