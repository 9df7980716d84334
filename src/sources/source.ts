import type { WeatherglassError } from '../errors.ts';
import type { Location } from '../weather/location.ts';
import type { FollowedPlace } from '../weather/place.ts';

// The one contract of everything that is asked over HTTP. A source says what it covers and what a question costs, asks
// through the polite client it is handed, and turns replies into what is kept; it waits, retries and counts nothing itself.

/** So many calls in any span of so many seconds. */
export interface Limit {
  readonly calls: number;
  readonly seconds: number;
}

/** Who answers: the manners it asks for, and what must be said about its data. */
export interface Provider {
  /** Word for settings, messages and metrics, such as `open-meteo`. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  readonly home: string;
  /** Licence of the data, such as `CC BY 4.0`. */
  readonly licence: string;
  /** What must be shown wherever its data is. */
  readonly attribution: string;
  /** Calls that all processes of this machine may make together. */
  readonly limits: readonly Limit[];
  /** Requests of all processes of this machine that may be under way at once. */
  readonly concurrency: number;
  /** Parameter that every address gets at the very last, so that neither what is kept nor what is said has it. */
  readonly key?: { readonly parameter: string; readonly value: string };
  /** Whether it refuses who does not say how to reach them. */
  readonly wantsContact: boolean;
  /** What a refusal means, where the provider says it in words of its own; the body as JSON, or as text where it is none. */
  readonly refusal?: (status: number, body: unknown, now: number) => Refusal | undefined;
}

/** Why a provider refused. */
export interface Refusal {
  readonly reason: string;
  /** How long it wants to be left alone, where it says so without Retry-After. */
  readonly retryAfterMs?: number;
}

