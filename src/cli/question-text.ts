import type { QuestionAnswer } from '../pipeline/question.ts';
import type { Reliability } from '../scores/corp.ts';
import { formatInstant } from '../weather/time.ts';
import { count } from './store-command.ts';
import { decimals, percent, percentInterval, table } from './table.ts';

/** The answer to a question for a person. */
export function describeAnswer(answer: QuestionAnswer): string {
  const { place, event, leadHours, costLoss, from, until, targets, value, saving, reliability } = answer;
  const { always, never } = answer.expenses;
  return `${place}: ${event.text}, decided ${leadHours} h before the end, acting from ${percent(costLoss, 1)} on
${count(targets, 'decision')} from ${formatInstant(from)} to ${formatInstant(until)}${leftOut(answer)}

${actions(answer)}
relative economic value: ${decimals(value.estimate, 2)} (95%: ${decimals(value.lower, 2)}…${decimals(value.upper, 2)})
saved a decision, against ${always <= never ? 'always' : 'never'} acting: ${decimals(saving.estimate, 4)} of a loss (95%: ${decimals(saving.lower, 4)}…${decimals(saving.upper, 4)})

${expenses(answer)}
Brier score ${decimals(reliability.score, 4)} = miscalibration ${decimals(reliability.miscalibration, 4)} − discrimination ${decimals(reliability.discrimination, 4)} + uncertainty ${decimals(reliability.uncertainty, 4)}
${curve(reliability)}${couplings(answer)}`;
}

function leftOut({ flagged, withoutForecast, withoutOutcome }: QuestionAnswer): string {
  const parts = [
    flagged > 0 && `${flagged} with an outcome that is not trusted`,
    withoutForecast > 0 && `${withoutForecast} more without a forecast so long before`,
    withoutOutcome > 0 && `${withoutOutcome} more without an outcome`,
  ].filter((one) => one !== false);
  return parts.length === 0 ? '' : `; ${parts.join('; ')}`;
}

function actions({ decisions, raw }: QuestionAnswer): string {
  const row = (
    name: string,
    { right, missed, falseAlarms, correctRejections }: QuestionAnswer['decisions'],
  ) => [name, ...[right, missed, falseAlarms, correctRejections].map(String)];
  return table([
    ['', 'right', 'missed', 'false alarms', 'correct rejections'],
    row('forecast', decisions),
    ...(raw === undefined ? [] : [row('raw', raw.decisions)]),
  ]);
}

function expenses({ expenses: own, raw, targets }: QuestionAnswer): string {
  const total = (mean: number) => decimals(mean * targets, 1);
  const row = (name: string, mean: number) => [name, decimals(mean, 4), total(mean)];
  const rows = [
    ['acting', 'expense a decision', 'in all, in losses'],
    row('on the forecast', own.forecast),
    row('always', own.always),
    row('never', own.never),
    row('on perfect knowledge', own.perfect),
  ];
  if (raw === undefined) return table(rows);
  if (raw.targets === targets) rows.splice(2, 0, row('on the raw forecast', raw.expenses.forecast));
  const { compared } = raw;
  return `${table(rows)}raw forecast, of the same ${count(raw.targets, 'decision')}: expense ${decimals(raw.expenses.forecast, 4)} against ${decimals(compared.expense, 4)}, value ${decimals(raw.value, 2)} against ${decimals(compared.value, 2)}, Brier score ${decimals(raw.brier, 4)} against ${decimals(compared.brier, 4)}
`;
}

/** Steps of the CORP curve: forecasts that are recalibrated to the same. */
function curve({ forecast, recalibrated, count: counts, events }: Reliability): string {
  const steps = Map.groupBy(forecast.keys(), (k) => recalibrated[k]);
  return table([
    ['forecast', 'happened', 'decisions', 'events'],
    ...[...steps].map(([share, own]) => {
      const sum = (of: Float64Array) => own.reduce((total, k) => total + of[k], 0);
      return [
        percentInterval([forecast[own[0]], forecast[own.at(-1)!]], 0),
        percent(share),
        String(sum(counts)),
        String(sum(events)),
      ];
    }),
  ]);
}

function couplings({ couplings: by }: QuestionAnswer): string {
  const parts = Object.entries(by).map(([method, number]) => `${method} ${number}`);
  return parts.length === 0 ? '' : `\nhours joined into trajectories by: ${parts.join(', ')}\n`;
}
