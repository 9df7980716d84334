import { corpReliability, type Reliability } from '../scores/corp.ts';
import type { Decisions, Expenses } from '../scores/economic-value.ts';
import { seededRandom } from '../scores/random.ts';
import { type Decided, valueOf, type Worth } from './question-value.ts';

/** How good decisions were. */
export interface Judged extends Worth {
  /** Brier score with its CORP decomposition, and the reliability diagram. */
  readonly reliability: Reliability;
  /** The same rule by the newest raw run, over the targets that had one; undefined where none had. */
  readonly raw?: {
    readonly targets: number;
    readonly decisions: Decisions;
    readonly expenses: Expenses;
    readonly value: number;
    readonly brier: number;
    /** Of the forecasts over the same targets. */
    readonly compared: { readonly expense: number; readonly value: number; readonly brier: number };
  };
}

/** Judges decisions by what was forecast, and those by the raw runs over the targets that had one. */
export function judged(
  decided: readonly Decided[],
  costLoss: number,
  leadHours: number,
  seed: string,
): Judged {
  const random = seededRandom(`${seed} value`);
  const own = valueOf(decided, ({ probability }) => probability, costLoss, leadHours, random);
  const reliability = corpReliability(
    decided.map(({ probability }) => probability),
    decided.map(({ happened }) => happened),
  );
  const withRaw = decided.filter(({ raw }) => !Number.isNaN(raw));
  if (withRaw.length === 0) return { ...own, reliability };
  const raw = valueOf(withRaw, (one) => one.raw, costLoss, leadHours, random);
  const same = valueOf(withRaw, ({ probability }) => probability, costLoss, leadHours, random);
  const brierOf = (share: (one: Decided) => number) =>
    withRaw.reduce((sum, one) => sum + (share(one) - one.happened) ** 2, 0) / withRaw.length;
  return {
    ...own,
    reliability,
    raw: {
      targets: withRaw.length,
      decisions: raw.decisions,
      expenses: raw.expenses,
      value: raw.value.estimate,
      brier: brierOf((one) => one.raw),
      compared: {
        expense: same.expenses.forecast,
        value: same.value.estimate,
        brier: brierOf(({ probability }) => probability),
      },
    },
  };
}
