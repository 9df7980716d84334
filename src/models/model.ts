import type { Distributions } from '../forecast/distributions.ts';
import type { Family } from '../forecast/parametric.ts';
import type { Variable } from '../weather/variable.ts';

/**
 * Forecast cases of one variable, of one lead time or of all, as columns: what a model may look at.
 *
 * Every column has `size` entries. Times are epoch milliseconds, values in the variable's unit, missing values NaN.
 */
export interface Cases {
  readonly size: number;
  readonly variable: Variable;
  /** Hours ahead of every row; NaN for a block of several leads. */
  readonly lead: number;
  /** Hours ahead of each row. */
  readonly leads: Float64Array;
  /** Names that `place` points into. */
  readonly places: readonly string[];
  /**
   * Places x 3: degrees north, degrees east, metres above sea level; NaN where not known. Left out where nothing is known of
   * any place.
   */
  readonly locations?: Float64Array | undefined;
  readonly place: Int32Array;
  readonly initTime: Float64Array;
  readonly validTime: Float64Array;
  /** When the forecast could be used; nothing that became known later may be used for it. */
  readonly availableTime: Float64Array;
  /** When its outcome became known. */
  readonly knownTime: Float64Array;
  /** Names of the forecast columns: `members` of `member_*`, then `models` of `model_*`, then `predictors` of `x_*`. */
  readonly columns: readonly string[];
  readonly members: number;
  readonly models: number;
  readonly predictors: number;
  /** size x columns.length, row by row. */
  readonly forecasts: Float64Array;
  /**
   * size x {@link recentNames}.length, row by row: what was known at `availableTime` of the place's own outcomes and of
   * the forecast's errors; on the fitted scale. Empty unless the model uses it.
   */
  readonly recent: Float64Array;
  /** What `context` holds: see `contextOf`. */
  readonly contextNames: readonly string[];
  /** size x contextNames.length, row by row: what else was known at `availableTime`. Empty unless the model uses it. */
  readonly context: Float64Array;
  /** What happened; NaN where not known. Models read it in `fit` alone. */
  readonly outcome: Float64Array;
}

/** The last known outcome, and means of outcomes whose weights fall by e in so many days. */
export const recentOutcomeNames = ['last', 'mean_3d', 'mean_10d', 'mean_30d'] as const;
/** The same of outcome minus mean raw forecast, at the same lead. */
export const recentErrorNames = ['error_last', 'error_3d', 'error_10d', 'error_30d'] as const;
/** What `Cases.recent` holds. */
export const recentNames = [...recentOutcomeNames, ...recentErrorNames] as const;

/** Some rows of a block of cases. */
export interface Selection {
  readonly cases: Cases;
  readonly rows: Int32Array;
}

/** What the caller chooses. Every model takes the same settings and uses what concerns it. */
export interface Settings {
  readonly family: Family;
  /** Location from the mean of the raw forecast, or with a non-negative weight for each distinct model. */
  readonly predictors: 'mean' | 'weights';
  /** Scale²  = c + d·s², or log scale = c + d·log s. */
  readonly spread: 'variance' | 'log';
  /** Fit by minimum CRPS or maximum likelihood. */
  readonly score: 'crps' | 'ml';
  /** How many outcomes the belief counts as that the raw forecast needs no stretching; 0 for none. */
  readonly prior: number;
}

/** How a long computation reports progress and is stopped: `checkpoint` throws Cancelled. */
export interface Control {
  readonly checkpoint: (done: number, total: number) => void;
}

/** What training a model produced: plain data that can be stored and read back. */
export interface Artefact {
  readonly model: string;
  /** Raised when the meaning of the other fields changes. */
  readonly version: number;
  readonly trainedOn: TrainedOn;
}

export interface TrainedOn {
  readonly rows: number;
  /** First and last valid time, epoch milliseconds; NaN for no rows. */
  readonly from: number;
  readonly until: number;
}

/**
 * An expert: learns from cases with known outcomes and answers with distributions.
 *
 * Both functions are pure and synchronous. `fit` may start from what an `earlier` fit of the same model to fewer rows
 * found, which saves time and changes the result by no more than the optimiser's tolerance. It throws WeatherglassError CannotFit where the training rows do not
 * allow it; the caller then takes `simpler`. `predict` answers in the order of the selection's rows.
 */
export interface Model<A extends Artefact = Artefact> {
  readonly name: string;
  /** One line for `weatherglass models`. */
  readonly about: string;
  /** Name of the model that stands in where this one cannot be fitted. */
  readonly simpler?: string;
  /** Whether it reads `Cases.recent`. */
  readonly usesRecent?: boolean;
  /** Whether it reads `Cases.context`. */
  readonly usesContext?: boolean;
  /** Whether it learns from all leads of a variable together; else it is given blocks of one lead. */
  readonly acrossLeads?: boolean;
  /** Whether fitting again, from an earlier fit, takes time in proportion to the outcomes that are new. */
  readonly isRecursive?: boolean;
  fit(training: Selection, settings: Settings, control: Control, earlier?: A): A;
  predict(artefact: A, targets: Selection): Distributions;
}

/** Rows and valid times of a training selection. */
export function trainedOn({ cases, rows }: Selection): TrainedOn {
  let from = Number.NaN;
  let until = Number.NaN;
  for (const row of rows) {
    const time = cases.validTime[row];
    if (!(time >= from)) from = time;
    if (!(time <= until)) until = time;
  }
  return { rows: rows.length, from, until };
}
