import { WeatherglassError } from '../errors.ts';

/** How decisions to act came out, as counts. */
export interface Decisions {
  /** Acted, and the event happened. */
  readonly right: number;
  /** Not acted, and it happened. */
  readonly missed: number;
  /** Acted, and it did not happen. */
  readonly falseAlarms: number;
  /** Not acted, and it did not happen. */
  readonly correctRejections: number;
}

/** Mean expense of a decision, in units of the loss. */
export interface Expenses {
  readonly forecast: number;
  readonly always: number;
  readonly never: number;
  readonly perfect: number;
}

/**
 * What decisions cost on average, by the cost–loss model: to act costs C, and saves the loss L where the event happens.
 *
 * ```
 * E_forecast = (α (h + f) + m) / n     E_always = α
 * E_never    = s                       E_perfect = α s
 * ```
 *
 * α = C / L is the cost–loss ratio, h right, f false alarms, m missed, n all decisions, s = (h + m) / n how often the event
 * happened. No decision: NaN.
 *
 * Source: Richardson 2000, doi 10.1002/qj.49712656313.
 *
 * @throws WeatherglassError Usage unless 0 < α < 1
 *
 * @example decisionExpenses({ right: 2, missed: 1, falseAlarms: 1, correctRejections: 6 }, 0.2).forecast; // 0.16
 */
export function decisionExpenses(decisions: Decisions, costLoss: number): Expenses {
  checkCostLoss(costLoss);
  const { right, missed, falseAlarms, correctRejections } = decisions;
  const all = right + missed + falseAlarms + correctRejections;
  const happened = (right + missed) / all;
  return {
    forecast: (costLoss * (right + falseAlarms) + missed) / all,
    always: all === 0 ? Number.NaN : costLoss,
    never: happened,
    perfect: costLoss * happened,
  };
}

/**
 * The relative economic value of forecasts: the share that they save of what perfect ones would.
 *
 * `V = (min(E_always, E_never) − E_forecast) / (min(E_always, E_never) − E_perfect)`
 *
 * 1 is perfect, 0 no better than always or never acting, below 0 worse. Where perfect forecasts would save nothing, as where
 * the event never happened: NaN.
 *
 * Source: Richardson 2000, doi 10.1002/qj.49712656313; Zhu et al. 2002, doi 10.1175/1520-0477(2002)083<0073:TEVOEB>2.3.CO;2.
 *
 * @example relativeValue({ forecast: 0.16, always: 0.2, never: 0.3, perfect: 0.06 }); // 0.04 / 0.14 = 0.2857…
 */
export function relativeValue({ forecast, always, never, perfect }: Expenses): number {
  const without = Math.min(always, never);
  return without === perfect ? Number.NaN : (without - forecast) / (without - perfect);
}

/** @throws WeatherglassError Usage unless 0 < α < 1: at the ends nobody needs a forecast. */
export function checkCostLoss(costLoss: number): number {
  if (!(costLoss > 0 && costLoss < 1))
    throw new WeatherglassError(
      'Usage',
      `the cost–loss ratio must lie between 0 and 1, such as 0.2 where acting costs a fifth of the loss, not ${costLoss}`,
    );
  return costLoss;
}
