import type { Command } from 'commander';
import { collectedVariables } from '../collect/collect.ts';
import { readProgress } from '../collect/collect-progress.ts';
import { collectRound, type Round } from '../collect/collect-round.ts';
import { currentCosts } from '../collect/current-costs.ts';
import { fillStepsOf } from '../collect/fill.ts';
import { fillCosts } from '../collect/fill-plan.ts';
import { collectedPlaces } from '../collect/follow.ts';
import { openStandingCollector } from '../collect/standing-collector.ts';
import type { Config } from '../config.ts';
import { WeatherglassError } from '../errors.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Store } from '../store/store.ts';
import { collectedJson, collectedText, costsText, refuseSilence } from './collect-text.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { type Collecting, openCollecting } from './open-sources.ts';
import { openToRead, openToWrite } from './open-store.ts';
import { storeCommand } from './store-command.ts';

interface CollectFlags extends CommonFlags {
  readonly once?: boolean;
  readonly watch?: boolean;
  readonly plan?: boolean;
}

export function collectCommand(context: Context): Command {
  return storeCommand(
    'collect',
    'ask the data sources for what is due: forecasts as issued, observations, the past',
  )
    .option('--once', 'collect what is due and end (the default)')
    .option('--watch', 'go on collecting until interrupted; `serve` does that too')
    .option('--plan', 'say what it costs, in calls and days, and ask nobody')
    .option('--sources <names>', 'data sources, by commas (default: all)')
    .option('--contact <address>', 'how data sources can reach you: an address of mail or of the web')
    .option('--horizon <days>', 'days ahead (default: 7)')
    .option('--cache <folder>', 'folder of kept replies and spent quotas')
    .action(async (flags: CollectFlags) => {
      if ([flags.once, flags.watch, flags.plan].filter((one) => one === true).length > 1)
        throw new WeatherglassError('Usage', 'say one of --once, --watch and --plan');
      const config = configOf(context, flags);
      await using collecting = openCollecting(config);
      for (const notice of collecting.notices) context.notice(`weatherglass: ${notice}\n`);
      if (flags.plan === true) {
        await plan(context, flags, config, collecting);
        return;
      }
      await using store = await openToWrite(config);
      await needPlaces(store);
      await (flags.watch === true ? watch : once)(context, flags, config, store, collecting);
    });
}

/** @throws WeatherglassError NotFound where nothing is collected for. */
async function needPlaces(store: Store): Promise<void> {
  if ((await collectedPlaces(store)).length === 0)
    throw new WeatherglassError(
      'NotFound',
      `no place of ${store.location} is collected for: \`weatherglass init\` begins with one`,
    );
}

type Work = (
  context: Context,
  flags: CollectFlags,
  config: Config,
  store: Store,
  collecting: Collecting,
) => Promise<void>;

const once: Work = async (context, flags, config, store, { client, sources }) => {
  const round = await collectRound(store, sources, {
    client,
    clock: systemClock,
    hours: 24 * config.horizon,
    progress: await readProgress(store),
    signal: context.signal,
  });
  report(context, flags, round);
  refuseSilence(round);
};

const watch: Work = async (context, flags, config, store, { client, sources }) => {
  const ended = Promise.withResolvers<void>();
  context.signal.addEventListener('abort', () => ended.resolve(), { once: true });
  if (context.signal.aborted) ended.resolve();
  await using _collector = openStandingCollector(store, sources, {
    client,
    clock: systemClock,
    random: Math.random,
    hours: 24 * config.horizon,
    onCollected(round) {
      const { collected, filled } = round;
      const quiet = collected.added + collected.failures.length + filled.steps + filled.failures.length === 0;
      if (!quiet) report(context, flags, round);
    },
    onError: (error) => context.notice(`weatherglass: ${String(error)}; collecting goes on\n`),
  });
  await ended.promise;
};

async function plan(
  context: Context,
  flags: CollectFlags,
  config: Config,
  { sources }: Collecting,
): Promise<void> {
  await using store = await openToRead(config);
  await needPlaces(store);
  const places = await collectedPlaces(store);
  const current = currentCosts(places, sources.forecasts, collectedVariables, 24 * config.horizon);
  const fill = fillCosts(await fillStepsOf(store, sources, collectedVariables, systemClock.now()));
  context.write(
    flags.json
      ? `${JSON.stringify({
          current: current.map(({ provider, calls }) => ({ provider: provider.name, calls_a_day: calls })),
          past: fill.map(({ provider, ...cost }) => ({ provider: provider.name, ...cost })),
        })}\n`
      : costsText(current, fill),
  );
}

function report(context: Context, flags: CollectFlags, round: Round): void {
  context.write(flags.json ? `${JSON.stringify(collectedJson(round))}\n` : collectedText(round));
}
