import type { FollowedPlace } from '../weather/place.ts';
import type { Variable } from '../weather/variable.ts';
import type { RunValues } from './run-values.ts';

/**
 * What is kept: places, runs as they were issued, observations as they became known, fitted models, predictions as
 * they were issued and the sums of their scores.
 *
 * The contract is asynchronous and moves blocks, so that a database across a network fits it as well as a file. Times
 * are epoch milliseconds, leads hours, values in the variable's unit, missing values NaN. Names of places and variables
 * must be known before anything is put under them (NotFound otherwise). A query is "as of": `knownUntil` leaves out
 * whatever became known later.
 *
 * Everything one call of {@link Store.write} changes becomes durable together, or not at all; the promise resolves
 * when it is.
 */
export interface Store extends AsyncDisposable {
  /** Where it is kept, for messages. */
  readonly location: string;
  readonly readOnly: boolean;

  /** A number that differs after every change by whatever process. */
  dataVersion(): Promise<number>;

  /** By the order they were added. */
  places(): Promise<readonly FollowedPlace[]>;
  /** By the order they were added. */
  variables(): Promise<readonly Variable[]>;
  /** By the order they were added. */
  sources(): Promise<readonly string[]>;

  /**
   * Runs in blocks, by place, source, issue and arrival, in the order places and sources were added. A run that was put
   * in parts, of which each added variables, leads or columns, comes in those parts.
   */
  runs(query?: RunQuery): AsyncIterable<readonly Run[]>;
  /**
   * The run of a source for a place that was issued last, of those known at `knownUntil`; the last to arrive of those.
   * Parts of it are one run here.
   */
  latestRun(place: string, source: string, knownUntil?: number): Promise<Run | undefined>;

  /** When the newest run of each place and source was issued, and when the newest of those became known. */
  newestRuns(): Promise<readonly RunIssue[]>;

  /** Observations in blocks, every version, by place, variable, valid time and time of becoming known. */
  observations(query?: ObservationQuery): AsyncIterable<ObservationBlock>;
  /** What sensors pushed since a time, of whatever time it is, by place and time. */
  readings(receivedFrom: number): Promise<readonly StoredReading[]>;
  /** Where outcomes ever came from. */
  originNames(): Promise<readonly string[]>;
  /** Where the outcomes of each place and variable come from, without those that were taken back. */
  origins(query?: ObservationQuery): Promise<readonly Origin[]>;

  /** For each variable, source, lead and model the artefact trained last, of those trained by `trainedUntil`. */
  artefacts(query?: ArtefactQuery): Promise<readonly StoredArtefact[]>;

  /** Predictions as issued, in blocks, by place, variable and issue. */
  predictions(query?: PredictionQuery): AsyncIterable<readonly StoredPrediction[]>;
  /** The newest issue of each place and variable, without what it said. */
  newestIssues(query?: NewestQuery): Promise<readonly PredictionIssue[]>;
  /** What is ahead of a time: for each place and variable, newest first, predictions that say more than newer ones. */
  predictionsAhead(query: AheadQuery): Promise<readonly StoredPrediction[]>;

  /** Sums of scores in blocks, by variable, band, day and place. */
  scores(query?: ScoreQuery): AsyncIterable<readonly ScoreRow[]>;

  /** A small value kept under a name, such as how far the loop has come; undefined where none was put. */
  note(name: string): Promise<string | undefined>;
  /** The values kept under a name for places, by place, in the order the places were added. */
  placeNotes(name: string): Promise<ReadonlyMap<string, string>>;

  /** What is inside, for people. */
  summary(): Promise<StoreSummary>;

  /**
   * Changes the store: all of `changes`, durable when the promise resolves, or none of it.
   *
   * Calls made meanwhile share one commit where the store gains by it.
   *
   * @throws WeatherglassError NotFound: a place or variable that is not in the store. InvalidData: a run that
   *   contradicts one stored under the same place, source, issue and arrival; an observation that contradicts one stored
   *   under the same place, variable, valid time and time of becoming known. Unavailable: read only, disk full.
   */
  write(changes: Changes): Promise<WriteCounts>;

  /**
   * Copies everything committed so far into a new file, while others read and write.
   *
   * @throws WeatherglassError Usage: there is such a file already. Unavailable: it cannot be written.
   */
  backup(file: string): Promise<void>;

  /** Looks for damage: what is found, in words; empty where all is well. */
  check(): Promise<readonly string[]>;

