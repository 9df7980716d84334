import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { didYouMean } from '../weather/nearest-names.ts';
import { parseDay, parseInstant } from '../weather/time.ts';

/** A parameter that `parse` reads; what it throws says what is wrong. */
export function parameter<Value>(parse: (text: string) => Value) {
  return z.string().transform((text, context): Value => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  });
}

/** A parameter that may be given more than once. */
export const repeatable = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => [given].flat())
  .refine((given) => !given.includes(''), 'must not be empty');

/** A parameter that is an instant, as epoch milliseconds. */
export const instant = parameter((text) => explained(() => parseInstant(text)));

/** A parameter that is a day, as epoch milliseconds of its beginning. */
export const day = parameter((text) => explained(() => parseDay(text)));

/** A parameter that is a number of a range. */
export function numberWithin(least: number, most: number) {
  return parameter((text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value <= most) return value;
    throw new Error(`must be a number from ${least} to ${most}, not ${JSON.stringify(text)}`);
  });
}

/** A parameter with words between commas, of those that are known. */
export function wordsOf<Word extends string>(known: readonly Word[]) {
  return parameter((text) =>
    text.split(',').map((word) => {
      const found = known.find((one) => one === word);
      if (found === undefined)
        throw new Error(`must be some of ${known.join(',')}, not ${JSON.stringify(word)}`);
      return found;
    }),
  );
}

/**
 * The parameters of a request.
 *
 * @throws WeatherglassError Usage that names the parameter.
 */
export function readQuery<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  query: unknown,
): z.infer<z.ZodObject<Shape>> {
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue.code === 'unrecognized_keys') {
    const [unknown] = issue.keys;
    const advice = didYouMean(unknown, Object.keys(schema.shape));
    throw new WeatherglassError('Usage', `there is no parameter ${JSON.stringify(unknown)}.${advice}`);
  }
  const name = String(issue.path[0]);
  const given = (query as Readonly<Record<string, unknown>>)[name];
  const problem =
    issue.code === 'invalid_type' && Array.isArray(given) ? 'is given more than once' : issue.message;
  throw new WeatherglassError('Usage', `parameter ${name} ${problem}`);
}

function explained(parse: () => number): number {
  try {
    return parse();
  } catch (error) {
    throw new Error(`cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
