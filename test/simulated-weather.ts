import type { Location } from '../src/weather/location.ts';
import { msPerHour } from '../src/weather/time.ts';
import {
  cornersAround,
  fieldNormal,
  type Key,
  normal,
  partKey,
  smoothNormal,
  smoothNormals,
  textKey,
} from './simulated-noise.ts';
import { climateOf, type SimulatedState, stateOf } from './simulated-state.ts';

/**
 * A simulated weather for tests: known everywhere and at any time without being stored, with known best scores.
 *
 * Temperature in °C, exactly (all parts are normal and independent of each other, N has variance 1):
 *
 *   truth(t, x)       = climate(t, x) + 4 W(t, x) + 1 C(x)
 *   forecast(i, v, x) = climate(v, x) + 4 W(v, x) + b + 1.2 S(v, x) + σ(L) F(i, v, x)
 *   member k          = forecast + 0.6 σ(L) M_k(i, v, x)
 *   reading(t, x)     = truth + 0.1 N
 *
 * climate: by latitude, elevation (−6.5 K/km), season and local solar time. W: synoptic weather, shared by near places
 * (cubes of 500 km), over days: 0.8 of a part with knots each 72 h, 0.6 of one with 18 h. C: what the place has of its own
 * and no model knows. b: a model's bias, sd 0.8. S: a model's slow error at a place, knots each 10 days, the same for
 * every lead: a recent error tells it. F: its fast error, independent between issues, smooth over leads (knots each 6 h),
 * sd σ(L) = 0.5 + 0.9 (L / 24 h)^0.75. Errors are those of the point itself, to four decimals, and of the model's name.
 *
 * So nobody who has one model alone can on average get below these scores against the truth:
 *
 *   {@link bestCrps}     σ / √π              knowing b, C and S
 *   {@link dressedCrps}  √(σ² + 1.2²) / √π   knowing the mean error b − C only
 *
 * Against readings add their 0.1² below the root; rounding to 0.1 °C adds 0.03², to whole °F 0.16². A report at minute 53
 * differs from the full hour's truth by some 0.1 K more. Several models together can be better: their errors are
 * independent.
 *
 * Wind (on the scale of its square root), direction, rain, cloud, humidity and pressure are made of such pieces too; their
 * errors are the temperature's times {@link errorScales}, and pass through the same formulas as the truth, so that
 * what is forecast is as consistent as what is true. See simulated-state.ts.
 */
export interface SimulatedWeather {
  readonly key: Key;
  readonly at: (location: Location) => SimulatedPlace;
  /** Height of the ground in m. */
  readonly terrain: (latitude: number, longitude: number) => number;
}

export interface SimulatedPlace extends Location {
  /** What the place's own climate adds to the temperature, K; no forecast has it. */
  readonly ownClimate: number;
  readonly truth: (time: number) => SimulatedState;
  /** What an instrument says that stands here. */
  readonly reading: (time: number) => SimulatedState;
  /** What a reanalysis says: an error of sd 0.5 K anew each hour, nothing of the place's own climate. */
  readonly reanalysis: (time: number) => SimulatedState;
  /** A run of a model; `time` must not be before it. */
  readonly run: (model: string, issuedAt: number) => SimulatedRun;
}

/** A run; its functions share arrays, so call them one after the other. */
export interface SimulatedRun {
  readonly issuedAt: number;
  readonly at: (time: number) => SimulatedState;
  /** What of the temperature's error is slow, K: what recent errors could tell. */
  readonly slowError: (time: number) => number;
  /** Members from 1 on; each is computed by itself. */
  readonly member: (number: number) => (time: number) => SimulatedState;
}

/** Sd of the slow error of the temperature, K. */
export const sdSlow = 1.2;
/** Sd of a thermometer, K. */
export const sdInstrument = 0.1;
/** Sd of the synoptic weather, K. */
export const sdSynoptic = 4;
/** Sd of an ensemble's members as a share of the fast error's: it is too sure of itself. */
export const memberShare = 0.6;

