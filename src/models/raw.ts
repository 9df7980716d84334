import { type Distributions } from '../forecast/distributions.ts';
import { ensembles } from '../forecast/empirical.ts';
import { rawColumns } from './ensemble-statistics.ts';
import type { Artefact, Model, Selection } from './model.ts';
import { trainedOn } from './model.ts';

const remembered = new WeakMap<Selection, Distributions>();

/**
 * The forecast as issued: each case's members, else its models with equal weight; NaN where it has neither.
 *
 * Asked again for the same selection it gives the same object, so that raw and dressed ensembles are made once.
 */
export function rawDistributions(selection: Selection): Distributions {
  let distributions = remembered.get(selection);
  if (distributions === undefined) remembered.set(selection, (distributions = compute(selection)));
  return distributions;
}

function compute({ cases, rows }: Selection): Distributions {
  const [from, to] = rawColumns(cases);
  const width = to - from;
  const values = new Float64Array(rows.length * width);
  for (let i = 0; i < rows.length; i++)
    for (let k = 0; k < width; k++)
      values[i * width + k] = cases.forecasts[rows[i] * cases.columns.length + from + k];
  return ensembles(values, rows.length, width);
}

/** The forecast as issued, unlearned. A single forecast is a point, whose CRPS is its absolute error. */
export const raw: Model = {
  name: 'raw',
  about: 'the forecast as issued: its members, or its models with equal weight',
  fit: (training) => ({
    model: 'raw',
    version: 1,
    trainedOn: trainedOn({ ...training, rows: new Int32Array() }),
  }),
  predict: (_artefact: Artefact, targets) => rawDistributions(targets),
};