  /**
   * Makes the store smaller: of runs issued and predictions made before `before` the parts that are no longer needed.
   *
   * Ensembles of more than five members are replaced by their mean, standard deviation and quantiles, the columns
   * `x_member_mean`, `x_member_sd`, `x_member_q10`, `x_member_q50` and `x_member_q90`; of predictions only what was
   * served is kept, without that of each expert. Later training sees the reduced columns. Nothing is touched whose
   * outcome is not scored yet: the note `loop.verified` says until when everything is, as epoch milliseconds, and
   * without it nothing is touched. The room is used by what is stored next.
   *
   * @param what predictions alone, or runs too; both by default
   * @returns how many of each were reduced
   */
  reduce(before: number, what?: 'all' | 'predictions'): Promise<ReduceCounts>;
}

/** Note that says until when everything that became known is scored, epoch milliseconds as text. */
export const verifiedNote = 'loop.verified';
/** Note that says until when the loop has turned: what was known by then is checked, epoch milliseconds as text. */
export const reachedNote = 'loop.reached';
/** Note that says what the newest training was as of, epoch milliseconds as text. */
export const trainedNote = 'loop.trained';
/** Note that is `yes` where much became known at once, so that the next turn of the loop trains without waiting for its day. */
export const trainWantedNote = 'loop.train_wanted';
/** Note that is there once {@link Store.reduce} has made runs smaller: whoever reads runs meets with both kinds. */
export const reducedNote = 'store.reduced';

/** What one source's model said at one issue time for one place. Stored as issued, never overwritten. */
export interface Run {
  readonly place: string;
  readonly source: string;
  readonly issuedAt: number;
  readonly knownAt: number;
  readonly layout: Layout;
  /** Steps in the order of the layout's series and their leads, times the layout's columns, step by step. */
  readonly values: RunValues;
}

/** What the numbers of a run stand for. Most runs of a source share one. */
export interface Layout {
  /** `member_*`, then `model_*`, then `x_*`. */
  readonly columns: readonly string[];
  readonly series: readonly RunSeries[];
}

export interface RunSeries {
  readonly variable: string;
  /** Hours from the issue to the valid time, ascending. */
  readonly leads: readonly number[];
}

/** That there is a run, without what it says. */
export type RunIssue = Pick<Run, 'place' | 'source' | 'issuedAt' | 'knownAt'>;

export interface RunQuery {
  readonly places?: readonly string[] | undefined;
  readonly sources?: readonly string[] | undefined;
  /** Only runs that hold this variable. */
  readonly variable?: string | undefined;
  /** Exclusive. */
  readonly knownAfter?: number | undefined;
  /** Inclusive. */
  readonly knownUntil?: number | undefined;
  /** Inclusive. */
  readonly issuedFrom?: number | undefined;
}

/** Observations as columns. A value that was taken back is NaN. */
export interface ObservationBlock {
  readonly rows: number;
  /** Names that `place`, `variable` and `origin` point into. */
  readonly places: readonly string[];
  readonly variables: readonly string[];
  readonly origins: readonly string[];
  readonly place: Int32Array;
  readonly variable: Int32Array;
  readonly origin: Int32Array;
  readonly validTime: Float64Array;
  readonly knownAt: Float64Array;
  readonly value: Float64Array;
  /** Why a value is not trusted; '' where it is. Flagged values do not train. */
  readonly flag: readonly string[];
}

export interface ObservationQuery {
  readonly places?: readonly string[] | undefined;
  readonly variables?: readonly string[] | undefined;
  /** Inclusive. */
  readonly validFrom?: number | undefined;
  /** Exclusive. */
  readonly validUntil?: number | undefined;
  /** Exclusive. */
  readonly knownAfter?: number | undefined;
  /** Inclusive. */
  readonly knownUntil?: number | undefined;
}

/** What a sensor at a place showed at whatever minute. */
export interface StoredReading {
  readonly place: string;
  /** A variable, or something that observations of one are made of, such as a counter of rain. */
  readonly variable: string;
  readonly time: number;
  /** Hours that it covers, up to its time; 0 for what was shown at that time. */
  readonly periodHours: number;
  /** NaN where the sensor said that it has none. */
  readonly value: number;
  readonly receivedAt: number;
}

/** Where outcomes of one variable at one place come from. */
export interface Origin {
  readonly place: string;
  readonly variable: string;
  readonly origin: string;
  /** Valid time of the newest. */
  readonly newest: number;
}

/** A fitted model: what an expert of the loop has learned. */
export interface StoredArtefact {
  readonly variable: string;
  /** Empty for a model that learned from observations alone. */
  readonly source: string;
  readonly lead: number;
  readonly model: string;
  /** What the training was as of. */
  readonly trainedAt: number;
  /** The artefact as `encodeArtefact` of the pipeline wrote it. */
  readonly data: Uint8Array;
}

export interface ArtefactQuery {
  readonly variable?: string | undefined;
  readonly models?: readonly string[] | undefined;
  /** Inclusive. */
  readonly trainedUntil?: number | undefined;
}

