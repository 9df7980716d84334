import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { type SkillRow, skillKeys } from '../pipeline/skill.ts';
import { msPerDay } from '../weather/time.ts';
import { numberOrNull } from './json-values.ts';
import { day, readQuery, repeatable, wordsOf } from './read-query.ts';
import type { Serving } from './serving.ts';
import { whileConnected } from './while-connected.ts';

const parameters = z.strictObject({
  by: wordsOf(skillKeys).optional(),
  place: repeatable.optional(),
  variable: repeatable.optional(),
  model: repeatable.optional(),
  from: day.optional(),
  until: day.optional(),
});

/** `GET /v1/skill`: how good the predictions were, measured on the outcomes that came. */
export function skillRoute(app: FastifyInstance, { skill }: Serving): void {
  app.get('/v1/skill', async ({ query, moment: { demo } }, reply) => {
    const { by = ['variable', 'lead'], place, variable, model, from, until } = readQuery(parameters, query);
    if (from !== undefined && until !== undefined && from > until)
      throw new WeatherglassError('Usage', 'parameter until lies before from; exchange them');
    const asked = {
      by,
      places: place,
      variables: variable,
      models: model,
      from,
      // The last day counts as a whole.
      until: until === undefined ? undefined : until + msPerDay,
    };
    const rows = await skill(asked, whileConnected(reply));
    return { ...(demo && { demo }), rows: rows.map(rowJson) };
  });
}

function rowJson({ scores, skill, skillInterval, ...rest }: SkillRow) {
  const { targets: _, ...averages } = scores;
  return {
    ...rest,
    scores: eachNumber(averages),
    skill: eachNumber(skill),
    skill_interval: Object.fromEntries(
      Object.entries(skillInterval).map(([reference, ends]) => [reference, ends.map(numberOrNull)]),
    ),
  };
}

function eachNumber(numbers: Readonly<Record<string, number>>): Record<string, number | null> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, numberOrNull(value)]));
}
