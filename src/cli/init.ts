import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { collectedVariables } from '../collect/collect.ts';
import { readProgress } from '../collect/collect-progress.ts';
import { collectRound, type Round } from '../collect/collect-round.ts';
import { currentCosts } from '../collect/current-costs.ts';
import { fillStepsOf } from '../collect/fill.ts';
import { fillCosts } from '../collect/fill-plan.ts';
import { collectedPlaces, followedPlaces, type Truth, truths } from '../collect/follow.ts';
import {
  type Followed,
  findStations,
  followPlace,
  type NearStation,
  noStations,
  refuseUnasked,
} from '../collect/follow-place.ts';
import type { Config } from '../config.ts';
import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { step } from '../pipeline/loop.ts';
import { servedPredictions } from '../pipeline/served.ts';
import { systemClock } from '../runtime/clock.ts';
import type { SourceTools } from '../sources/source.ts';
import type { Sources } from '../sources/sources.ts';
import type { Store } from '../store/store.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { msPerDay } from '../weather/time.ts';
import { collectedJson, collectedText, costsText, refuseSilence } from './collect-text.ts';
import { type CommonFlags, type Context, configOf, openThreads } from './context.ts';
import { locate } from './locate.ts';
import { type Collecting, openCollecting } from './open-sources.ts';
import { openToWrite } from './open-store.ts';
import { placeName } from './place-name.ts';
import { describePlace, placeJson } from './place-text.ts';
import { describeServed } from './predict-stored.ts';
import { progressOn } from './progress.ts';
import { askOn, type Questions } from './questions.ts';
import { saveSetting } from './save-setting.ts';
import { storeCommand } from './store-command.ts';

interface InitFlags extends CommonFlags {
  readonly at?: string;
  readonly truth?: Truth;
  readonly save: boolean;
}

/** Requests of the past that are waited for: a month of the place and its stations; the rest comes while it is served. */
const FIRST_STEPS = 6;

export function initCommand(context: Context): Command {
  return storeCommand('init', 'begin with a place of yours: find it, collect for it, and predict')
    .argument('[name]', 'what to call the place')
    .option(
      '--at <where>',
      'a town, or "latitude, longitude" (and metres above the sea); asked for if left out',
    )
    .addOption(
      new Option(
        '--truth <whose>',
        'whose observations are the truth: your own sensor, the nearest stations, a reanalysis, none',
      ).choices(truths),
    )
    .option(
      '--contact <address>',
      'how data sources can reach you: an address of mail or of the web; it is saved',
    )
    .option('--no-save', 'do not save the contact in the settings file')
    .option('--sources <names>', 'data sources, by commas (default: all)')
    .option('--stations <n>', 'nearest stations that are followed (default: 2)')
    .option('--past <days>', 'days of the past to learn from (default: 90)')
    .option('--horizon <days>', 'days ahead (default: 7)')
    .option('--cache <folder>', 'folder of kept replies and spent quotas')
    .option('--threads <n>', 'worker threads (default: one a core)')
    .action(async (name: string | undefined, flags: InitFlags) => init(context, name, flags));
}

