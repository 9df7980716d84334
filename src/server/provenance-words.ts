import { isEven, type Provenance } from '../pipeline/provenance.ts';
import type { ServedPrediction } from '../pipeline/served.ts';
import { msPerHour } from '../weather/time.ts';
import { type Html, html } from './html.ts';
import { localDate, localTimeOfYear } from './local-time.ts';
import { countText, hoursText, percentText } from './number-text.ts';
import { table } from './page.ts';

export interface Told {
  readonly zone: string;
  readonly now: number;
  /** Valid time of the newest outcome; undefined where there is no recent one. */
  readonly newestOutcome: number | undefined;
}

/** Where the predictions of one variable at a place come from, in words: the first in full, the others by lead. */
export function provenanceWords(
  predictions: readonly ServedPrediction[],
  { zone, now, newestOutcome }: Told,
): Html {
  const [first] = predictions;
  const { runs, runTime, ageHours, truth } = first.provenance;
  const input =
    runs.length === 0
      ? html`observations alone, the newest of ${localTimeOfYear(runTime, zone)}`
      : runs
          .map(({ source, issuedAt }) => `${source}, run of ${localTimeOfYear(issuedAt, zone)}`)
          .join(' and ');
  const whose =
    truth.length > 0
      ? `It learned from ${truth.join('; and from ')}.`
      : 'Nothing says whose outcomes it learned from.';
  const newest =
    newestOutcome === undefined
      ? 'This place has no outcomes of its own lately.'
      : `The place’s newest outcome is of ${localTimeOfYear(newestOutcome, zone)}, ${hoursText((now - newestOutcome) / msPerHour)} ago.`;
  const origin = `${whose} ${newest}`;
  return html`<p>Issued ${localTimeOfYear(first.issuedAt, zone)} from ${input} (${hoursText(ageHours)} ago). ${mixtureText(first.provenance, zone)}${physicsText(first.provenance)} ${origin}</p>
${byLead(predictions, zone)}`;
}

function mixtureText({ experts, trainedOn }: Provenance, zone: string): string {
  const learned =
    trainedOn.rows === 0
      ? 'which learned from nothing yet'
      : `which learned from ${countText(trainedOn.rows)} outcomes${periodText(trainedOn, zone)}`;
  return `Mixed from ${expertsText(experts)}, ${learned}.`;
}

/** By which laws of nature the mixture was corrected. */
function physicsText({ physics = [] }: Provenance): string {
  return physics.length === 0 ? '' : ` Some of it was moved to obey physics (${physics.join(', ')}).`;
}

function expertsText(experts: Provenance['experts']): string {
  if (isEven(experts)) return `${experts.length} experts in equal shares`;
  // Those that would be said to have 0 % have no say.
  const heard = experts.filter(({ weight }) => weight >= 0.005);
  return heard.map(({ name, weight }) => `${name} ${percentText(weight)}`).join(', ');
}

function periodText({ from, until }: Provenance['trainedOn'], zone: string): string {
  if (!Number.isFinite(from) || !Number.isFinite(until)) return '';
  return ` of ${localDate(from, zone)} to ${localDate(until, zone)}`;
}

/** Leads with the same mixture and training as one row. */
function byLead(predictions: readonly ServedPrediction[], zone: string): Html | undefined {
  const rows = Map.groupBy(predictions, ({ issuedAt, provenance: { experts, trainedOn } }) =>
    [
      expertsText(experts),
      trainedOn.rows === 0 ? '–' : `${countText(trainedOn.rows)}${periodText(trainedOn, zone)}`,
      localTimeOfYear(issuedAt, zone),
    ].join('\n'),
  );
  if (rows.size < 2) return undefined;
  const head = html`<tr><th scope="col">hours ahead</th><th scope="col" class="text">experts</th><th scope="col" class="text">outcomes learned from</th><th scope="col" class="text">issued</th></tr>`;
  return html`<details><summary>By hours ahead</summary>
${table(
  'Experts and what they learned from',
  head,
  Array.from(rows, ([words, own]) => {
    const leads = own.map(({ lead }) => Math.round(lead));
    const [least, most] = [Math.min(...leads), Math.max(...leads)];
    return html`<tr><th scope="row">${least === most ? least : `${least} … ${most}`}</th>${words
      .split('\n')
      .map((text) => html`<td class="text">${text}</td>`)}</tr>
`;
  }),
)}</details>
`;
}
