import { type SkillReference, type SkillRow, storedReferences } from '../pipeline/skill.ts';
import { type Html, html } from './html.ts';
import { countText, intervalText, percentText } from './number-text.ts';
import { table } from './page.ts';

/** The measured track record of one variable at a place, by lead, against each reference there is. */
export function recordSection(variable: string, rows: readonly SkillRow[]): Html {
  if (rows.length === 0)
    return html`<p>No prediction of ${variable} has met its outcome yet: there is no track record.</p>`;
  const references = storedReferences.filter((name) =>
    rows.some(({ skill }) => Number.isFinite(skill[name])),
  );
  const head = html`<tr><th scope="col">ahead</th>${references.map(
    (name) => html`<th scope="col">skill against ${name}</th><th scope="col">95 %</th>`,
  )}<th scope="col">outcomes in the 90 % interval</th><th scope="col">outcomes</th><th scope="col">days</th></tr>`;
  return table(
    `Track record of ${variable}`,
    head,
    rows.map(
      (
        row,
      ) => html`<tr><th scope="row">${row.lead}</th>${references.map((name) => skillCells(row, name))}<td>${percentText(row.scores.coverage90)}</td><td>${countText(row.targets)}${row.flagged > 0 ? html` (${countText(row.flagged)} not trusted)` : ''}</td><td>${countText(row.days)}</td></tr>
`,
    ),
  );
}

/** What the words of the table mean, once for all of them. */
export const recordLegend = html`<p class="quiet">Skill is the share of the error (CRPS) saved: 0 is no better, 100 % perfect. Dressed is the forecast as it came, with the spread of its own past errors; climatology is what was usual at the time of year. An interval that holds 0 shows no difference. Of the 90 % interval, 90 % of outcomes should be inside.</p>
`;

function skillCells({ skill, skillInterval }: SkillRow, reference: SkillReference): Html {
  const [lower, upper] = skillInterval[reference].map((end) => percentText(end, 1));
  return html`<td>${percentText(skill[reference], 1)}</td><td>${intervalText(lower, upper)}</td>`;
}
