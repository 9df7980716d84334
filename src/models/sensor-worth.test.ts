import { describe, expect, test } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { handMadeRegion, normalNumbers, type RegionRow } from './hand-made-region.ts';
import { type RegionalArtefact, regional } from './regional.ts';
import { sensorWorth } from './sensor-worth.ts';
import { settingsFor } from './settings.ts';

const settings = settingsFor(findVariable('temperature_2m'));
const normal = normalNumbers('sensor worth');
const biases = Array.from({ length: 40 }, (_, k) => 2 * Math.sin(k / 6));
const locations = Float64Array.from(biases.flatMap((_, k) => [0, 0.05 * k, 200]));

/** Forecast + bias + 0.7 of the last error, of sd 1, + noise whose sd is 1 a day ahead and 2 three days ahead. */
const rows = Array.from({ length: 40 * 2 * 120 }, (_, i): RegionRow => {
  const lead = i % 2 === 0 ? 24 : 72;
  const place = Math.floor(i / 2) % 40;
  const forecast = 10 + 5 * normal();
  const error = normal();
  return {
    place: `p${place}`,
    day: Math.floor(i / 80),
    lead,
    forecast,
    outcome: forecast + biases[place] + 0.7 * error + (lead === 24 ? 1 : 2) * normal(),
    recent: { last: 10, error_last: error, error_3d: 0, error_10d: 0, error_30d: 0 },
  };
});
const control = { checkpoint() {} };
const artefact = regional.fit(handMadeRegion(rows, { locations }), settings, control);
const between = { latitude: 0, longitude: 0.05 * 7.5, elevation: 200 };
const farAway = { latitude: 40, longitude: 90, elevation: 200 };

/** The artefact with numbers of its own: s² = 4 at every lead, places differ by 3, 2.5 of recent outcomes of which 0.5 are in that. */
const handMade: RegionalArtefact = {
  ...artefact,
  region: {
    ...artefact.region,
    logSpread: Math.log(2),
    scaleCoefficients: artefact.region.scaleCoefficients.map(() => 0),
    betweenNewcomers: 3,
    betweenContributed: 0.5,
    recentVariance: artefact.region.recentVariance.map(() => 2.5),
  },
};

test('by hand: √(4/π) with a sensor, √((4 + 3u + 2)/π) with neighbours, √(9/π) without either', () => {
  const worth = sensorWorth(handMade, between, 24);
  expect(worth.withSensor).toBeCloseTo(1.128379, 6);
  expect(worth.without).toBeCloseTo(1.692569, 6);
  expect(worth.withNeighbours).toBeCloseTo(Math.sqrt((6 + 3 * worth.unknown) / Math.PI), 12);
  expect(worth.unknown).toBeGreaterThan(0.005);
  expect(worth.unknown).toBeLessThan(0.5);
});

describe('where no station says anything', () => {
  test.each([
    ['far from all', artefact, farAway],
    ['at an unknown height', artefact, { ...between, elevation: Number.NaN }],
    ['in a region of unlike stations', { region: artefact.region }, between],
  ])('%s neighbours are worth nothing', (_case, one, point) => {
    const worth = sensorWorth(one, point, 24);
    expect(worth.unknown).toBeCloseTo(1, 9);
    expect(worth.withNeighbours).toBeCloseTo(worth.without, 9);
    expect(worth.withSensor).toBeLessThan(worth.without);
  });
});

describe('of simulated outcomes', () => {
  const [day, threeDays] = [24, 72].map((lead) => sensorWorth(artefact, between, lead));

  test('it is that of the laws that the outcomes came from', () => {
    // Their noise, of sd 1 and 2; the variance of the sines, and 0.49 of the last error.
    const variance = biases.reduce((sum, bias) => sum + bias * bias, 0) / 40;
    expect(day.withSensor * Math.sqrt(Math.PI)).toBeGreaterThan(0.95);
    expect(day.withSensor * Math.sqrt(Math.PI)).toBeLessThan(1.2);
    expect(threeDays.withSensor * Math.sqrt(Math.PI)).toBeGreaterThan(1.9);
    expect(threeDays.withSensor * Math.sqrt(Math.PI)).toBeLessThan(2.2);
    expect((day.without * Math.sqrt(Math.PI)) / Math.sqrt(1 + variance + 0.49)).toBeGreaterThan(0.85);
    expect((day.without * Math.sqrt(Math.PI)) / Math.sqrt(1 + variance + 0.49)).toBeLessThan(1.15);
  });

  test('a sensor is worth most where nothing else is known, and more for the day than for later', () => {
    for (const { withSensor, withNeighbours, without } of [day, threeDays]) {
      expect(withSensor).toBeLessThan(withNeighbours);
      expect(withNeighbours).toBeLessThan(without);
    }
    expect(day.without - day.withSensor).toBeGreaterThan(threeDays.without - threeDays.withSensor);
  });

  test('it lies between at a lead between, and beyond the last is that of the last', () => {
    const middle = sensorWorth(artefact, between, 48).withSensor;
    expect(middle).toBeCloseTo(Math.sqrt(day.withSensor * threeDays.withSensor), 10);
    expect(sensorWorth(artefact, between, 240)).toEqual(threeDays);
  });

  test('it is what the model itself would say of the point, on an average day', () => {
    const recent = { last: Number.NaN };
    const target = handMadeRegion([{ place: 'new', day: 60, forecast: 10, outcome: Number.NaN, recent }], {
      locations: Float64Array.of(between.latitude, between.longitude, between.elevation),
    });
    const laws = regional.predict(artefact, target);
    const sd = (laws.quantile(0, 0.841344746) - laws.quantile(0, 0.158655254)) / 2;
    expect(day.withNeighbours / (sd / Math.sqrt(Math.PI))).toBeGreaterThan(0.95);
    expect(day.withNeighbours / (sd / Math.sqrt(Math.PI))).toBeLessThan(1.05);
  });
});

test('of no lead there is no worth', () => {
  const { withSensor, withNeighbours, without } = sensorWorth(artefact, between, Number.NaN);
  expect([withSensor, withNeighbours, without]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});
