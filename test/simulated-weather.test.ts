import { describe, expect, it } from 'vitest';
import { normalCrps } from '../src/forecast/normal.ts';
import { distanceKm } from '../src/weather/location.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { climateOf } from './simulated-state.ts';
import { reportsOf, simulatedStationsNear, stationOf } from './simulated-stations.ts';
import {
  bestCrps,
  dressedCrps,
  memberShare,
  modelBias,
  type SimulatedPlace,
  sdFast,
  sdInstrument,
  sdSlow,
  sdSynoptic,
  simulatedWeather,
} from './simulated-weather.ts';

const weather = simulatedWeather('test');
const start = Date.UTC(2026, 0, 1);
const seattle = { latitude: 47.61, longitude: -122.33, elevation: 50 };

/** Places of all latitudes, far from each other compared with the synoptic weather. */
const places = Array.from({ length: 2000 }, (_, k) =>
  weather.at({ latitude: -75 + ((k * 37) % 150), longitude: -179 + ((k * 97.3) % 358), elevation: 100 }),
);

/** W, in its own sd. */
function synoptic(place: SimulatedPlace, time: number): number {
  return (place.truth(time).temperature - climateOf(place, time) - place.ownClimate) / sdSynoptic;
}

function moments(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const central = (power: number) =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  return {
    mean,
    sd: Math.sqrt(central(2)),
    skewness: central(3) / central(2) ** 1.5,
    kurtosis: central(4) / central(2) ** 2,
  };
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const [a, b] = [moments(pairs.map(([x]) => x)), moments(pairs.map(([, y]) => y))];
  return pairs.reduce((sum, [x, y]) => sum + (x - a.mean) * (y - b.mean), 0) / pairs.length / a.sd / b.sd;
}

describe('the true weather', () => {
  it('has a standard normal synoptic part, 4 K of it', () => {
    const values = places.flatMap((place) =>
      [0, 13.3, 41].map((days) => synoptic(place, start + days * msPerDay)),
    );
    const { mean, sd, skewness, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.06);
    expect(Math.abs(sd - 1)).toBeLessThan(0.04);
    expect(Math.abs(skewness)).toBeLessThan(0.12);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.25);
  });

  it('remembers itself for days and not for weeks', () => {
    const after = (hours: number) =>
      correlation(
        places.map((place) => [synoptic(place, start), synoptic(place, start + hours * msPerHour)]),
      );
    expect(after(1)).toBeGreaterThan(0.98);
    expect(after(24)).toBeGreaterThan(0.4);
    expect(after(24)).toBeLessThan(0.8);
    expect(Math.abs(after(24 * 10))).toBeLessThan(0.08);
  });

  it('is shared by near places', () => {
    const apart = (degrees: number) =>
      correlation(
        places.map((place) => [
          synoptic(place, start),
          synoptic(weather.at({ ...place, latitude: place.latitude + degrees }), start),
        ]),
      );
    expect(apart(0.2)).toBeGreaterThan(0.97);
    expect(apart(2)).toBeGreaterThan(0.5);
    expect(Math.abs(apart(14))).toBeLessThan(0.08);
  });

  it('knows seasons, hours, heights and places of its own', () => {
    const at = (month: number, hour: number) => climateOf(seattle, Date.UTC(2026, month, 15, hour + 8));
    expect(at(6, 15) - at(0, 15)).toBeCloseTo(17.4, 0);
    expect(at(6, 15) - at(6, 3)).toBeCloseTo(6.7, 0);
    expect(climateOf({ ...seattle, elevation: 1050 }, start)).toBeCloseTo(
      climateOf(seattle, start) - 6.5,
      10,
    );
    const own = moments(places.map((place) => place.ownClimate));
    expect(Math.abs(own.mean)).toBeLessThan(0.07);
    expect(Math.abs(own.sd - 1)).toBeLessThan(0.05);
  });

  it('is consistent', () => {
    const states = places.flatMap((place) =>
      [0, 5.2, 171.7].map((days) => ({ place, ...place.truth(start + days * msPerDay) })),
    );
    const wet = states.filter(({ precipitation }) => precipitation > 0);
    expect(wet.length / states.length).toBeCloseTo(0.25, 1);
    expect(moments(wet.map(({ precipitation }) => precipitation)).skewness).toBeGreaterThan(1.5);
    for (const state of states) {
      expect(state.dewPoint).toBeLessThan(state.temperature);
      expect(state.windGust).toBeGreaterThanOrEqual(state.windSpeed);
      expect(state.windSpeed).toBeGreaterThanOrEqual(0);
      expect(state.relativeHumidity).toBeLessThanOrEqual(100);
      expect(state.relativeHumidity).toBeGreaterThan(0);
      expect(state.cloudCover).toBeGreaterThanOrEqual(state.precipitation > 0 ? 70 : 0);
      expect(state.radiation > 0).toBe(state.sun > 0);
      expect(state.snowfall > 0).toBe(state.precipitation > 0 && state.temperature < 0.7);
      expect(state.visibility).toBeGreaterThanOrEqual(100);
      expect(state.windDirection).toBeGreaterThanOrEqual(0);
      expect(state.windDirection).toBeLessThan(360);
    }
    const night = weather.at(seattle).truth(Date.UTC(2026, 5, 21, 9));
    expect(night.radiation).toBe(0);
  });

  it('is the same in any order, and another for another seed', () => {
    const times = Array.from({ length: 50 }, (_, k) => start + k * 7 * msPerHour);
    const forth = times.map((time) => weather.at(seattle).truth(time));
    const place = weather.at(seattle);
    const back = times.toReversed().map((time) => place.truth(time));
    expect(back.reverse()).toEqual(forth);
    expect(simulatedWeather('test').at(seattle).truth(start)).toEqual(forth[0]);
    expect(simulatedWeather('other').at(seattle).truth(start)).not.toEqual(forth[0]);
  });

  it('is read with an error of 0.1 K', () => {
    const errors = places.map((place) => place.reading(start).temperature - place.truth(start).temperature);
    expect(Math.abs(moments(errors).sd - sdInstrument)).toBeLessThan(0.005);
    // A second look reads the same.
    expect(places[0].reading(start)).toEqual(places[0].reading(start));
  });
});