async function init(context: Context, name: string | undefined, flags: InitFlags): Promise<void> {
  const { write, signal } = context;
  using questions = askOn(context, '`weatherglass init NAME --at WHERE`');
  const where = flags.at ?? (await questions.ask('Where is it: a town, or "latitude, longitude"?'));
  const contact = await contactOf(context, flags, questions);
  const config = configOf(context, { ...flags, ...(contact !== '' && { contact }) });

  await using collecting = openCollecting(config);
  for (const notice of collecting.notices) context.notice(`weatherglass: ${notice}\n`);
  const { client, sources } = collecting;
  const tools: SourceTools = { ask: client.ask, now: () => systemClock.now() };
  const interactive = flags.at === undefined;
  const place = await locate(
    placeName(name ?? (interactive ? await questions.ask('What shall it be called?', 'Home') : '')),
    where,
    {
      tools,
      settings: collecting.openMeteo,
      signal,
      notice: context.notice,
      // Who has said it all beforehand means the best match.
      choose: async (found) => (interactive ? questions.choose('Which of them?', found) : 0),
    },
  );
  const before = await truthBefore(config, place.name);
  const truth = flags.truth ?? (interactive ? await askTruth(questions) : (before ?? 'stations'));

  if (truth === 'reanalysis' && sources.reanalysis === undefined)
    throw new WeatherglassError(
      'Usage',
      'none of the data sources has a reanalysis: add open-meteo to the setting sources, or choose another truth',
    );
  const found =
    truth === 'stations' || truth === 'own'
      ? await findStations(sources, place, { stations: config.stations, tools, signal })
      : noStations;
  // A sensor of one's own is enough, though without stations it takes until it has told something.
  if (truth === 'stations') refuseUnasked(found, place.name);

  // Nothing is made or saved before all of it is known to be right.
  await using store = await openToWrite(config, true);
  const asStored = await asKnown(store, place);
  if (flags.save && contact !== '') saveSetting(flags.config ?? 'weatherglass.json', 'contact', contact);
  const followed = await followPlace(store, asStored, {
    truth,
    pastDays: config.past,
    found,
    hasReanalysis: sources.reanalysis !== undefined,
    now: tools.now(),
  });
  // A program is told the result alone, at the end.
  const listener = flags.json === true ? { ...context, write: () => {} } : context;
  listener.write(followedText(followed, config.past));
  if (before !== undefined && before !== followed.truth)
    context.notice(`weatherglass: the truth of ${place.name} was ${before}, and is ${followed.truth} now\n`);
  const round = await begin(listener, config, store, collecting, tools);
  await tell(listener, store, followed, sources);
  if (flags.json === true)
    write(`${JSON.stringify({ ...followedJson(followed), collected: collectedJson(round) })}\n`);
}

function followedJson({ place, truth, stations, problems }: Followed) {
  return {
    place: placeJson(place),
    truth,
    stations: stations.map(({ station, distanceKm, higherM, source }) => ({
      source: source.name,
      id: station.id,
      name: station.name,
      distanceKm,
      higherM: Number.isNaN(higherM) ? null : higherM,
    })),
    problems,
  };
}

/** Whose observations are the truth at a place that is followed already. */
async function truthBefore(config: Config, name: string): Promise<Truth | undefined> {
  if (!existsSync(config.store)) return undefined;
  // To write, so that one of an older version is brought up to date.
  await using store = await openToWrite(config);
  return (await followedPlaces(store)).find(({ place }) => place.name === name)?.following.truth;
}

/**
 * The place, as the store knows it where it does.
 *
 * @throws WeatherglassError Usage where that lies elsewhere: forecasts for there are none for here.
 */
async function asKnown(store: Store, place: FollowedPlace): Promise<FollowedPlace> {
  const known = (await store.places()).find(({ name }) => name === place.name);
  if (known === undefined || Number.isNaN(known.latitude)) return place;
  if (known.latitude !== place.latitude || known.longitude !== place.longitude)
    throw new WeatherglassError(
      'Usage',
      `${known.name} is followed already, ${describePlace(known)}: choose another name, or move it with \`weatherglass place add --replace\``,
    );
  return Number.isNaN(known.elevation) ? { ...known, elevation: place.elevation } : known;
}

async function contactOf(context: Context, flags: InitFlags, questions: Questions): Promise<string> {
  const known = configOf(context, flags).contact;
  if (known !== '' || flags.at !== undefined) return known;
  return questions.ask(
    'How can data sources reach you: an address of mail or of the web? MET Norway and the US Weather Service answer nobody without one.',
  );
}

async function askTruth(questions: Questions): Promise<Truth> {
  const choice = await questions.choose('Whose observations are the truth there?', [
    'the nearest weather stations',
    'a sensor of my own, which will push its values here',
    'a reanalysis, that is, a weather model fed with observations',
  ]);
  return (['stations', 'own', 'reanalysis'] as const)[choice];
}

