import { obeyPhysics, physicsRules } from '../src/forecast/physics.ts';
import { quantileDistributions } from '../src/forecast/quantile-distributions.ts';
import { issuedLevels } from '../src/pipeline/issue-chunk.ts';
import { type Bench, rowsFor } from './measure.ts';
import { type PhysicsSet, realSets, simulatedRadiation } from './physics-sets.ts';

const levels = Float64Array.from(issuedLevels);
type Figures = Record<string, number>;

/**
 * What each rule of physics does to margins that were learned apart: figures are the mean CRPS after the rule by that before it, of
 * the variables that it changes, peers the same of the values that it moved alone, and their share. Rules are applied one after
 * the other. CRPS is of the law that is linear between the issued levels.
 */
export const physics: Bench = {
  name: 'physics',
  about: 'CRPS after each rule of physics by that before it, of margins learned apart',
  run(effort) {
    const figures: Figures = {};
    const peers: Figures = {};
    addRatios(simulatedRadiation(rowsFor(effort, 300)), figures, peers);
    if (effort.share === 1) {
      const { sets, missing } = realSets();
      for (const name of missing) console.warn(`physics, ${name}: skipped: no development data`);
      for (const set of sets) addRatios(set, figures, peers);
    }
    return { figures, peers };
  },
};

function addRatios({ name, places, tables }: PhysicsSet, figures: Figures, peers: Figures): void {
  for (const rule of physicsRules) {
    const before = tables.map(({ quantiles }) => quantiles.slice());
    if (Object.keys(obeyPhysics(tables, places, levels, [rule])).length === 0) continue;
    let [sumBefore, sumAfter, movedBefore, movedAfter, values, moved] = [0, 0, 0, 0, 0, 0];
    tables.forEach(({ quantiles, outcome }, t) => {
      if (quantiles.every((value, k) => value === before[t][k])) return;
      const [old, now] = [before[t], quantiles].map((rows) =>
        quantileDistributions(levels, Float64Array.from(rows)),
      );
      outcome.forEach((came, row) => {
        const [first, last] = [row * levels.length, (row + 1) * levels.length];
        const isMoved = quantiles.subarray(first, last).some((value, k) => value !== before[t][first + k]);
        const [was, is] = [old.crps(row, came), now.crps(row, came)];
        values++;
        sumBefore += was;
        sumAfter += is;
        if (!isMoved) return;
        moved++;
        movedBefore += was;
        movedAfter += is;
      });
    });
    figures[`${name}: ${rule.name}`] = sumAfter / sumBefore;
    peers[`${name}: ${rule.name}, values moved`] = movedAfter / movedBefore;
    peers[`${name}: ${rule.name}, share moved`] = moved / values;
  }
}
