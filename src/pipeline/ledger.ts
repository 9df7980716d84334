import { addTarget, sumsPerRecord, type TargetScores, zero } from '../scores/accumulate.ts';

/** The predictors scored on every target: the model asked for, then the references. */
export const contenders = ['model', 'raw', 'dressed', 'climatology'] as const;
export type Contender = (typeof contenders)[number];

/** References that skill is reported against. */
export const skillReferences = ['dressed', 'climatology'] as const;
export type SkillReference = (typeof skillReferences)[number];

/**
 * What a ledger keeps sums of: each contender, and the model over just the targets that a reference answered too,
 * so that a skill always compares the same targets.
 */
export const accounts = [...contenders, 'model on dressed', 'model on climatology'] as const;
export type Account = (typeof accounts)[number];

/** Sums of many cells, one cell for each place (or −1 for all), lead and valid day. */
export interface LedgerSums {
  readonly places: Int32Array;
  /** Hours. */
  readonly leads: Float64Array;
  readonly days: Int32Array;
  /** A record of sums a cell. */
  readonly sums: Readonly<Record<Account, Float64Array>>;
}

/** Scores being summed by place, lead and valid day. */
export interface Ledger {
  readonly cell: (place: number, lead: number, day: number) => number;
  readonly add: (account: Account, cell: number, scores: TargetScores) => void;
  readonly close: () => LedgerSums;
}

export function openLedger(byPlace: boolean): Ledger {
  const cells = new Map<string, number>();
  const places: number[] = [];
  const leads: number[] = [];
  const days: number[] = [];
  const sums = new Map<Account, Float64Array>(accounts.map((account) => [account, zero(64)]));
  return {
    cell(place, lead, day) {
      const slot = byPlace ? place : -1;
      const key = `${slot} ${lead} ${day}`;
      let cell = cells.get(key);
      if (cell === undefined) {
        cell = cells.size;
        cells.set(key, cell);
        places.push(slot);
        leads.push(lead);
        days.push(day);
      }
      return cell;
    },
    add(account, cell, scores) {
      let records = sums.get(account)!;
      if (records.length < (cell + 1) * sumsPerRecord) {
        const larger = zero(2 * (cell + 1));
        larger.set(records);
        records = larger;
        sums.set(account, records);
      }
      addTarget(records, cell, scores);
    },
    close() {
      const closed = {} as Record<Account, Float64Array>;
      for (const [account, records] of sums) {
        const exact = zero(cells.size);
        exact.set(records.subarray(0, exact.length));
        closed[account] = exact;
      }
      return {
        places: Int32Array.from(places),
        leads: Float64Array.from(leads),
        days: Int32Array.from(days),
        sums: closed,
      };
    },
  };
}
