/**
 * The one table of errors: what each name means to an HTTP client and to a shell.
 *
 * `status` is the HTTP status of the `application/problem+json` reply, `exitCode` the exit code of the
 * command line (after sysexits.h, so that scripts can tell bad data from a bad option).
 */
export const errorTable = {
  /** An option, argument or setting that cannot be used. */
  Usage: { status: 400, exitCode: 64 },
  /** A file or body whose content is wrong; says where. */
  InvalidData: { status: 422, exitCode: 65 },
  /** A file, place, model or other named thing that is not there. */
  NotFound: { status: 404, exitCode: 66 },
  /** A model has too little, or degenerate, training data; callers fall back and count. */
  CannotFit: { status: 422, exitCode: 65 },
  /** The system refused a file or a thread. */
  Unavailable: { status: 503, exitCode: 69 },
  /** Too much waits already; the same may succeed a little later. */
  Busy: { status: 503, exitCode: 75 },
  /** An outside operation took too long. */
  Timeout: { status: 504, exitCode: 75 },
  /** Stopped on request. */
  Cancelled: { status: 499, exitCode: 130 },
  /** A defect of Weatherglass itself. */
  Internal: { status: 500, exitCode: 70 },
} as const;

export type ErrorName = keyof typeof errorTable;

/** An error with a name from {@link errorTable}. Its message says what failed, where, and what to do. */
export class WeatherglassError extends Error {
  override readonly name: ErrorName;

  constructor(name: ErrorName, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = name;
  }
}

/** Whether `error` is a {@link WeatherglassError}, and of this name where one is given. */
export function isWeatherglassError(error: unknown, name?: ErrorName): error is WeatherglassError {
  return error instanceof WeatherglassError && (name === undefined || error.name === name);
}
