/** What the columns of forecasts in a pairs table are, in the order in which `Pairs` has them. */
export const forecastFamilies = ['member_', 'model_', 'x_'] as const;

/** Whether a column holds forecasts: its name is one of {@link forecastFamilies} and something more. */
export function isForecastColumn(name: string): boolean {
  return forecastFamilies.some((family) => name.startsWith(family) && name.length > family.length);
}

export interface ForecastColumns {
  /** First `member_*`, then `model_*`, then `x_*`; in each `…_2` before `…_10`. */
  readonly columns: readonly string[];
  readonly members: number;
  readonly models: number;
  readonly predictors: number;
}

/** The forecast columns among names, each once, in an order that does not depend on that of the names. */
export function orderForecastColumns(names: Iterable<string>): ForecastColumns {
  const distinct = [...new Set(names)].filter(isForecastColumn);
  const [members, models, predictors] = forecastFamilies.map((family) =>
    distinct.filter((name) => name.startsWith(family)).toSorted(byNumberThenText),
  );
  return {
    columns: [...members, ...models, ...predictors],
    members: members.length,
    models: models.length,
    predictors: predictors.length,
  };
}

const collator = new Intl.Collator('en', { numeric: true });

/** The collator takes `member_1` and `member_01` for equal; their texts then decide. */
function byNumberThenText(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : 1);
}
