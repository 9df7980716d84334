import type { FastifyInstance } from 'fastify';
import { isWeatherglassError } from '../errors.ts';
import { passedThrough, sourcesOf } from '../pipeline/pass-through.ts';
import { checkPlaces, type ServedPrediction, servedPredictions } from '../pipeline/served.ts';
import type { SkillQuery, SkillRow } from '../pipeline/skill.ts';
import { section } from '../runtime/event-loop.ts';
import { creditsFor } from '../sources/credits.ts';
import type { Store } from '../store/store.ts';
import { formatInstant, msPerDay } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { aheadSection, pageLevels } from './ahead-section.ts';
import { eventOf } from './event.ts';
import { coordinateText, elevationText } from './home-page.ts';
import { type Html, html } from './html.ts';
import { localTimeOfYear } from './local-time.ts';
import { page, pageType } from './page.ts';
import { provenanceWords, type Told } from './provenance-words.ts';
import { recordLegend, recordSection } from './record-section.ts';
import type { Serving } from './serving.ts';
import { uncalibratedSection } from './uncalibrated-section.ts';
import { whileConnected } from './while-connected.ts';

/** How far back the newest outcome is looked for, days. */
const LATELY = 40;

/** `GET /places/:name`: one place for people: what is ahead, how good it has been, where it comes from. */
export function placePage(app: FastifyInstance, { store, skill }: Serving): void {
  app.get<{ Params: { readonly name: string } }>(
    '/places/:name',
    async ({ params: { name }, moment: { now, demo } }, reply) => {
      const [place] = await checkPlaces(store, [name]);
      const { zone } = place;
      const variables = await store.variables();
      const ahead = await aheadOf(store, name, variables, now);
      const record = await recordOf((query) => skill(query, whileConnected(reply)), name);
      const newest = await newestOutcomes(store, name, now);
      const passed = await passedThrough(store, { places: [name], asOf: now }, ahead.predictions);
      const credits = creditsFor(sourcesOf(ahead.predictions, passed));
      const sections = section('page of a place', () =>
        variables.flatMap((variable) => {
          const own = ahead.predictions.filter((one) => one.variable === variable.name);
          const rows = record.filter((one) => one.variable === variable.name);
          if (own.length + rows.length === 0) return [];
          return [
            variableSection(variable, own, rows, { zone, now, newestOutcome: newest.get(variable.name) }),
          ];
        }),
      );
      return reply.type(pageType).send(
        page(
          `${name} – Weatherglass`,
          demo,
          html`<p><a href="/">All places</a></p>
<h1>${name}</h1>
<p>${coordinateText(place.latitude, ['N', 'S'])}, ${coordinateText(place.longitude, ['E', 'W'])}, elevation ${elevationText(place.elevation)}. Times are of ${zone}. As of <time datetime="${formatInstant(now)}">${localTimeOfYear(now, zone)}</time>.</p>
${ahead.problem && html`<p>${ahead.problem}</p>`}
${sections}${record.length > 0 ? recordLegend : undefined}${uncalibratedSection(passed, zone, now)}${
  credits.length > 0
    ? html`<p class="quiet">${credits.map(({ attribution }) => attribution).join('. ')}.</p>
`
    : undefined
}`,
        ),
      );
    },
  );
}

function variableSection(
  variable: Variable,
  ahead: readonly ServedPrediction[],
  record: readonly SkillRow[],
  told: Told,
): Html {
  const predicted =
    ahead.length === 0
      ? html`<p>Nothing of ${variable.name} lies ahead.</p>`
      : html`${aheadSection(variable, told.zone, ahead)}${provenanceWords(ahead, told)}`;
  return html`<section>
<h2>${variable.name}</h2>
${predicted}${recordSection(variable.name, record)}</section>
`;
}

interface Ahead {
  readonly predictions: readonly ServedPrediction[];
  /** Why there are none. */
  readonly problem?: string;
}

/** What is ahead; a page with nothing ahead says why. */
async function aheadOf(
  store: Store,
  place: string,
  variables: readonly Variable[],
  asOf: number,
): Promise<Ahead> {
  const thresholds = Object.fromEntries(
    variables.flatMap((variable) => {
      const event = eventOf(variable);
      return event === undefined ? [] : [[variable.name, [event.threshold]]];
    }),
  );
  const query = { places: [place], asOf, levels: pageLevels, thresholds };
  return orNothing<Ahead>(
    () => servedPredictions(store, query),
    (problem) => ({ predictions: [], problem }),
  );
}

async function recordOf(
  skill: (query: SkillQuery) => Promise<readonly SkillRow[]>,
  place: string,
): Promise<readonly SkillRow[]> {
  return orNothing(
    () => skill({ places: [place], by: ['variable', 'lead'] }),
    () => [],
  );
}

/** Valid times of the newest outcomes known, by variable. */
async function newestOutcomes(
  store: Store,
  place: string,
  now: number,
): Promise<ReadonlyMap<string, number>> {
  const validFrom = now - LATELY * msPerDay;
  const newest = new Map<string, number>();
  for (const { variable, newest: time } of await store.origins({
    places: [place],
    validFrom,
    knownUntil: now,
  }))
    newest.set(variable, Math.max(newest.get(variable) ?? -Infinity, time));
  return newest;
}

/** What is found, or what the reason why there is nothing makes of it. */
async function orNothing<Found>(
  find: () => Promise<Found>,
  nothing: (reason: string) => Found,
): Promise<Found> {
  try {
    return await find();
  } catch (error) {
    if (isWeatherglassError(error, 'NotFound')) return nothing(error.message);
    throw error;
  }
}
