import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { parseInstant } from '../weather/time.ts';

/**
 * What a reply says, in the shape of a schema. Only what the schema names is looked at; a provider may add more.
 *
 * @param about who was asked and what about, such as `met-norway, Garden`; messages begin with it
 * @throws WeatherglassError InvalidData naming the field, what it must be and what it is.
 */
export function readReply<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  about: string,
): z.output<Schema> {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = fieldName(issue.path);
  const found = valueAt(body, issue.path);
  throw new WeatherglassError(
    'InvalidData',
    found === undefined
      ? `${about}: ${field} is missing; it must be ${wanted(issue)}`
      : `${about}: ${field} must be ${wanted(issue)}, not ${shown(found)}`,
    { cause: read.error },
  );
}

/** A number; null, an empty text or nothing at all is a missing one, NaN. */
export const numberOrMissing = z
  .union([z.number(), z.literal('')], { error: 'a number' })
  .nullish()
  .transform((value) => (typeof value === 'number' ? value : Number.NaN));

/** A text that `parse` reads; what it throws is told as `what` it must be. */
export function textOf<Value>(what: string, parse: (text: string) => Value) {
  return z.string().transform((text, context): Value => {
    try {
      return parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: what });
      return z.NEVER;
    }
  });
}

/** An instant with its zone, as epoch milliseconds. */
export const instant = textOf('a time with its zone, such as 2004-01-31T00:00Z', parseInstant);

/** A field's name by its path, such as `properties.timeseries[3].time`. */
function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return name === '' ? 'the reply' : name.replace(/^\./, '');
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path)
    value =
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  return value;
}

const kinds: Readonly<Record<string, string>> = {
  number: 'a number',
  string: 'a text',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Own messages of our schemas are such words already; those of zod begin with `Invalid input`. */
function wanted(issue: z.core.$ZodIssue): string {
  const isOwn = issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input');
  return isOwn ? issue.message : (kinds[issue.expected] ?? issue.expected);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
