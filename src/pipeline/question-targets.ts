import type { WeatherEvent } from '../forecast/event.ts';
import { type EventPeriod, eventPeriods } from '../forecast/event-periods.ts';
import { eventOutcome } from '../forecast/event-shares.ts';
import { msPerHour } from '../weather/time.ts';
import type { ObservedSeries } from './observed-series.ts';

/** A period that a decision was about. */
export interface QuestionTarget {
  readonly start: number;
  /** The valid time. */
  readonly end: number;
  /** When it was decided: nothing that became known later went in. */
  readonly decidedAt: number;
  /** Valid times of the values of the period. */
  readonly times: Float64Array;
}

/**
 * The periods that decisions were about, by end: every single value, the local days, or periods of n hours that follow each
 * other, so that no hour is decided about twice. Those of hourly values are counted from 1970-01-01T00:00Z, others from the
 * first on.
 *
 * It is decided `leadHours` before the end of the period, but not after its start.
 */
export function questionTargets(
  event: WeatherEvent,
  validTimes: Float64Array,
  zone: string,
  leadHours: number,
  { from, until }: { readonly from: number; readonly until: number },
): QuestionTarget[] {
  let taken = -Infinity;
  const follows = ({ start, end }: EventPeriod) => {
    if (event.statistic === 'value' || event.hours === 'day') return true;
    const isNext = event.stepHours === 1 ? (end / msPerHour) % event.hours === 0 : start >= taken;
    if (isNext) taken = end;
    return isNext;
  };
  return eventPeriods(event, validTimes, zone)
    .filter(({ end }) => end >= from && end < until)
    .filter(follows)
    .map(({ from: first, to, start, end }) => ({
      start,
      end,
      decidedAt: Math.min(start, end - leadHours * msPerHour),
      times: validTimes.slice(first, to),
    }));
}

/** What came of a period. */
export interface QuestionOutcome {
  /** 1 where the event happened, 0 where not, NaN where a value is missing. */
  readonly happened: number;
  /** Whether a value of it is not trusted. */
  readonly flagged: boolean;
}

/** What came of a period, by the latest version of its observations; a flagged one counts as it was reported. */
export function questionOutcome(
  event: WeatherEvent,
  times: Float64Array,
  { indexOf, last, flagged }: ObservedSeries,
): QuestionOutcome {
  const rows = [...times].map((time) => indexOf.get(time));
  const values = Float64Array.from(rows, (row) => (row === undefined ? Number.NaN : last[row]));
  return {
    happened: eventOutcome(event, values, 0, values.length),
    flagged: rows.some((row) => row !== undefined && flagged[row]),
  };
}
