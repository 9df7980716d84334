import { STATUS_CODES } from 'node:http';
import { type ErrorName, errorTable, isWeatherglassError } from '../errors.ts';

/** What a client is told of an error, after RFC 9457. */
export interface Problem {
  /** Names an error of the table; `about:blank` where the status says all. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Of a defect: what to look for in the log. */
  readonly request_id?: string;
}

export const problemType = 'application/problem+json';

const titles: Readonly<Record<ErrorName, string>> = {
  Usage: 'A parameter cannot be used',
  InvalidData: 'What was sent is wrong',
  NotFound: 'There is no such thing',
  CannotFit: 'There is too little to learn from',
  Unavailable: 'Not available now',
  Busy: 'Too much to do just now',
  Timeout: 'It took too long',
  Cancelled: 'Stopped on request',
  Internal: 'A defect of Weatherglass itself',
};

/** What the framework refuses, in our words; its own where they say enough. */
const refusals: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'send JSON, with the header content-type: application/json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'the body is larger than 1 MB; send it in parts',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'the body is empty; send JSON',
  FST_ERR_CTP_INVALID_JSON_BODY: 'the body is not JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body is not as long as content-length says',
};

/** The problem that an error is to a client. A defect keeps its insides to itself and names the request instead. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (isWeatherglassError(error) && error.name !== 'Internal') return namedProblem(error.name, error.message);
  const { statusCode, code, message } = (error ?? {}) as Partial<
    Record<'statusCode' | 'code' | 'message', unknown>
  >;
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return statusProblem(statusCode, refusals[String(code)] ?? String(message));
  return {
    ...namedProblem(
      'Internal',
      `something went wrong here, not with the request; the log has more of ${requestId}`,
    ),
    request_id: requestId,
  };
}

/** A problem whose status says all, such as 405. */
export function statusProblem(status: number, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
}

function namedProblem(name: ErrorName, detail: string): Problem {
  return {
    type: `urn:weatherglass:error:${name}`,
    title: titles[name],
    status: errorTable[name].status,
    detail,
  };
}
