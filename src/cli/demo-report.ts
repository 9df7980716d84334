import { backtest } from '../pipeline/backtest.ts';
import { dailyLeads, pairsOfObservations } from '../pipeline/observed-pairs.ts';
import { defaultLevels, type Prediction, predict } from '../pipeline/predict.ts';
import type { GroupKeys, ScoreSheet } from '../pipeline/scoreboard.ts';
import { readNoaaSample, sampleDay } from '../tables/noaa-sample.ts';
import { parseDay } from '../weather/time.ts';
import { type CommonFlags, type Context, openSession } from './context.ts';
import { asJson } from './predict.ts';
import { decimals, percent, percentInterval, table } from './table.ts';

/** Rain that a US rain gauge can show, 0.01 inch: the usual meaning of "a day with rain". */
const MEASURABLE_RAIN = 0.254;

/** Predicts and back-tests the embedded sample from memory, and prints both. */
export async function demoReport(context: Context, flags: CommonFlags): Promise<void> {
  const started = performance.now();
  await using session = await openSession(context, flags);
  const pairs = pairsOfObservations(await readNoaaSample(context.signal), dailyLeads);
  const shared = { model: 'harmonic', pool: 'place', signal: context.signal } as const;
  const ahead = await predict(
    pairs,
    {
      ...shared,
      thresholds: { precipitation_sum: [MEASURABLE_RAIN] },
      onProgress: (done, total) => session.progress.show('predict', done, total),
    },
    session.pool,
  );
  // The first year only trains; then each quarter is predicted by what was known at its start.
  const record = await backtest(
    pairs,
    {
      ...shared,
      window: { refitDays: 90 },
      // A day is valid at its end, so this is 2013-01-01 and later.
      targets: { from: parseDay('2013-01-02'), until: Infinity },
      by: ['variable', 'place', 'lead'],
      seed: session.config.seed,
      onProgress: (done, total) => session.progress.show('back-test', done, total),
    },
    session.pool,
  );
  session.progress.clear();
  const seconds = Math.round(performance.now() - started) / 1000;
  if (flags.json) {
    context.write(`${JSON.stringify({ demo: true, ...asJson(ahead), record, seconds })}\n`);
    return;
  }
  context.write(
    `DEMO: the NOAA sample of Seattle and New York ends in 2015; this is as of its last day, ${sampleDay('Seattle', ahead.asOf)}.\n` +
      'The model, harmonic, learns from the observations of each place alone: no forecast goes in.\n\n',
  );
  for (const place of pairs.places.map(({ name }) => name))
    for (const { name } of pairs.variables)
      context.write(
        predictionTable(ahead.predictions.filter((one) => one.place === place && one.variable === name)),
      );
  context.write(
    `Measured on ${record.targets} predictions of 2013–2015, each by what was known at the time:\n` +
      'skill is the share of the CRPS saved against climatology (0: no better), with its 95 % interval.\n\n' +
      `${skillTable(record.groups)}\n` +
      `${seconds} s. Try: npx weatherglass --help\n`,
  );
}

function predictionTable(predictions: readonly Prediction[]): string {
  const [first] = predictions;
  const rain = first.variable === 'precipitation_sum';
  const rows = predictions.map((one) => [
    sampleDay(one.place, one.validTime),
    String(one.lead / 24),
    decimals(one.mean, 1),
    ...one.quantiles.map((value) => decimals(value, 1)),
    ...(rain ? [percent(one.probabilities[MEASURABLE_RAIN])] : []),
  ]);
  return `DEMO ${first.place}, ${first.variable} in ${first.unit}\n${table([
    ['day', 'days ahead', 'mean', ...defaultLevels.map((level) => percent(level)), ...(rain ? ['rain'] : [])],
    ...rows,
  ])}\n`;
}

function skillTable(groups: readonly (GroupKeys & ScoreSheet)[]): string {
  return table([
    [
      'DEMO variable',
      'place',
      'days ahead',
      'CRPS',
      'climatology',
      'skill',
      '95%',
      '90% coverage',
      'targets',
    ],
    ...groups.map((group) => [
      group.variable ?? '',
      group.place ?? '',
      String((group.lead ?? 0) / 24),
      decimals(group.scores.crps, 2),
      decimals(group.references.climatology.crps, 2),
      percent(group.skill.climatology, 1),
      percentInterval(group.skillInterval.climatology),
      percent(group.scores.coverage90),
      String(group.targets),
    ]),
  ]);
}
