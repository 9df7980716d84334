import { WeatherglassError } from '../errors.ts';
import { msPerDay, parseInstant } from '../weather/time.ts';
import type { Reading } from './source.ts';

/** How far a sensor's clock may be ahead: what it sees later would be taken for known too early. */
const aheadMs = 10 * 60_000;

/** Days that a reading may come late: what was recorded while there was no network, and no clock that was never set. */
export const latestDays = 30;

/** Whether a reading is of a time that no push should be of. */
export function isLongPast(time: number, now: number): boolean {
  return time < now - latestDays * msPerDay;
}

/** What consoles and WeeWX write for a value that they do not have. */
const missing = -9999;

/**
 * The number in a field of what a sensor sent; NaN for an empty one and for −9999.
 *
 * @param about who sent it, such as `Ecowitt, Garden`, for messages
 * @throws WeatherglassError InvalidData that names the field, for anything that is no decimal number.
 */
export function sensorNumber(text: string, field: string, about: string): number {
  const trimmed = text.trim();
  if (trimmed === '') return NaN;
  if (!/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(trimmed))
    throw refusal(about, `${field} must be a number, not ${shown(text)}`);
  const value = Number(trimmed);
  return value === missing ? NaN : value;
}

/**
 * The time in a field of what a sensor sent, epoch milliseconds: `now`, `2020-01-01 12:00:00` in UTC, or ISO 8601 with a
 * zone.
 *
 * @throws WeatherglassError InvalidData that names the field, for anything else, and for a time that is yet to come.
 */
export function sensorTime(text: string, now: number, field: string, about: string): number {
  if (text.trim() === 'now') return now;
  const time = parsedTime(text, field, about);
  if (time > now + aheadMs)
    throw refusal(
      about,
      `${field} is ${shown(text)}, ${Math.round((time - now) / 60_000)} minutes ahead; set the sensor's clock, to UTC where it sends UTC`,
    );
  return time;
}

function parsedTime(text: string, field: string, about: string): number {
  const parts = /^(\d{4})-(\d\d?)-(\d\d?)[ T](\d\d?):(\d\d?):(\d\d?)(.*)$/.exec(text.trim());
  if (parts === null)
    throw refusal(about, `${field} must be a time such as 2020-01-01 12:00:00, not ${shown(text)}`);
  const [, year = '', ...rest] = parts;
  const [month, day, hour, minute, second] = rest.map((part) => part.padStart(2, '0'));
  try {
    return parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}${rest[5] || 'Z'}`);
  } catch (cause) {
    throw refusal(about, `${field} must be a time that exists, not ${shown(text)}`, cause);
  }
}

/** Readings of one push; a wind vane that stands still in a calm still points somewhere: its direction is NaN then. */
export function withoutCalmDirection(readings: readonly Reading[]): readonly Reading[] {
  const isCalm = readings.some(({ variable, value }) => variable === 'wind_speed_10m' && value === 0);
  if (!isCalm) return readings;
  return readings.map((one) => (one.variable === 'wind_direction_10m' ? { ...one, value: NaN } : one));
}

/** A value in a message, cut short. */
export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}

export function refusal(about: string, problem: string, cause?: unknown): WeatherglassError {
  return new WeatherglassError('InvalidData', `${about}: ${problem}.`, { cause });
}
