import type { PassedThrough } from '../pipeline/pass-through.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import { weatherCodeWords } from '../weather/weather-code-words.ts';
import { type Html, html } from './html.ts';
import { localTime } from './local-time.ts';
import { valueText } from './number-text.ts';
import { table } from './page.ts';

/** Hours ahead that are shown. */
const SHOWN = 48;

/** What passes through as it was forecast, as one table of hours. */
export function uncalibratedSection(
  passed: readonly PassedThrough[],
  zone: string,
  now: number,
): Html | undefined {
  if (passed.length === 0) return undefined;
  const hours = [...new Set(passed.flatMap(({ validTimes }) => validTimes))]
    .filter((time) => time <= now + SHOWN * msPerHour)
    .sort((a, b) => a - b);
  const head = html`<tr><th scope="col">time</th>${passed.map(
    ({ variable, unit }) =>
      html`<th scope="col">${variable === 'weather_code' ? 'weather' : `${variable}, ${unit}`}</th>`,
  )}</tr>`;
  const rows = hours.map(
    (
      time,
    ) => html`<tr><th scope="row"><time datetime="${formatInstant(time)}">${localTime(time, zone)}</time></th>${passed.map(
      (one) => html`<td>${cellText(one, time)}</td>`,
    )}</tr>
`,
  );
  const sources = [...new Set(passed.map(({ source }) => source))];
  return html`<section>
<h2>As forecast, not calibrated</h2>
<p>What nobody observes here, or what has no intervals, as ${sources.join(', ')} forecast it; the weather follows the calibrated rain.</p>
${table('As forecast, not calibrated', head, rows)}</section>
`;
}

function cellText({ variable, unit, validTimes, values }: PassedThrough, time: number): string {
  const value = values[validTimes.indexOf(time)] ?? Number.NaN;
  return variable === 'weather_code' ? weatherCodeWords(value) : valueText(value, unit);
}
