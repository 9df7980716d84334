import { textKey } from './simulated-noise.ts';
import { httpDate, isUnmodified, type SimulatedReply, type SimulatedRequest } from './simulated-reply.ts';

/** A refusal, as the provider writes them. */
export function problem(
  { url }: SimulatedRequest,
  status: number,
  type: string,
  title: string,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): SimulatedReply {
  const correlationId = `simulated-${(textKey(url) >>> 0).toString(16)}`;
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
    body: JSON.stringify({
      correlationId,
      ...more,
      title,
      type: `https://api.weather.gov/problems/${type}`,
      status,
      detail,
      instance: `https://api.weather.gov/requests/${correlationId}`,
    }),
  };
}

/** A reply that may be kept for so many seconds; 304 where the client has it already. */
export function geoJson(
  body: string,
  maxAge: number,
  { headers, now }: SimulatedRequest,
  modified = now,
): SimulatedReply {
  const cached = {
    'Cache-Control': `public, max-age=${maxAge}, s-maxage=120`,
    Expires: httpDate(now + maxAge * 1000),
    'Last-Modified': httpDate(modified),
    Vary: 'Accept,Feature-Flags,Accept-Language',
  };
  if (isUnmodified(headers, modified)) return { status: 304, headers: cached, body: '' };
  return { status: 200, headers: { 'Content-Type': 'application/geo+json', ...cached }, body };
}
