import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { eventProvenance } from '../pipeline/event-provenance.ts';
import { type EventForecast, type PeriodProbability, predictEvent } from '../pipeline/predict-event.ts';
import { presentOf } from '../pipeline/present.ts';
import { formatInstant } from '../weather/time.ts';
import { type Context, openSettings } from './context.ts';
import { couplingText } from './coupling-text.ts';
import { openToRead } from './open-store.ts';
import type { PredictFlags } from './predict-flags.ts';
import { answerArrivals, placesAsked, refuseModelFlags } from './predict-stored.ts';
import { count, instantOrNull } from './store-command.ts';
import { percent, table } from './table.ts';

/** `predict --event`: how likely events are at the places asked for, from what is served there. */
export async function predictEvents(context: Context, flags: PredictFlags): Promise<void> {
  await using settings = await openSettings(context, flags);
  refuseModelFlags(flags);
  const meant = (['variable', 'levels', 'above', 'file', 'output'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (meant !== undefined)
    throw new WeatherglassError('Usage', `--${meant} does not go with --event, which names its variable`);
  if (flags.asOf === undefined) await answerArrivals(context, settings);
  await using store = await openToRead(settings.config);
  const asOf = flags.asOf ?? (await presentOf(store));
  const { places, notices } = await placesAsked(store, context, flags);
  for (const notice of notices) context.notice(`${notice}\n`);
  const forecasts: EventForecast[] = [];
  for (const [k, place] of places.entries())
    for (const event of flags.event ?? []) {
      if (context.signal.aborted) throw new WeatherglassError('Cancelled', 'stopped on request');
      const query = { place, event, asOf, until: flags.until, seed: settings.config.seed };
      try {
        forecasts.push(await predictEvent(store, query));
      } catch (error) {
        // Of several places some may have nothing to say.
        const isLast = k === places.length - 1 && forecasts.length === 0;
        if (!isWeatherglassError(error, 'NotFound') || places.length === 1 || isLast) throw error;
        context.notice(`${place}: ${error.message}\n`);
      }
    }
  settings.progress.clear();
  context.write(
    flags.json
      ? `${JSON.stringify({ asOf: formatInstant(asOf), events: forecasts.map(asJson) })}\n`
      : forecasts.map(describe).join('\n'),
  );
}

function asJson(forecast: EventForecast) {
  const { place, zone, event, periods, anyTime, longestSpell, coupling, trajectories, interpolated } =
    forecast;
  const { method, template, run, past, because, moved } = coupling;
  const { experts, runs, trainedOn, ...provenance } = eventProvenance(forecast);
  const periodJson = ({ start, end, ...rest }: PeriodProbability) => ({
    from: formatInstant(start),
    to: formatInstant(end),
    ...rest,
  });
  return {
    place,
    zone,
    event: event.text,
    variable: event.variable.name,
    unit: event.variable.unit,
    anyTime: periodJson(anyTime),
    periods: periods.map(periodJson),
    ...(longestSpell && { longestSpell: { levels: [0.05, 0.5, 0.95], hours: longestSpell } }),
    coupling: {
      method,
      trajectories,
      template,
      interpolated,
      ...(run && { run: { source: run.source, issuedAt: formatInstant(run.issuedAt) } }),
      ...(past && {
        past: {
          from: formatInstant(past.from),
          until: formatInstant(past.until),
          sameSeason: past.sameSeason,
        },
      }),
      ...(because !== undefined && { because }),
      ...(Object.keys(moved).length > 0 && { physics: moved }),
    },
    provenance: {
      issuedAt: formatInstant(provenance.issuedAt),
      runTime: formatInstant(provenance.runTime),
      experts,
      runs: runs.map(({ source, issuedAt }) => ({ source, issuedAt: formatInstant(issuedAt) })),
      trainedOn: {
        rows: trainedOn.rows,
        from: instantOrNull(trainedOn.from),
        until: instantOrNull(trainedOn.until),
      },
      truth: provenance.truth,
      ...(provenance.physics !== undefined && { physics: provenance.physics }),
    },
    ...(provenance.attribution.length > 0 && { attribution: provenance.attribution }),
  };
}

function describe(forecast: EventForecast): string {
  const { place, zone, event, asOf, periods, anyTime, longestSpell, coupling, trajectories, interpolated } =
    forecast;
  const { issuedAt, runTime, experts, attribution } = eventProvenance(forecast);
  const local = periods.some(({ date }) => date !== undefined);
  const spell =
    longestSpell === undefined
      ? ''
      : `longest row of hours: ${longestSpell[1]} (${longestSpell[0]} to ${longestSpell[2]} with probability 90%)\n`;
  const lines = [
    `${place}: ${event.text}, as of ${formatInstant(asOf)}`,
    `at any time from ${formatInstant(anyTime.start)} to ${formatInstant(anyTime.end)}: ${probability(anyTime)}`,
  ];
  const ends = [
    `${couplingText(coupling)}; ${trajectories} trajectories`,
    ...(interpolated > 0
      ? [`${count(interpolated, 'hour')} between predicted ones filled in from those beside them`]
      : []),
    `issued ${formatInstant(issuedAt)} from the run of ${formatInstant(runTime)}, mostly by ${experts[0]?.name ?? '–'}`,
    ...attribution,
  ];
  return `${lines.join('\n')}\n${spell}\n${table([
    [...(local ? [`day in ${zone}`] : []), 'from', 'to', 'probability'],
    ...periods.map((one) => [
      ...(local ? [one.date ?? ''] : []),
      formatInstant(one.start),
      formatInstant(one.end),
      probability(one),
    ]),
  ])}\n${ends.join('\n')}\n`;
}

/** Such as `34% ± 2%`; without an error where there is none. */
function probability({ probability: share, error }: PeriodProbability): string {
  return error > 0 ? `${percent(share)} ± ${percent(error, error < 0.01 ? 1 : 0)}` : percent(share);
}
