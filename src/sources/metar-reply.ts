import { z } from 'zod';
import { isWeatherglassError, type WeatherglassError } from '../errors.ts';
import { parseInstant } from '../weather/time.ts';
import { readReply, textOf } from './read-reply.ts';

const missing = z.literal('').transform(() => null);
const number = z.union([z.number(), missing], { error: 'a number' }).nullish();
const text = z.string().nullish();
const stationName = z.string({ error: 'the name of a station' }).min(1, 'the name of a station');

/** Until 2025 `2023-10-27 15:25:34`, which is UTC; since then ISO 8601 with a zone. */
const received = textOf('a time', (given) =>
  given === '' ? null : parseInstant(/^\S+ \S+$/.test(given) ? `${given.replace(' ', 'T')}Z` : given),
).nullish();

/** What is read of a report. Until 2025 absent values came as null, since then their keys are left out. */
const entrySchema = z.object({
  icaoId: stationName,
  obsTime: z
    .number({ error: 'a time in epoch seconds' })
    .int('a time in epoch seconds')
    // Milliseconds taken for seconds would lie thousands of years ahead.
    .max(1e10, 'a time in epoch seconds'),
  receiptTime: received,
  temp: number,
  dewp: number,
  wdir: z.union([z.number(), z.literal('VRB'), missing], { error: 'degrees or "VRB"' }).nullish(),
  wspd: number,
  wgst: number,
  slp: number,
  precip: number,
  cover: text,
  clouds: z
    .array(z.object({ cover: text }, { error: 'a layer of clouds' }), { error: 'a list of layers' })
    .nullish(),
  metarType: text,
  rawOb: text,
  lat: number,
  lon: number,
  elev: number,
  name: text,
});

/** A report as aviationweather.gov sends it. */
export interface MetarEntry extends Omit<z.infer<typeof entrySchema>, 'receiptTime'> {
  /** Epoch milliseconds; NaN where not said. */
  readonly receivedAt: number;
}

export interface MetarReply {
  readonly reports: readonly MetarEntry[];
  /** For each that cannot be understood an InvalidData that names provider, station and field. */
  readonly unread: readonly UnreadReport[];
}

export interface UnreadReport {
  /** Empty where not even that can be told. */
  readonly station: string;
  readonly error: WeatherglassError;
}

/**
 * The reports in the body of a reply, none of an empty one (204). They are written by hundreds of stations, so each is read on
 * its own.
 *
 * @throws WeatherglassError InvalidData for a body that is no list
 */
export function readMetarReply(body: unknown): MetarReply {
  if (body === undefined || body === null || body === '') return { reports: [], unread: [] };
  const reports: MetarEntry[] = [];
  const unread: UnreadReport[] = [];
  for (const entry of readReply(z.array(z.unknown(), { error: 'a list of reports' }), body, 'metar')) {
    const station = stationName.catch('').parse(fieldOf(entry, 'icaoId'));
    try {
      const about = station === '' ? 'metar' : `metar, ${station}`;
      const { receiptTime, ...rest } = readReply(entrySchema, entry, about);
      reports.push({ ...rest, receivedAt: receiptTime ?? Number.NaN });
    } catch (error) {
      if (!isWeatherglassError(error, 'InvalidData')) throw error;
      unread.push({ station, error });
    }
  }
  return { reports, unread };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
