import type { IncomingHttpHeaders } from 'node:http';
import type { SimulatedWeather } from './simulated-weather.ts';

/** The providers that are simulated; each answers below `/<its name>/`. */
export const simulatedProviderNames = ['open-meteo', 'us-nws', 'met-norway', 'metar'] as const;
export type SimulatedProviderName = (typeof simulatedProviderNames)[number];

/** What a simulated provider is asked. */
export interface SimulatedRequest {
  /** Below the provider's own, such as `/v1/forecast`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Simulated time, epoch milliseconds. */
  readonly now: number;
  /** Where the provider is found, for links: `http://127.0.0.1:1234/us-nws`. */
  readonly home: string;
  /** Path and query as they came. */
  readonly url: string;
}

/** A run of a model for a place that a reply holds: whoever gets the same one twice has asked too often. */
export interface ServedRun {
  /** `latitude,longitude` as asked, or the provider's own name of the place. */
  readonly place: string;
  readonly model: string;
  readonly issuedAt: number;
}

export interface SimulatedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where there is none. */
  readonly body: string;
  /** What it counts for in the provider's limits; 1 by default. */
  readonly calls?: number;
  readonly served?: readonly ServedRun[];
}

export type SimulatedAnswer = (weather: SimulatedWeather, request: SimulatedRequest) => SimulatedReply;

/** A time as HTTP's headers have it. */
export function httpDate(time: number): string {
  return new Date(Math.floor(time / 1000) * 1000).toUTCString();
}

/** Whether the client has what was last modified then. */
export function isUnmodified(headers: IncomingHttpHeaders, lastModified: number): boolean {
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return since >= Math.floor(lastModified / 1000) * 1000;
}

/** Whether a coordinate is written with more than four decimals. */
export function tooPrecise(text: string): boolean {
  return /\.\d{5,}/.test(text);
}

/** The latest 00, 03, 06 … o'clock (by `hours`) at a time, by coordinated time. */
export function cycleAt(time: number, hours: number): number {
  return Math.floor(time / (hours * 3_600_000)) * hours * 3_600_000;
}