/** Sd of the fast error of the temperature, K, at a lead in hours. */
export function sdFast(lead: number): number {
  return 0.5 + 0.9 * (lead / 24) ** 0.75;
}

/** The mean CRPS of whoever knows all of one model's errors but the fast one, K. */
export function bestCrps(lead: number, sdReading = 0): number {
  return Math.hypot(sdFast(lead), sdReading) / Math.sqrt(Math.PI);
}

/** The mean CRPS of whoever knows one model's mean error at the place, K. */
export function dressedCrps(lead: number, sdReading = 0): number {
  return Math.hypot(sdFast(lead), sdSlow, sdReading) / Math.sqrt(Math.PI);
}

/** The mean bias of a model's temperature, K. */
export function modelBias(weather: SimulatedWeather, model: string): number {
  return biasOf(weather.key, textKey(model), 0);
}

/** Errors of the pieces, in their units, for each K of error of the temperature; in the order of {@link Pieces}. */
export const errorScales: readonly number[] = [1, 0.12, 0.15, 0.15, 0.25, 0.2, 0.15, 0.6];

/** What the weather is made of: °C, √(m/s), then standard normal: east, north, wet, cloud, damp; hPa. */
export type Pieces = Float64Array;
const pieceCount = 8;
/** Hours between the knots of each piece of the truth. */
const knotHours: readonly number[] = [72, 24, 36, 36, 12, 18, 24, 48];
const synopticSizeKm = 500;
const slowKnotHours = 240;
const fastKnotHours = 6;

/** What chance is drawn for. */
const purposes = {
  truth: 1,
  quick: 2,
  own: 3,
  bias: 4,
  slow: 5,
  fast: 6,
  members: 7,
  instrument: 8,
  reanalysis: 9,
} as const;
const terrainKey = textKey('terrain');

export function simulatedWeather(seed: number | string): SimulatedWeather {
  const key = textKey(`weather ${seed}`);
  function terrain(latitude: number, longitude: number): number {
    const corners = cornersAround({ latitude, longitude, elevation: 0 }, 100);
    return Math.max(0, Math.round(250 + 350 * fieldNormal(corners, partKey(key, terrainKey))));
  }
  return { key, terrain, at: (location) => placeAt(key, location, terrain) };
}