function followedText({ place, truth, stations, problems }: Followed, pastDays: number): string {
  const near = stations
    .map(({ station, distanceKm, higherM }) => {
      const height = Number.isNaN(higherM)
        ? ''
        : `, ${Math.abs(Math.round(higherM))} m ${higherM < 0 ? 'lower' : 'higher'}`;
      return `${station.id} ${station.name} (${distanceKm.toFixed(0)} km${height})`;
    })
    .join('; ');
  const words: Readonly<Record<Truth, string>> = {
    own: `your own sensor: push its values to \`weatherglass serve\`, or import them${near === '' ? '' : `; until it has told enough, ${near}`}`,
    stations: `${near}${pastText(stations, pastDays)}`,
    reanalysis: 'a reanalysis (a weather model fed with observations, five days late)',
    none: 'nothing: forecasts pass through uncalibrated',
  };
  const troubles = problems
    .map(
      (problem) =>
        `not all stations could be asked for: ${problem}. The same \`init\` looks for them again.\n`,
    )
    .join('');
  return `${place.name}: ${describePlace(place)}\ntruth: ${words[truth]}\n${troubles}`;
}

/** Stations tell of few days: what was asked for is more than what can be learned from. */
function pastText(stations: readonly NearStation[], pastDays: number): string {
  const days = stations.reduce((most, { source }) => Math.max(most, source.daysBack), 0);
  return days < pastDays
    ? `; they tell of the last ${days} days, so that no more of the past is filled in`
    : '';
}

/** Collects, fills in the first of the past, learns and predicts. */
async function begin(
  context: Context,
  config: Config,
  store: Store,
  { client, sources }: Collecting,
  tools: SourceTools,
): Promise<Round> {
  const { write, signal } = context;
  const hours = 24 * config.horizon;
  const places = await collectedPlaces(store);
  const plan = await fillStepsOf(store, sources, collectedVariables, tools.now());
  write(costsText(currentCosts(places, sources.forecasts, collectedVariables, hours), fillCosts(plan)));
  const progress = progressOn(context);
  const round = await collectRound(store, sources, {
    client,
    clock: systemClock,
    hours,
    progress: await readProgress(store),
    signal,
    steps: FIRST_STEPS,
    onStep: (done, total) => progress.show('filling in the past', done, total),
  });
  progress.clear();
  write(collectedText(round));
  refuseSilence(round);
  await using pool = openThreads(config);
  await step(store, { asOf: tools.now(), signal }, pool);
  return round;
}

/** What is known of the next day, and what to do next. */
async function tell(
  { write }: Context,
  store: Store,
  { place, truth }: Followed,
  sources: Sources,
): Promise<void> {
  try {
    const asOf = systemClock.now();
    const served = await servedPredictions(store, {
      places: [place.name],
      variables: ['temperature_2m'],
      asOf,
      until: asOf + msPerDay,
    });
    write(describeServed(served));
  } catch (error) {
    if (!isWeatherglassError(error, 'NotFound') && !isWeatherglassError(error, 'Usage')) throw error;
    write(`${notYetText(truth, sources)}\n`);
  }
  write(
    '`weatherglass serve` goes on from here: it collects, learns, predicts, and shows how right it was.\n',
  );
}

/** Why nothing is predicted yet, and when that begins. */
function notYetText(truth: Truth, { forecasts }: Sources): string {
  if (forecasts.length === 0)
    return 'Nothing is predicted: none of the data sources has forecasts. Add open-meteo to the setting sources.';
  if (truth === 'none')
    return 'Nothing is predicted without a truth to learn from: the same `init` with --truth chooses one.';
  if (forecasts.every(({ past }) => past === undefined))
    return 'Nothing can be predicted yet: these data sources keep no past forecasts to learn from. It begins in a day or two, as what was forecast is observed.';
  return 'Nothing can be predicted yet: there are no outcomes to learn from. It begins as they arrive.';
}
