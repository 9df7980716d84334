import { msPerHour } from '../src/weather/time.ts';
import { textKey, uniform } from './simulated-noise.ts';
import { cycleAt } from './simulated-reply.ts';

/** A cell of the simulated grid of 0.025°; an office's tile is 5° wide and high. */
export interface GridCell {
  /** Three letters. */
  readonly office: string;
  readonly x: number;
  readonly y: number;
  /** Centre. */
  readonly latitude: number;
  readonly longitude: number;
}

const tile = 5;
const size = 0.025;
const cellsOfTile = tile / size;

/** Boxes that are forecast for: south, west, north, east. */
const covered = [
  [24.4, -125, 49.4, -66.5],
  [51, -180, 71.5, -129],
  [18.5, -161, 22.5, -154],
  [17.5, -67.5, 18.7, -64.5],
] as const;

/** The cell of a point; undefined outside the United States' boxes. */
export function gridCellAt(latitude: number, longitude: number): GridCell | undefined {
  const inside = covered.some(
    ([south, west, north, east]) =>
      latitude >= south && latitude <= north && longitude >= west && longitude <= east,
  );
  if (!inside) return undefined;
  const row = Math.floor((latitude + 90) / tile);
  const column = Math.floor((longitude + 180) / tile);
  const number = row * (360 / tile) + column;
  const letters = [Math.floor(number / 676), Math.floor(number / 26) % 26, number % 26];
  const office = String.fromCharCode(...letters.map((letter) => 65 + letter));
  // Guards against 199.99999 becoming 200.
  const x = Math.min(cellsOfTile - 1, Math.floor((longitude + 180 - column * tile) / size + 1e-9));
  const y = Math.min(cellsOfTile - 1, Math.floor((latitude + 90 - row * tile) / size + 1e-9));
  return gridCell(office, x, y);
}

/** The cell of its three names; undefined where there is none. */
export function gridCell(office: string, x: number, y: number): GridCell | undefined {
  if (!/^[A-Z]{3}$/.test(office) || x >= cellsOfTile || y >= cellsOfTile) return undefined;
  const [a, b, c] = [0, 1, 2].map((at) => office.charCodeAt(at) - 65);
  const number = a * 676 + b * 26 + c;
  const latitude = Math.floor(number / (360 / tile)) * tile - 90 + (y + 0.5) * size;
  const longitude = (number % (360 / tile)) * tile - 180 + (x + 0.5) * size;
  const round = (value: number) => Math.round(value * 1e4) / 1e4;
  return latitude < 90 ? { office, x, y, latitude: round(latitude), longitude: round(longitude) } : undefined;
}

/** Hours between the issues of an office's grid. */
export const nwsEveryHours = 3;
/** Name of its one model. */
export const nwsModel = 'us-nws';

/** The newest issue of an office: the full hour it counts from, and when it was updated, 5 to 54 minutes later. */
export function nwsIssue(
  office: string,
  now: number,
): { readonly issuedAt: number; readonly updated: number } {
  const delay = (5 + Math.floor(uniform(textKey(office)) * 50)) * 60_000;
  const issuedAt = cycleAt(now - delay, nwsEveryHours);
  return { issuedAt, updated: issuedAt + delay };
}

/** A zone that is common at a longitude of the United States. */
export function nwsZone(latitude: number, longitude: number): string {
  if (latitude > 50) return 'America/Anchorage';
  if (longitude < -150) return 'Pacific/Honolulu';
  if (longitude < -114) return 'America/Los_Angeles';
  if (longitude < -102) return 'America/Denver';
  if (longitude < -87) return 'America/Chicago';
  return longitude < -67 ? 'America/New_York' : 'America/Puerto_Rico';
}

const offsets = new Map<string, number>();

/** Minutes that a zone's clocks are ahead at a time. */
export function zoneOffset(zone: string, time: number): number {
  const hour = Math.floor(time / msPerHour);
  const key = `${zone} ${hour}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size > 10_000) offsets.clear();
  const at = Temporal.Instant.fromEpochMilliseconds(hour * msPerHour).toZonedDateTimeISO(zone);
  const minutes = at.offsetNanoseconds / 6e10;
  offsets.set(key, minutes);
  return minutes;
}