function placeAt(weather: Key, location: Location, terrain: SimulatedWeather['terrain']): SimulatedPlace {
  const { latitude, longitude } = location;
  const elevation = Number.isNaN(location.elevation) ? terrain(latitude, longitude) : location.elevation;
  const site = { latitude, longitude, elevation };
  const place = partKey(partKey(weather, Math.round(latitude * 1e4)), Math.round(longitude * 1e4));
  const ownClimate = normal(partKey(place, purposes.own));
  const ownWind = 0.15 * normal(partKey(place, purposes.own + 100));

  const corners = cornersAround(location, synopticSizeKm);
  const shared = (key: Key) => smoothNormal((knot) => fieldNormal(corners, partKey(key, knot)));
  const truth = partKey(weather, purposes.truth);
  const fields = knotHours.map((_, piece) => shared(partKey(truth, piece)));
  const quick = shared(partKey(weather, purposes.quick));
  const common: Pieces = new Float64Array(pieceCount);
  let commonTime = Number.NaN;

  /** What forecasts and truth have in common; one array for all calls. */
  function commonAt(time: number): Pieces {
    if (time === commonTime) return common;
    const hours = time / msPerHour;
    const z = (piece: number, at: number) => fields[piece](at / knotHours[piece]);
    common[0] =
      climateOf(site, time) + sdSynoptic * (0.8 * z(0, hours) + 0.6 * quick(hours / quickKnotHours + 0.37));
    common[1] = 1.9 + 0.5 * z(1, hours);
    common[2] = z(2, hours);
    common[3] = z(3, hours);
    // Rain is that of the hour that ends; clouds go with it.
    common[4] = z(4, hours - 0.5);
    common[5] = 0.6 * common[4] + 0.8 * z(5, hours);
    common[6] = z(6, hours);
    common[7] = 1013.25 + 9 * z(7, hours);
    commonTime = time;
    return common;
  }

  function truePieces(time: number): Pieces {
    const pieces = Float64Array.from(commonAt(time));
    pieces[0] += ownClimate;
    pieces[1] += ownWind;
    return pieces;
  }

  return {
    ...site,
    ownClimate,
    truth: (time) => stateOf(site, time, truePieces(time)),
    reading(time) {
      const pieces = truePieces(time);
      const noise = partKey(partKey(place, purposes.instrument), Math.round(time / 1000));
      pieces[0] += sdInstrument * normal(noise);
      pieces[7] += 0.1 * normal(partKey(noise, 7));
      return stateOf(site, time, pieces);
    },
    reanalysis(time) {
      const pieces = Float64Array.from(commonAt(time));
      const noise = partKey(partKey(place, purposes.reanalysis), Math.round(time / msPerHour));
      for (let piece = 0; piece < pieceCount; piece++)
        pieces[piece] += 0.5 * errorScales[piece] * normal(partKey(noise, piece));
      return stateOf(site, time, pieces);
    },
    run(model, issuedAt) {
      const name = textKey(model);
      const slow = errorsOf(partKey(partKey(place, purposes.slow), name), slowKnotHours);
      const issue = partKey(partKey(partKey(place, purposes.fast), name), Math.round(issuedAt / msPerHour));
      const fast = errorsOf(issue, fastKnotHours);
      const bias = knotHours.map((_, piece) => biasOf(weather, name, piece));
      const pieces: Pieces = new Float64Array(pieceCount);
      let piecesTime = Number.NaN;
      function piecesAt(time: number): Pieces {
        if (time === piecesTime) return pieces;
        piecesTime = time;
        const start = commonAt(time);
        const lead = (time - issuedAt) / msPerHour;
        const sd = sdFast(lead);
        const slowError = slow(time / msPerHour);
        const fastError = fast(lead);
        for (let piece = 0; piece < pieceCount; piece++)
          pieces[piece] =
            start[piece] +
            bias[piece] +
            errorScales[piece] * (sdSlow * slowError[piece] + sd * fastError[piece]);
        return pieces;
      }
      return {
        issuedAt,
        at: (time) => stateOf(site, time, piecesAt(time)),
        slowError: (time) => sdSlow * slow(time / msPerHour)[0],
        member(number) {
          const own = errorsOf(partKey(partKey(issue, purposes.members), number), fastKnotHours);
          const shifted: Pieces = new Float64Array(pieceCount);
          return (time) => {
            const around = piecesAt(time);
            const lead = (time - issuedAt) / msPerHour;
            const sd = memberShare * sdFast(lead);
            const away = own(lead);
            for (let piece = 0; piece < pieceCount; piece++)
              shifted[piece] = around[piece] + errorScales[piece] * sd * away[piece];
            return stateOf(site, time, shifted);
          };
        },
      };
    },
  };
}

const quickKnotHours = 18;

function biasOf(weather: Key, model: Key, piece: number): number {
  return 0.8 * errorScales[piece] * normal(partKey(partKey(partKey(weather, purposes.bias), model), piece));
}

/** Standard normal errors of all pieces over hours; one array for all calls. */
function errorsOf(key: Key, hoursOfKnot: number): (hours: number) => Float64Array {
  const errors = smoothNormals(pieceCount, (knot, piece) => normal(partKey(partKey(key, piece), knot)));
  // Where the knots lie differs, so that no time is special.
  const shift = ((key >>> 0) % 4096) / 4096;
  return (hours) => errors(hours / hoursOfKnot + shift);
}
