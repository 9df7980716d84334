import type { Control } from '../models/model.ts';
import { type SkillQuery, type SkillRow, skillReport } from './skill.ts';
import { threadStore } from './thread-store.ts';

/** A report on what a store holds, to be made in a thread: years of scores take seconds to add up. */
export interface SkillChunk {
  readonly store: string;
  readonly query: SkillQuery;
}

export async function runSkillChunk({ store, query }: SkillChunk, control: Control): Promise<SkillRow[]> {
  return skillReport(await threadStore(store), query, control);
}