/** When something was said about one variable at one place, and of which times. */
export interface PredictionIssue {
  readonly place: string;
  readonly variable: string;
  /** Nothing that became known later went in. */
  readonly issuedAt: number;
  /** How it was made, as JSON: shared by all places of an issue. */
  readonly method: string;
  /** Ascending. */
  readonly validTimes: Float64Array;
  /** For each valid time the issue of the newest run used; the newest observation known where no run was. */
  readonly runTimes: Float64Array;
}

/** What was said about one variable at one place at one time. */
export interface StoredPrediction extends PredictionIssue {
  /**
   * Where the method names more than one source: for each valid time and each of them the issue used, NaN for none.
   */
  readonly sourceTimes?: Float64Array | undefined;
  /** Who answered: first what is served, then the experts. */
  readonly contenders: readonly string[];
  readonly levels: readonly number[];
  /** Valid times x contenders x levels; NaN where a contender had no answer. */
  readonly quantiles: Float32Array;
}

export interface PredictionQuery {
  readonly places?: readonly string[] | undefined;
  readonly variables?: readonly string[] | undefined;
  /** Inclusive. */
  readonly issuedFrom?: number | undefined;
  /** Inclusive. */
  readonly issuedUntil?: number | undefined;
}

export interface NewestQuery {
  readonly places?: readonly string[] | undefined;
  readonly variables?: readonly string[] | undefined;
  /** Inclusive. */
  readonly issuedUntil?: number | undefined;
}

export interface AheadQuery extends NewestQuery {
  /** Exclusive: what is valid later is ahead. */
  readonly after: number;
  /** How many of the newest issues are looked through. */
  readonly issues: number;
}

/** Sums of the scores of all predictions of a place and variable for one valid day and band of leads. */
export interface ScoreRow {
  readonly variable: string;
  /** Upper end of the band of leads, hours. */
  readonly band: number;
  /** Days since 1970-01-01 of the valid time, by coordinated time. */
  readonly day: number;
  /** '' for all places together. */
  readonly place: string;
  readonly contenders: readonly string[];
  /** Numbers whose meaning is the pipeline's; as many for each contender, and perhaps more. */
  readonly sums: Float64Array;
}

export interface ScoreQuery {
  readonly variables?: readonly string[] | undefined;
  /** '' for the rows of all places together; left out for every row but those. */
  readonly places?: readonly string[] | undefined;
  /** Inclusive. */
  readonly dayFrom?: number | undefined;
  /** Exclusive. */
  readonly dayUntil?: number | undefined;
}

/** A small value kept under a name for one place. */
export interface PlaceNote {
  readonly place: string;
  readonly name: string;
  readonly value: string;
}

/** Everything that can be written; all of one call together. */
export interface Changes {
  /** Added, or given other coordinates or another zone where the name is known. */
  readonly places?: readonly FollowedPlace[];
  /** With all that is stored under it. */
  readonly removePlaces?: readonly string[];
  /** Added; one of the same name must be the same. */
  readonly variables?: readonly Variable[];
  /** Putting the same again changes nothing. */
  readonly runs?: readonly Run[];
  /**
   * Putting the same again, also as known later, changes nothing; another value with a later `knownAt` is a revision and
   * stays beside the first.
   */
  readonly observations?: ObservationBlock;
  /** Replace those of the same place, variable, time and period. */
  readonly readings?: readonly StoredReading[];
  /** Readings that were received earlier go. */
  readonly forgetReadings?: number;
  readonly artefacts?: readonly StoredArtefact[];
  /** One of the same place, variable and issue stays as it is. */
  readonly predictions?: readonly StoredPrediction[];
  /** Replace those of the same variable, band, day and place. */
  readonly scores?: readonly ScoreRow[];
  readonly notes?: Readonly<Record<string, string>>;
  /** Kept until the place is removed. */
  readonly placeNotes?: readonly PlaceNote[];
  /** Written only if an observation of these changes was new. */
  readonly notesIfObserved?: Readonly<Record<string, string>>;
  /**
   * Forgets predictions, scores, artefacts and the notes whose names begin with `loop.`: the loop's own work, not what it
   * was given. Done first.
   */
  readonly forgetLoop?: boolean;
}

/** What a write changed; what was there already is not counted. */
export interface WriteCounts {
  readonly places: number;
  readonly runs: number;
  readonly observations: number;
  /** Observations that revised an earlier version. */
  readonly revisions: number;
  readonly predictions: number;
}

export interface StoreSummary {
  readonly bytes: number;
  readonly places: number;
  readonly runs: number;
  readonly observations: number;
  readonly predictions: number;
  /** First and last issue of runs and valid time of observations; NaN where there is none. */
  readonly from: number;
  readonly until: number;
  /** When the newest run or observation became known; NaN where there is none. */
  readonly knownUntil: number;
}

export interface ReduceCounts {
  readonly runs: number;
  readonly predictions: number;
}
