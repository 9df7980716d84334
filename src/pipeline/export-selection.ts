import { WeatherglassError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { FollowedPlace } from '../weather/place.ts';
import type { Period } from '../weather/time.ts';
import { formatInstant } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { checkPlaces, checkVariables } from './served.ts';

/** What is to be exported, and how. */
export interface ExportQuery {
  /** All by default. */
  readonly places?: readonly string[] | undefined;
  /** All by default. */
  readonly variables?: readonly string[] | undefined;
  /** Valid times. */
  readonly period: Period;
  readonly signal?: AbortSignal | undefined;
  /** Told after each place. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Takes the table piece by piece; the next piece is made when it has been taken. */
export type TakeText = (text: string) => Promise<void>;

export interface Exported {
  readonly rows: number;
  /** What someone should be told although the table could be written. */
  readonly notices: readonly string[];
}

/** The places and variables of a query as the store has them. */
export interface Selection {
  readonly places: readonly FollowedPlace[];
  /** By name, so that a table does not depend on the order in which a store learned of them. */
  readonly variables: readonly Variable[];
}

/** @throws WeatherglassError NotFound for a place or variable that is not in the store. */
export async function selectionOf(store: Store, query: ExportQuery): Promise<Selection> {
  const all = await store.places();
  const asked = query.places === undefined ? undefined : await checkPlaces(store, query.places);
  const names = new Set(asked?.map(({ name }) => name));
  const variables = await checkVariables(store, query.variables);
  return {
    places: asked === undefined ? all : all.filter(({ name }) => names.has(name)),
    variables: [...new Set(variables)].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** @throws WeatherglassError Cancelled, between two pieces of work. */
export function checkCancelled({ signal }: ExportQuery): void {
  if (signal?.aborted)
    throw new WeatherglassError('Cancelled', 'the export was stopped; no file was written');
}

/** ` of temperature_2m for Oslo, valid from 2024-01-01T00:00Z`: what was asked for, for messages. */
export function askedFor({ places, variables, period: { from, until } }: ExportQuery): string {
  const times = [
    from === -Infinity ? '' : ` from ${formatInstant(from)}`,
    until === Infinity ? '' : ` until ${formatInstant(until)}`,
  ].join('');
  return [
    variables === undefined ? '' : ` of ${variables.join(', ')}`,
    places === undefined ? '' : ` for ${places.join(', ')}`,
    times === '' ? '' : `, valid${times}`,
  ].join('');
}

export function nothingToExport(why: string): WeatherglassError {
  return new WeatherglassError('NotFound', `nothing to export: ${why}`);
}

/** What the tables cannot say of rows whose outcome the store flags; nothing where there are none. */
export function flaggedNotice(rows: number): string[] {
  if (rows === 0) return [];
  return [
    `${rows} ${rows === 1 ? 'row holds' : 'rows hold'} an outcome that is flagged as not to be trusted, which the table does not say`,
  ];
}
