import { type Command, InvalidArgumentError } from 'commander';
import { WeatherglassError } from '../errors.ts';
import { answerQuestion, type QuestionAnswer } from '../pipeline/question.ts';
import { checkCostLoss } from '../scores/economic-value.ts';
import type { Store } from '../store/store.ts';
import { formatInstant, parsePeriod } from '../weather/time.ts';
import { type CommonFlags, type Context, openSettings } from './context.ts';
import { argument, command, withStoreFlags } from './model-flags.ts';
import { openToRead } from './open-store.ts';
import { describeAnswer } from './question-text.ts';

interface QuestionFlags extends CommonFlags {
  readonly place?: string;
  readonly lead: number;
  readonly costLoss: number;
  readonly period?: { readonly from: number; readonly until: number };
}

export function questionCommand(context: Context): Command {
  return withStoreFlags(
    command('question', 'what acting on the forecasts of an event would have been worth here'),
  )
    .argument('<event>', 'such as "temperature_2m_min<0", "precipitation_sum_6h>5"')
    .option('--place <name>', 'the place (default: the only one)')
    .option(
      '--lead <hours>',
      'decided so long before the end of each period, such as 24h; never after its start',
      parseLead,
      24,
    )
    .requiredOption(
      '--cost-loss <ratio>',
      'what acting costs, as a share of the loss it saves, such as 0.2',
      (text) => argument(() => checkCostLoss(Number(text))),
    )
    .option('--period <from..to>', 'only periods that end in this time; either end may be open', (text) =>
      argument(() => parsePeriod(text)),
    )
    .action(async (event: string, flags: QuestionFlags) => {
      await using settings = await openSettings(context, flags);
      await using store = await openToRead(settings.config);
      const answer = await answerQuestion(store, {
        place: flags.place ?? (await onlyPlace(store)),
        event,
        leadHours: flags.lead,
        costLoss: flags.costLoss,
        from: flags.period?.from,
        until: flags.period?.until,
        seed: settings.config.seed,
        signal: context.signal,
      });
      context.write(flags.json ? `${JSON.stringify(asJson(answer))}\n` : describeAnswer(answer));
    });
}

/** @throws WeatherglassError Usage where it has to be said which place is meant. */
async function onlyPlace(store: Store): Promise<string> {
  const places = await store.places();
  if (places.length === 1) return places[0].name;
  throw new WeatherglassError(
    'Usage',
    places.length === 0
      ? 'no place is followed yet'
      : `say which place with --place: ${places
          .slice(0, 10)
          .map(({ name }) => name)
          .join(', ')}${places.length > 10 ? ', …' : ''}`,
  );
}

export function parseLead(text: string): number {
  const match = /^(\d+(?:\.\d+)?)h?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Say a number of hours such as 24h.');
  return Number(match[1]);
}

/** As other programs read it; numbers that there are none of as null. */
function asJson({ event, from, until, reliability, decided, ...answer }: QuestionAnswer) {
  const { forecast, recalibrated, count, events, targets: _, ...parts } = reliability;
  return {
    ...answer,
    event: event.text,
    variable: event.variable.name,
    unit: event.variable.unit,
    from: formatInstant(from),
    until: formatInstant(until),
    brier: parts,
    reliability: Array.from(forecast, (probability, k) => ({
      forecast: probability,
      recalibrated: recalibrated[k],
      targets: count[k],
      happened: events[k],
    })),
    decided: decided.map(({ end, decidedAt, issuedAt, ...one }) => ({
      end: formatInstant(end),
      decidedAt: formatInstant(decidedAt),
      issuedAt: formatInstant(issuedAt),
      ...one,
      happened: one.happened === 1,
    })),
  };
}
