import type { Variable } from '../weather/variable.ts';
import type { Hourly } from './open-meteo-hourly.ts';
import type { OpenMeteoModel } from './open-meteo-models.ts';
import { openMeteoSeries } from './open-meteo-series.ts';
import type { IssuedForecast } from './source.ts';

/** How the columns of a reply become those of a forecast. */
export interface Layout {
  /** Columns to ask for, of a variable. */
  readonly asked: (variable: string) => readonly string[];
  /** `suffix` is what follows all of the model's columns in this reply. */
  readonly columns: (
    hourly: Hourly,
    model: OpenMeteoModel,
    variables: readonly Variable[],
    suffix: string,
  ) => readonly LayoutColumn[];
}

export interface LayoutColumn {
  readonly name: string;
  readonly from: (variable: string) => string;
  readonly difference?: boolean;
}

/** One column, `model_<name>`. */
export const oneColumn: Layout = {
  asked: (variable) => [variable],
  columns: (_hourly, { name }, _variables, suffix) => [
    { name: `model_${name}`, from: (variable) => variable + suffix },
  ],
};

/** The control as `member_00`, whose name in replies is the bare variable; then `member_01` and so on, as they are there. */
export const memberColumns: Layout = {
  asked: (variable) => [variable],
  columns(hourly, _model, variables, suffix) {
    const numbers = new Set<string>();
    for (const { name } of variables)
      for (const column of hourly.names) {
        if (!column.startsWith(`${name}_member`) || !column.endsWith(suffix)) continue;
        const number = column.slice(name.length + '_member'.length, column.length - suffix.length);
        if (/^\d+$/.test(number)) numbers.add(number);
      }
    const members = [...numbers].toSorted((a, b) => Number(a) - Number(b));
    return [
      { name: 'member_00', from: (variable) => variable + suffix },
      ...members.map((number) => ({
        name: `member_${number}`,
        from: (variable: string) => `${variable}_member${number}${suffix}`,
      })),
    ];
  },
};

/** The mean of an ensemble as `model_mean`, and its standard deviation as `x_spread`. */
export const meanAndSpread: Layout = {
  asked: (variable) => [variable, `${variable}_spread`],
  columns: (_hourly, _model, _variables, suffix) => [
    { name: 'model_mean', from: (variable) => variable + suffix },
    { name: 'x_spread', from: (variable) => `${variable}_spread${suffix}`, difference: true },
  ],
};

export interface ModelReply {
  readonly source: string;
  readonly hourly: Hourly;
  readonly model: OpenMeteoModel;
  readonly suffix: string;
  readonly layout: Layout;
  readonly variables: readonly Variable[];
  readonly issuedAt: number;
  readonly knownAt: number;
  readonly lastLead: number;
}

/** What a model said of one place in a reply; undefined where it has none of the variables. */
export function issuedForecast(reply: ModelReply): IssuedForecast | undefined {
  const { source, hourly, model, variables, layout, issuedAt, knownAt, lastLead } = reply;
  const columns = layout.columns(hourly, model, variables, reply.suffix);
  const series = variables
    .map(({ name }) => columns.map(({ from, difference = false }) => ({ from: from(name), difference })))
    .map((from, index) => openMeteoSeries(hourly, variables[index], from, issuedAt, lastLead))
    .filter((one) => one !== undefined);
  if (series.length === 0) return undefined;
  const names = columns.map(({ name }) => name);
  return { source, place: hourly.about, issuedAt, knownAt, columns: names, series };
}
