import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { parseInstant } from '../weather/time.ts';

const missing = z.literal('').transform(() => null);
const number = z.union([z.number(), missing], { error: 'must be a number' }).nullish();
const text = z.string({ error: 'must be text' }).nullish();

/** What is read of a report. Until 2025 absent values came as null, since then their keys are left out. */
const entrySchema = z.object({
  icaoId: z.string({ error: 'must be the name of a station' }).min(1, 'must be the name of a station'),
  obsTime: z
    .number({ error: 'must be a time in epoch seconds' })
    .int('must be a time in epoch seconds')
    // Milliseconds taken for seconds would lie thousands of years ahead.
    .max(1e10, 'must be a time in epoch seconds'),
  receiptTime: text,
  temp: number,
  dewp: number,
  wdir: z.union([z.number(), z.literal('VRB'), missing], { error: 'must be degrees or "VRB"' }).nullish(),
  wspd: number,
  wgst: number,
  slp: number,
  precip: number,
  cover: text,
  clouds: z
    .array(z.object({ cover: text }, { error: 'must be a layer of clouds' }), {
      error: 'must be a list of layers',
    })
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

/**
 * The reports in the body of a reply, none of an empty one (204).
 *
 * @throws WeatherglassError InvalidData that names provider, station and field.
 */
export function readMetarReply(body: unknown): readonly MetarEntry[] {
  if (body === undefined || body === null || body === '') return [];
  if (!Array.isArray(body)) throw refusal('', `the reply must be a list of reports, not ${shown(body)}`);
  const entries: readonly unknown[] = body;
  return entries.map((entry, index) => {
    const read = entrySchema.safeParse(entry);
    if (!read.success) {
      const [issue] = read.error.issues;
      const path = issue?.path ?? [];
      const value = path.reduce<unknown>((within, key) => fieldOf(within, key), entry);
      throw refusal(
        stationOf(entry),
        `[${index}]${path.map(pathPart).join('')} ${issue?.message ?? 'is not understood'}, not ${shown(value)}`,
      );
    }
    const { receiptTime, ...rest } = read.data;
    return { ...rest, receivedAt: instantOf(receiptTime, stationOf(entry), `[${index}].receiptTime`) };
  });
}

/** Until 2025 `2023-10-27 15:25:34`, which is UTC; since then ISO 8601 with a zone. */
function instantOf(given: string | null | undefined, station: string, field: string): number {
  if (given === undefined || given === null || given === '') return NaN;
  try {
    return parseInstant(/^\S+ \S+$/.test(given) ? `${given.replace(' ', 'T')}Z` : given);
  } catch (cause) {
    throw refusal(station, `${field} must be a time, not ${shown(given)}`, cause);
  }
}

function fieldOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function stationOf(entry: unknown): string {
  const id = fieldOf(entry, 'icaoId');
  return typeof id === 'string' ? id : '';
}

function pathPart(key: PropertyKey): string {
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}

function refusal(station: string, problem: string, cause?: unknown): WeatherglassError {
  const where = station === '' ? 'metar' : `metar, ${station}`;
  return new WeatherglassError('InvalidData', `${where}: ${problem}.`, { cause });
}
