import { WeatherglassError } from '../errors.ts';
import { empirical, makeSample, type Sample } from '../forecast/empirical.ts';
import { dayOfYear, daysPerYear, hourOfDay, msPerHour } from '../weather/time.ts';
import { type Artefact, type Cases, type Model, trainedOn } from './model.ts';

/** Outcomes of one place, by when in the year and the day they were valid. */
export interface PlaceHistory {
  /** Day of the mean year, 0 … 365.2425. */
  readonly dayOfYear: Float64Array;
  /** Hour of the day by coordinated time, 0 … 24. */
  readonly hour: Float64Array;
  readonly outcome: Float64Array;
}

export interface ClimatologyArtefact extends Artefact {
  /** One history a place, and the pooled one under ''. */
  readonly histories: Readonly<Record<string, PlaceHistory>>;
}

/** Half width of the window around the day of the year, and of the hour of the day. */
const WINDOW_DAYS = 31;
const WINDOW_HOURS = 1.5;
/** One outcome is no distribution. */
const LEAST_OUTCOMES = 2;
/** The window doubles until it holds this many outcomes, or the whole year. */
const ENOUGH = 20;

/**
 * What happened at the place around this day of the year and hour of the day: the empirical distribution of the
 * outcomes within ± 31 days (of a year of 365.2425) and ± 1.5 hours, both circular. A window with fewer than 20
 * outcomes doubles its days; if the whole year has no more, all its outcomes are taken, at whatever hour.
 *
 * A place with fewer than two outcomes of its own is given all places'.
 */
export const climatology: Model<ClimatologyArtefact> = {
  name: 'climatology',
  about: 'what happened at the place around this day of the year and hour of the day',
  simpler: 'raw',
  fit(training) {
    const { cases, rows } = training;
    const known = rows.filter((row) => Number.isFinite(cases.outcome[row]));
    if (known.length < LEAST_OUTCOMES)
      throw new WeatherglassError(
        'CannotFit',
        `${known.length} outcomes are known; a distribution needs ${LEAST_OUTCOMES}`,
      );
    const byPlace = new Map<number, Int32Array>();
    const counts = new Int32Array(cases.places.length);
    for (const row of known) counts[cases.place[row]]++;
    counts.forEach((count, place) => {
      if (count >= LEAST_OUTCOMES) byPlace.set(place, new Int32Array(count));
    });
    for (const row of known) {
      const own = byPlace.get(cases.place[row]);
      if (own !== undefined) own[--counts[cases.place[row]]] = row;
    }
    // A place may be called __proto__ or toString: entries and hasOwn take any name.
    const histories = Object.fromEntries([
      ['', historyOf(cases, known)],
      ...byPlace.entries().map(([place, own]) => [cases.places[place], historyOf(cases, own)] as const),
    ]);
    return { model: 'climatology', version: 1, trainedOn: trainedOn(training), histories };
  },
  predict(artefact, { cases, rows }) {
    const samples: Sample[] = [];
    const remembered = new Map<string, number>();
    const which = Int32Array.from(rows, (row) => {
      const time = cases.validTime[row];
      const place = cases.places[cases.place[row]];
      const name = Object.hasOwn(artefact.histories, place) ? place : '';
      const key = `${Math.floor(time / msPerHour)} ${name}`;
      let index = remembered.get(key);
      if (index === undefined) {
        index = samples.length;
        samples.push(makeSample(around(artefact.histories[name], time)));
        remembered.set(key, index);
      }
      return index;
    });
    return empirical(samples, which, new Float64Array(rows.length));
  },
};

function historyOf(cases: Cases, rows: Int32Array): PlaceHistory {
  const { day, hour } = calendarOf(cases);
  const history = {
    dayOfYear: new Float64Array(rows.length),
    hour: new Float64Array(rows.length),
    outcome: new Float64Array(rows.length),
  };
  for (let i = 0; i < rows.length; i++) {
    history.dayOfYear[i] = day[rows[i]];
    history.hour[i] = hour[rows[i]];
    history.outcome[i] = cases.outcome[rows[i]];
  }
  return history;
}

interface Calendar {
  readonly day: Float64Array;
  readonly hour: Float64Array;
}

const calendars = new WeakMap<Cases, Calendar>();

/** Day of the year and hour of the day of every case, remembered with the block. */
function calendarOf(cases: Cases): Calendar {
  let calendar = calendars.get(cases);
  if (calendar === undefined)
    calendars.set(
      cases,
      (calendar = { day: cases.validTime.map(dayOfYear), hour: cases.validTime.map(hourOfDay) }),
    );
  return calendar;
}

/** Outcomes in the window around a time, doubled until there are enough. */
function around({ dayOfYear: days, hour: hours, outcome }: PlaceHistory, time: number): number[] {
  const day = dayOfYear(time);
  const hour = hourOfDay(time);
  for (let window = WINDOW_DAYS; ; window *= 2) {
    const everything = window > daysPerYear / 2;
    const found: number[] = [];
    for (let i = 0; i < outcome.length; i++)
      if (
        everything ||
        (circularDistance(days[i], day, daysPerYear) <= window &&
          circularDistance(hours[i], hour, 24) <= WINDOW_HOURS)
      )
        found.push(outcome[i]);
    if (found.length >= ENOUGH || everything) return found;
  }
}

function circularDistance(a: number, b: number, period: number): number {
  const distance = Math.abs(a - b) % period;
  return Math.min(distance, period - distance);
}
