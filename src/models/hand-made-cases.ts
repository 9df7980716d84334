import { msPerDay, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import type { Cases } from './model.ts';

/**
 * For tests: a block of cases made by hand, of which a test states what matters to it.
 *
 * Where nothing else is said: temperature a day ahead at one place, issued a day apart from the epoch on, available at
 * once and known when valid; without forecasts, recent outcomes, context and outcomes. Columns are counted by their names.
 */
export function handMadeCases({ size, ...own }: Pick<Cases, 'size'> & Partial<Cases>): Cases {
  const { lead = 24, leads = new Float64Array(size).fill(lead), columns = [] } = own;
  const ahead = (row: number) => leads[row] * msPerHour;
  const initTime =
    own.initTime ??
    own.validTime?.map((time, row) => time - ahead(row)) ??
    Float64Array.from({ length: size }, (_, row) => row * msPerDay);
  const validTime = own.validTime ?? initTime.map((time, row) => time + ahead(row));
  const count = (kind: string) => columns.filter((name) => name.startsWith(kind)).length;
  return {
    size,
    variable: findVariable('temperature_2m'),
    lead,
    leads,
    places: ['here'],
    place: new Int32Array(size),
    initTime,
    validTime,
    availableTime: initTime,
    knownTime: validTime,
    columns,
    members: count('member_'),
    models: count('model_'),
    predictors: count('x_'),
    forecasts: new Float64Array(),
    recent: new Float64Array(),
    contextNames: [],
    context: new Float64Array(),
    outcome: new Float64Array(size).fill(Number.NaN),
    ...own,
  };
}
