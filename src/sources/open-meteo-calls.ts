const referenceDays = 14;
const referenceVariables = 10;

/** What decides how much a request counts. */
export interface OpenMeteoRequestSize {
  readonly variables: number;
  /** Models, each member of an ensemble like a model of its own. */
  readonly models: number;
  readonly days: number;
  readonly locations: number;
}

/**
 * Calls that a request counts for in the limits of Open-Meteo:
 *
 *   calls = n max(1, v, v d / 14),  v = variables × models / 10
 *
 * n locations, d whole days. So up to ten variables of one model over two weeks are one call a location. Each
 * `_previous_dayN` and each `_spread` is a variable. Nothing asked for is 0 calls.
 *
 * Source: `calculateQueryWeight` of github.com/open-meteo/open-meteo and its test.
 *
 * @example openMeteoCalls({ variables: 15, models: 1, days: 7, locations: 1 }); // 1.5
 */
export function openMeteoCalls({ variables, models, days, locations }: OpenMeteoRequestSize): number {
  if (variables * models * locations === 0) return 0;
  const share = (variables * models) / referenceVariables;
  return locations * Math.max(1, share, (share * Math.ceil(days)) / referenceDays);
}