/** A question to a provider. */
export interface Question {
  readonly provider: Provider;
  readonly url: string;
  /** Calls that it counts for in the provider's limits; 1 by default, 0 where it is free of quota. */
  readonly calls?: number;
  /** What it is about, for messages: places, a station. */
  readonly about: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** A reply that has been recognised as JSON. */
export interface Reply {
  /** 200 or 203 as a rule; 204 with an undefined body where the provider has nothing. */
  readonly status: number;
  readonly body: unknown;
  /** When it came, epoch milliseconds: for one that was kept, when the provider sent or confirmed it. */
  readonly receivedAt: number;
}

/**
 * Asks politely: identifies itself, keeps to limits shared by all processes, asks again only what may have changed, retries what
 * may pass.
 *
 * @throws WeatherglassError NotFound: 404. InvalidData: a refusal for good (400, 422), or a body that is no JSON. Usage: it
 *   does not want us (401, 403). Unavailable: it is down. Busy: nobody was asked, for its budget is spent, or it is left alone
 *   for a while. Timeout; Cancelled by the signal
 */
export type Ask = (question: Question) => Promise<Reply>;

/** What a source is handed. */
export interface SourceTools {
  readonly ask: Ask;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Which forecasts are wanted. */
export interface ForecastRequest {
  /** All with coordinates; as many as {@link ForecastSource.placesAtOnce} at most. */
  readonly places: readonly FollowedPlace[];
  /** Of {@link ForecastSource.names}, those that are due. */
  readonly names: readonly string[];
  /** Names of variables; those that the source does not have are left out. */
  readonly variables: readonly string[];
  /** Hours ahead of now that are wanted. */
  readonly hours: number;
  readonly signal?: AbortSignal | undefined;
}

/** What one source's model said at one issue time for one place, in the variables' own units. */
export interface IssuedForecast {
  /** One of {@link ForecastSource.names}. */
  readonly source: string;
  readonly place: string;
  /** Start of the model's run where the provider says so, else its update; a whole hour, so that leads are whole too. */
  readonly issuedAt: number;
  /** When it became known: when it came, or, of what is filled in later, when it must have been there at the latest. */
  readonly knownAt: number;
  /** `member_*`, then `model_*`, then `x_*`. */
  readonly columns: readonly string[];
  readonly series: readonly ForecastSeries[];
}

export interface ForecastSeries {
  readonly variable: string;
  /** Hours from the issue to the end of the period, ascending. */
  readonly leads: readonly number[];
  /** Leads x columns; NaN where missing. */
  readonly values: Float64Array;
}

/** A newest run, as a provider announces it. */
export interface Announced {
  readonly issuedAt: number;
  /** From when on it can be asked for: on all servers of the provider. */
  readonly availableAt: number;
}

/** A source of forecasts. */
export interface ForecastSource {
  readonly provider: Provider;
  /** What its runs are kept under, one for each model that is run on its own. */
  readonly names: readonly string[];
  /** Variables it can have. */
  readonly variables: readonly string[];
  readonly covers: (name: string, location: Location) => boolean;
  readonly placesAtOnce: number;
  /** Milliseconds after which it may have something new, where it announces nothing. */
  readonly every: number;
  /** Calls that a request counts for. */
  readonly calls: (request: Omit<ForecastRequest, 'signal'>) => number;
  /** The newest run of a name, where the provider announces them. */
  readonly announced?: (name: string, tools: SourceTools, signal?: AbortSignal) => Promise<Announced>;
  readonly forecasts: (request: ForecastRequest, tools: SourceTools) => Promise<readonly IssuedForecast[]>;
  /** Where it has its own past forecasts. */
  readonly past?: PastForecasts;
}

/** Forecasts of the past, by which a new place learns. */
export interface PastForecasts {
  /** Days that one request may span. */
  readonly daysAtOnce: number;
  readonly calls: (request: Omit<PastRequest, 'signal'>) => number;
  /** What was forecast for a span of days, as runs. */
  readonly forecasts: (request: PastRequest, tools: SourceTools) => Promise<readonly IssuedForecast[]>;
}

export interface PastRequest {
  readonly places: readonly FollowedPlace[];
  readonly names: readonly string[];
  readonly variables: readonly string[];
  /** Start of the first valid day, by coordinated time. */
  readonly from: number;
  /** End of the last valid day, exclusive. */
  readonly until: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where something is measured. */
export interface Station extends Location {
  /** Unique at its provider, such as `KJFK`. */
  readonly id: string;
  readonly name: string;
}

/** One value of a station or sensor, at whatever minute it was taken. */
export interface Reading {
  /** Id of the station, or name of the place whose sensor it is. */
  readonly station: string;
  readonly variable: string;
  /** End of the period it stands for, epoch milliseconds. */
  readonly time: number;
  /** In the variable's own unit; NaN where the instrument said that it has none. */
  readonly value: number;
  /** When the provider had it; NaN where it does not say. */
  readonly receivedAt: number;
  /** Hours that it covers, up to its time; left out for what the instrument showed at that time. */
  readonly periodHours?: number;
}

/** A source of observations at stations. */
export interface StationSource {
  readonly provider: Provider;
  readonly name: string;
  readonly variables: readonly string[];
  readonly covers: (location: Location) => boolean;
  /** Stations within a distance of a location, nearest first. */
  readonly stationsNear: (
    location: Location,
    withinKm: number,
    tools: SourceTools,
    signal?: AbortSignal,
  ) => Promise<readonly Station[]>;
  /** Days back that can be asked for. */
  readonly daysBack: number;
  readonly stationsAtOnce: number;
  /** Milliseconds after which there may be something new. */
  readonly every: number;
  readonly readings: (request: ReadingsRequest, tools: SourceTools) => Promise<readonly Reading[]>;
}

export interface ReadingsRequest {
  readonly stations: readonly string[];
  /** Inclusive, epoch milliseconds. */
  readonly from: number;
  /** Exclusive. */
  readonly until: number;
  /** Told of a report that cannot be understood, where the others are given all the same. */
  readonly onUnread: (station: string, error: WeatherglassError) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Hourly values of the past from a weather model that was fed with observations: never called observed. */
export interface ReanalysisSource {
  readonly provider: Provider;
  readonly name: string;
  readonly variables: readonly string[];
  /** Days that it lags behind. */
  readonly daysLate: number;
  readonly daysAtOnce: number;
  readonly calls: (request: Omit<PastRequest, 'signal' | 'names'>) => number;
  /** By place; `station` of a reading is the place's name. */
  readonly readings: (request: Omit<PastRequest, 'names'>, tools: SourceTools) => Promise<readonly Reading[]>;
}
