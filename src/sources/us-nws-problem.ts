import { z } from 'zod';

const text = z.string().nullish().catch(undefined);

const problem = z.object({
  type: text,
  title: text,
  status: z.number().nullish().catch(undefined),
  detail: text,
  correlationId: text,
});

/** A line of a message need not be longer than this. */
const LONGEST = 300;

/**
 * What a reply of the media type `application/problem+json` says, in one line: its title and detail, then its status, the
 * last word of its type, and the number under which the US National Weather Service finds it in its log. Undefined for
 * anything that has neither title nor detail.
 *
 * Source: RFC 9457; api.weather.gov/openapi.json, ProblemDetail.
 *
 * @example
 * nwsProblem({ title: 'Forecast Grid Expired', status: 503, correlationId: '7ab' });
 * // 'Forecast Grid Expired (status 503, correlationId 7ab)'
 */
export function nwsProblem(body: unknown): string | undefined {
  const read = problem.safeParse(body);
  if (!read.success) return undefined;
  const { type, title, status, detail, correlationId } = read.data;
  const told = [title, detail].filter((part) => part != null && part.trim() !== '');
  if (told.length === 0) return undefined;
  const kind = type?.split('/').at(-1);
  const marks = [
    ...(status == null ? [] : [`status ${status}`]),
    ...(kind ? [kind] : []),
    ...(correlationId ? [`correlationId ${correlationId}`] : []),
  ];
  const line = oneLine(told.join(': '));
  return marks.length === 0 ? line : `${line} (${oneLine(marks.join(', '))})`;
}

function oneLine(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
