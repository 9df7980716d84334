import { describe, expect, it } from 'vitest';
import type { StoredPrediction } from '../store/store.ts';
import { findVariable } from '../weather/variable.ts';
import { obeyIssued } from './issue-physics.ts';

const issuedAt = Date.UTC(2024, 11, 21, 12);
const evening = Date.UTC(2024, 11, 21, 20);
const berlin = { latitude: 52.52, longitude: 13.41, elevation: 34 };
const method = JSON.stringify({ version: 2, experts: ['emos'], sources: ['a'], bands: [], training: 'note' });

/** What three contenders say of one valid time, at levels 0.1, 0.5 and 0.9. */
function prediction(
  variable: string,
  served: readonly number[],
  part: Partial<StoredPrediction> = {},
): StoredPrediction {
  return {
    place: 'Berlin',
    variable,
    issuedAt,
    method,
    validTimes: Float64Array.of(evening),
    runTimes: Float64Array.of(issuedAt),
    contenders: ['aggregate', 'pool', 'emos'],
    levels: [0.1, 0.5, 0.9],
    quantiles: Float32Array.of(...served, ...served, ...served),
    ...part,
  };
}

function obeyed(...predictions: readonly StoredPrediction[]) {
  const variables = new Map(predictions.map(({ variable }) => [variable, findVariable(variable)]));
  const control = { checkpoint() {} };
  return obeyIssued(predictions, variables, () => berlin, control);
}

const rulesOf = ({ method }: StoredPrediction) => (JSON.parse(method) as { physics?: string[] }).physics;

describe('obeyIssued', () => {
  it('holds what is served together, leaves experts and pool, and says by which rule', () => {
    const { predictions, moved } = obeyed(
      prediction('dew_point_2m', [3, 4, 5]),
      prediction('temperature_2m', [2, 4, 6]),
      prediction('shortwave_radiation', [0, 0, 7]),
    );
    const [dew, temperature, radiation] = predictions;
    expect([...dew.quantiles]).toEqual([2, 4, 5, 3, 4, 5, 3, 4, 5]);
    expect([...temperature.quantiles]).toEqual([2, 4, 6, 2, 4, 6, 2, 4, 6]);
    expect([...radiation.quantiles]).toEqual([0, 0, 0, 0, 0, 7, 0, 0, 7]);
    expect(predictions.map(rulesOf)).toEqual([['dew-point'], undefined, ['sunlight']]);
    expect(moved).toEqual({
      'dew-point': { values: 1, quantiles: 1 },
      sunlight: { values: 1, quantiles: 1 },
    });
  });

  it('leaves predictions of other places and moments apart', () => {
    for (const part of [{ place: 'Potsdam' }, { issuedAt: issuedAt + 1 }]) {
      const { predictions, moved } = obeyed(
        prediction('dew_point_2m', [3, 4, 5]),
        prediction('temperature_2m', [2, 4, 6], part),
      );
      expect([...predictions[0].quantiles].slice(0, 3)).toEqual([3, 4, 5]);
      expect(moved).toEqual({});
    }
  });

  it('keeps the text of a method where nothing was moved, and one text for all that are alike', () => {
    const { predictions } = obeyed(
      prediction('temperature_2m', [2, 4, 6]),
      prediction('shortwave_radiation', [0, 0, 7]),
      prediction('direct_radiation', [0, 3, 7]),
    );
    expect(predictions[0].method).toBe(method);
    expect(predictions[1].method).toBe(predictions[2].method);
  });
});