describe('a forecast', () => {
  const bias = modelBias(weather, 'm');

  /** S and F together: what is left of the error once bias and the place's own climate are taken off. */
  function error(place: SimulatedPlace, issuedAt: number, lead: number): number {
    const time = issuedAt + lead * msPerHour;
    return (
      place.run('m', issuedAt).at(time).temperature -
      (place.truth(time).temperature - place.ownClimate) -
      bias
    );
  }

  it.each([0, 1, 24, 72, 240])('has the errors it says at a lead of %d h', (lead) => {
    const issues = Array.from({ length: 8 }, (_, k) => start + k * 60 * msPerDay);
    const errors = places.flatMap((place) => issues.map((issuedAt) => error(place, issuedAt, lead)));
    const { mean, sd, kurtosis } = moments(errors);
    const expected = Math.hypot(sdFast(lead), sdSlow);
    expect(Math.abs(mean)).toBeLessThan(0.035 * expected);
    expect(Math.abs(sd / expected - 1)).toBeLessThan(0.02);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.15);

    // Without the slow error, which the run tells, the fast one is left.
    const fast = places.flatMap((place) =>
      issues.map(
        (issuedAt) =>
          error(place, issuedAt, lead) - place.run('m', issuedAt).slowError(issuedAt + lead * msPerHour),
      ),
    );
    expect(Math.abs(moments(fast).sd / sdFast(lead) - 1)).toBeLessThan(0.02);
  });

  it('has the sd by lead that is documented', () => {
    expect(sdFast(0)).toBe(0.5);
    expect(sdFast(24)).toBe(1.4);
    expect(sdFast(240)).toBeCloseTo(5.5611, 4);
  });

  it('shares its slow error between issues, not its fast one', () => {
    const valid = start + 5 * msPerDay;
    const pairs = places.map((place): readonly [number, number] => [
      error(place, valid - 24 * msPerHour, 24),
      error(place, valid - 48 * msPerHour, 48),
    ]);
    const difference = moments(pairs.map(([a, b]) => a - b));
    expect(Math.abs(difference.sd / Math.hypot(sdFast(24), sdFast(48)) - 1)).toBeLessThan(0.05);
    // The covariance is the slow error's variance.
    const expected = sdSlow ** 2 / Math.hypot(sdFast(24), sdSlow) / Math.hypot(sdFast(48), sdSlow);
    expect(Math.abs(correlation(pairs) - expected)).toBeLessThan(0.06);
  });

  it('has a slow error that lasts about ten days', () => {
    const slow = (place: SimulatedPlace, days: number) =>
      place.run('m', start).slowError(start + days * msPerDay);
    const after = (days: number) => correlation(places.map((place) => [slow(place, 0), slow(place, days)]));
    expect(after(1)).toBeGreaterThan(0.95);
    expect(after(5)).toBeGreaterThan(0.5);
    expect(after(10)).toBeLessThan(0.5);
    expect(Math.abs(after(25))).toBeLessThan(0.08);
  });

  it('is independent of other models', () => {
    const issuedAt = start;
    const pairs = places.map((place): readonly [number, number] => {
      const time = issuedAt + 30 * msPerHour;
      const truth = place.truth(time).temperature - place.ownClimate;
      return [
        place.run('m', issuedAt).at(time).temperature - truth,
        place.run('n', issuedAt).at(time).temperature - truth,
      ];
    });
    expect(Math.abs(correlation(pairs))).toBeLessThan(0.07);
    expect(modelBias(weather, 'n')).not.toBe(bias);
  });

  it('has members around it, too close', () => {
    const lead = 48;
    const away = places.flatMap((place) => {
      const run = place.run('m', start);
      const time = start + lead * msPerHour;
      return [1, 2, 3].map((member) => run.member(member)(time).temperature - run.at(time).temperature);
    });
    expect(Math.abs(moments(away).sd / (memberShare * sdFast(lead)) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moments(away).mean)).toBeLessThan(0.05);
  });

  it('cannot be scored better than the known best', () => {
    const lead = 24;
    const gradient = new Float64Array(2);
    const issues = Array.from({ length: 8 }, (_, k) => start + k * 60 * msPerDay);
    const scores = places.flatMap((place) =>
      issues.map((issuedAt) => {
        const time = issuedAt + lead * msPerHour;
        const run = place.run('m', issuedAt);
        const mean = run.at(time).temperature - bias + place.ownClimate;
        const truth = place.truth(time).temperature;
        return {
          dressed: normalCrps(truth, mean, Math.hypot(sdFast(lead), sdSlow), gradient),
          best: normalCrps(truth, mean - run.slowError(time), sdFast(lead), gradient),
        };
      }),
    );
    expect(Math.abs(moments(scores.map((one) => one.best)).mean / bestCrps(lead) - 1)).toBeLessThan(0.02);
    expect(Math.abs(moments(scores.map((one) => one.dressed)).mean / dressedCrps(lead) - 1)).toBeLessThan(
      0.02,
    );
    expect(bestCrps(24)).toBeCloseTo(1.4 / Math.sqrt(Math.PI), 12);
    expect(dressedCrps(24)).toBeCloseTo(Math.sqrt(1.4 ** 2 + 1.2 ** 2) / Math.sqrt(Math.PI), 12);
    expect(bestCrps(24, sdInstrument)).toBeCloseTo(Math.sqrt(1.97) / Math.sqrt(Math.PI), 12);
  });
});

