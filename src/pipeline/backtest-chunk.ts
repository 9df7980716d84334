import { isWeatherglassError } from '../errors.ts';
import type { Distributions } from '../forecast/distributions.ts';
import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import { type Answers, answer } from '../models/answer.ts';
import type { Artefact, Cases, Control, Selection, Settings } from '../models/model.ts';
import { type Fitted, findModel } from '../models/registry.ts';
import { msPerDay } from '../weather/time.ts';
import { type GroupPlan, trainingRowsOf } from './backtest-plan.ts';
import { exportLine } from './export-line.ts';
import { contenders, type LedgerSums, openLedger } from './ledger.ts';
import { scoredTarget, scoreTarget } from './score-target.ts';

/** One block with its schedule, as it is shared with the threads. */
export interface BacktestGroup {
  /** Tells blocks apart within a thread. */
  readonly id: string;
  readonly cases: Cases;
  readonly plan: GroupPlan;
  /** What is to be scored, where it was worked out before: else a model is fitted. */
  readonly given?: GivenAnswers | undefined;
}

/** Answers as quantiles. */
export interface GivenAnswers {
  readonly levels: Float64Array;
  /** Slots x levels, shared by all threads; NaN where there is no answer. */
  readonly quantiles: Float32Array;
  /** Slot of each row of the block. */
  readonly slot: Int32Array;
}

/** Part of a back-test: fits `from` … `until` − 1 of the block, counted unit by unit. */
export interface BacktestChunk {
  readonly group: BacktestGroup;
  readonly model: string;
  readonly settings: Settings;
  /** Whether sums are kept place by place. */
  readonly byPlace: boolean;
  readonly exported: boolean;
  readonly from: number;
  readonly until: number;
}

export interface ChunkResult extends LedgerSums {
  readonly targets: number;
  /** Targets answered by a simpler model than the one asked for, by that model's name. */
  readonly fallbacks: Readonly<Record<string, number>>;
  /** Targets that no model could answer. */
  readonly nothingKnown: number;
  /** The export's lines, in blocks. */
  readonly lines: readonly string[];
}

/** Characters of export lines sent as one string; a thread's whole share could be longer than a string may be. */
const LINE_BLOCK = 1 << 20;
/** Targets whose answers are held in memory at a time. */
const SLICE = 256;

let latest: BacktestGroup | undefined;

/**
 * Fits, predicts and scores one chunk: the synchronous heart of the back-test.
 *
 * Every prediction is made from training rows known as of its fit, and from its own forecast.
 */
