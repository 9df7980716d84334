import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import { count } from './store-command.ts';

/** What each rule of physics moved, as a line; nothing where that is nothing. */
export function physicsText(changes: PhysicsChanges): string {
  const parts = Object.entries(changes).flatMap(([rule, changed]) =>
    changed === undefined
      ? []
      : [`${count(changed.quantiles, 'quantile')} of ${count(changed.values, 'value')} (${rule})`],
  );
  return parts.length === 0 ? '' : `moved to obey physics: ${parts.join(', ')}\n`;
}
