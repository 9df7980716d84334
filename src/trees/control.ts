/** What a long computation is given: called every few milliseconds, it throws to stop the work. */
export interface Control {
  readonly checkpoint: (done: number, total: number) => void;
}

/** Numbers uniform in [0, 1), one a call: the only source of chance here. */
export type Random = () => number;
