import type { ServedPrediction } from '../pipeline/served.ts';
import { formatInstant } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { chanceOf, eventOf } from './event.ts';
import { type Html, html } from './html.ts';
import { dayBefore, endsDay, localTime } from './local-time.ts';
import { intervalText, percentText, valueText } from './number-text.ts';
import { table } from './page.ts';

/** Rows that are shown at once; later ones fold away. */
const SHOWN = 48;

/** Levels of the columns: the ends of the central 90 % and 50 %, and the median. */
export const pageLevels: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

/** What is ahead of one variable at a place: median, intervals, and the chance of the event that belongs to it. */
export function aheadSection(
  variable: Variable,
  zone: string,
  predictions: readonly ServedPrediction[],
): Html {
  const event = eventOf(variable);
  const daily = variable.periodHours === 24 && predictions.every(({ validTime }) => endsDay(validTime, zone));
  const head = html`<tr><th scope="col">${daily ? 'day' : timeHeading(variable)}</th><th scope="col">median</th><th scope="col">50 % interval</th><th scope="col">90 % interval</th>${
    event && html`<th scope="col">${event.name}</th>`
  }</tr>`;
  const rows = predictions.map(({ validTime, quantiles, probabilities }) => {
    const [q05, q25, median, q75, q95] = quantiles.map((value) => valueText(value, variable.unit));
    return html`<tr><th scope="row"><time datetime="${formatInstant(validTime)}">${daily ? dayBefore(validTime, zone) : localTime(validTime, zone)}</time></th><td>${median}</td><td>${intervalText(q25, q75)}</td><td>${intervalText(q05, q95)}</td>${
      event && html`<td>${percentText(chanceOf(event, probabilities))}</td>`
    }</tr>
`;
  });
  const caption = `${variable.name} in ${variable.unit}, times of ${zone}`;
  const later = rows.slice(SHOWN);
  return html`${table(caption, head, rows.slice(0, SHOWN))}${
    later.length > 0
      ? html`<details><summary>${later.length} later times</summary>
${table(`${caption}, later`, head, later)}</details>
`
      : undefined
  }`;
}

function timeHeading({ periodHours }: Variable): string {
  return periodHours === 0 ? 'time' : `${periodHours} h until`;
}