export function runBacktestChunk(chunk: BacktestChunk, control: Control): ChunkResult {
  // Each message brings new views of the same shared memory; the first ones carry what is remembered with them.
  if (latest?.id !== chunk.group.id) latest = chunk.group;
  const { cases, plan, given } = latest;
  const targetsOf = targetsByFit(plan);
  const ledger = openLedger(chunk.byPlace);
  const own = scoredTarget();
  const other = scoredTarget();
  const lines: string[] = [];
  let block = '';
  const fallbacks: Record<string, number> = {};
  let targets = 0;
  let nothingKnown = 0;

  /** Scores a slice's answers and those of the references, and adds them to the sums and the export. */
  function scoreSlice({ rows }: Selection, answers: AnswerOf, references: readonly ReferenceAnswers[]): void {
    for (let i = 0; i < rows.length; i++) {
      control.checkpoint(0, Number.NaN);
      const row = rows[i];
      const outcome = cases.outcome[row];
      const answerOf = answers(i);
      if (answerOf === undefined || !scoreTarget(answerOf.distributions, answerOf.index, outcome, own)) {
        nothingKnown++;
        continue;
      }
      targets++;
      const { name, distributions } = answerOf;
      if (name !== chunk.model) fallbacks[name] = (fallbacks[name] ?? 0) + 1;
      const cell = ledger.cell(
        cases.place[row],
        cases.leads[row],
        Math.floor(cases.validTime[row] / msPerDay),
      );
      ledger.add('model', cell, own.scores);
      if (chunk.exported) {
        block += exportLine(cases, row, name, distributions.law, own);
        if (block.length > LINE_BLOCK) {
          lines.push(block);
          block = '';
        }
      }
      let scored: Distributions | undefined;
      for (const reference of references) {
        if (reference.answers === undefined) continue;
        // An ensemble dresses itself: what was just scored as raw is then also the dressed reference.
        if (reference.answers !== scored && !scoreTarget(reference.answers, i, outcome, other)) continue;
        scored = reference.answers;
        ledger.add(reference.name, cell, other.scores);
        if (reference.name !== 'raw') ledger.add(`model on ${reference.name}`, cell, own.scores);
      }
    }
  }

  let earlier: { readonly unit: number; readonly answers: Answers } | undefined;
  for (let step = chunk.from; step < chunk.until; step++) {
    control.checkpoint(step - chunk.from, chunk.until - chunk.from);
    const unit = Math.floor(step / plan.asOf.length);
    const fit = step % plan.asOf.length;
    const rows = targetsOf[unit][fit];
    if (rows.length === 0) continue;
    const training = {
      cases,
      rows: trainingRowsOf(plan, plan.units[unit], cases, fit),
    };
    const start = earlier?.unit === unit ? earlier.answers : undefined;
    const fits: Fitted[] = [];
    const trainingOf = rowsByLead(cases, training.rows);
    for (const [lead, own] of rowsByLead(cases, rows)) {
      const references = referenceNames.map((name) => ({
        name,
        artefact: fitReference(
          name,
          { cases, rows: trainingOf.get(lead) ?? new Int32Array() },
          chunk.settings,
          control,
        ),
      }));
      // A fit may serve millions of targets: their answers are made a slice at a time.
      for (let from = 0; from < own.length; from += SLICE) {
        control.checkpoint(step - chunk.from, chunk.until - chunk.from);
        const slice = { cases, rows: own.subarray(from, from + SLICE) };
        let answers: AnswerOf;
        if (given !== undefined) answers = givenAnswers(given, slice, chunk.model);
        else {
          const fitted = answer(
            findModel(chunk.model),
            training,
            slice,
            chunk.settings,
            control,
            start,
            fits,
          );
          earlier = { unit, answers: fitted };
          answers = fittedAnswers(fitted);
        }
        scoreSlice(
          slice,
          answers,
          references.map(({ name, artefact }) => ({
            name,
            answers: artefact === undefined ? undefined : findModel(name).predict(artefact, slice),
          })),
        );
      }
    }
  }
  if (block !== '') lines.push(block);
  return { ...ledger.close(), targets, fallbacks, nothingKnown, lines };
}

/** The answer to a target of a slice, by its position; undefined where there is none. */
type AnswerOf = (
  i: number,
) => { readonly name: string; readonly distributions: Distributions; readonly index: number } | undefined;

function fittedAnswers({ parts, part, index }: Answers): AnswerOf {
  return (i) => {
    const own = parts[part[i]];
    return own && { name: own.model.name, distributions: own.distributions, index: index[i] };
  };
}

function givenAnswers(
  { levels, quantiles, slot }: GivenAnswers,
  { cases, rows }: Selection,
  name: string,
): AnswerOf {
  const count = levels.length;
  const values = new Float64Array(rows.length * count);
  rows.forEach((row, i) =>
    values.set(quantiles.subarray(slot[row] * count, (slot[row] + 1) * count), i * count),
  );
  const distributions = quantileDistributions(levels, values, cases.variable.lower, cases.variable.upper);
  return (index) => ({ name, distributions, index });
}

const referenceNames = contenders.filter((name) => name !== 'model');

interface ReferenceAnswers {
  readonly name: (typeof referenceNames)[number];
  readonly answers: Distributions | undefined;
}

/** A reference's artefact; nothing where it cannot be fitted, for a reference is not replaced by another. */
function fitReference(
  name: ReferenceAnswers['name'],
  training: Selection,
  settings: Settings,
  control: Control,
): Artefact | undefined {
  try {
    return findModel(name).fit(training, settings, control);
  } catch (error) {
    if (isWeatherglassError(error, 'CannotFit')) return undefined;
    throw error;
  }
}

/** Rows of each lead in the order they come, by rising lead. */
function rowsByLead({ leads }: Cases, rows: Int32Array): Map<number, Int32Array> {
  const lists = new Map<number, number[]>();
  for (const row of rows) {
    const list = lists.get(leads[row]);
    if (list === undefined) lists.set(leads[row], [row]);
    else list.push(row);
  }
  return new Map([...lists].sort(([a], [b]) => a - b).map(([lead, list]) => [lead, Int32Array.from(list)]));
}

/** Target rows by unit and fit. */
function targetsByFit(plan: GroupPlan): Int32Array[][] {
  return plan.units.map((unit) => {
    const lists: number[][] = Array.from(plan.asOf, () => []);
    for (const row of unit) if (plan.fitOf[row] >= 0) lists[plan.fitOf[row]].push(row);
    return lists.map((rows) => Int32Array.from(rows));
  });
}