describe('stations', () => {
  it('are one each 30 km, with ids that lead back to them', () => {
    const near = simulatedStationsNear(weather, seattle, 150);
    // 70,686 km² by cells of 30.0 × 30.0 km.
    expect(near.length).toBeGreaterThan(65);
    expect(near.length).toBeLessThan(92);
    expect(new Set(near.map(({ id }) => id)).size).toBe(near.length);
    const away = near.map((station) => distanceKm(seattle, station));
    expect(away).toEqual(away.toSorted((a, b) => a - b));
    for (const station of near) {
      expect(station.id).toMatch(/^[A-Z][A-Z0-9]{3}$/);
      expect(stationOf(weather, station.id)).toEqual(station);
    }
    expect(stationOf(weather, 'ZZZZ')).toBeUndefined();
    expect(stationOf(weather, 'seattle')).toBeUndefined();
  });

  it('report each hour between the minutes 51 and 56, and now and then in between', () => {
    const [station] = simulatedStationsNear(weather, seattle, 50);
    const reports = reportsOf(weather, station, start, start + 400 * msPerHour, start + 500 * msPerHour);
    const routine = reports.filter(({ type }) => type === 'METAR');
    expect(routine).toHaveLength(400);
    for (const { observedAt, receivedAt } of routine) {
      expect((observedAt % msPerHour) / 60_000).toBeGreaterThanOrEqual(51);
      expect((observedAt % msPerHour) / 60_000).toBeLessThanOrEqual(56);
      expect(receivedAt - observedAt).toBeGreaterThanOrEqual(120_000);
    }
    expect(reports.length - routine.length).toBeGreaterThan(5);
    expect(reports.length - routine.length).toBeLessThan(45);
    // What has not been received yet is not there yet.
    const [first] = routine;
    expect(reportsOf(weather, station, start, start + msPerHour, first.receivedAt - 1).at(-1)).not.toEqual(
      first,
    );
    expect(reportsOf(weather, station, start, start + msPerHour, first.receivedAt).at(-1)).toEqual(first);
  });
});
