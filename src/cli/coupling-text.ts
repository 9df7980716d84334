import type { Coupled } from '../pipeline/event-template.ts';
import { formatInstant } from '../weather/time.ts';

/** How the hours of trajectories were made to hang together, in words. */
export function couplingText({
  method,
  template,
  run,
  past,
  because,
}: Omit<Coupled, 'trajectories'>): string {
  if (run !== undefined)
    return `hours hang together as in the ${template} members of ${run.source}, run of ${formatInstant(run.issuedAt)} (${method})`;
  if (past !== undefined)
    return `hours hang together as on ${template} past days observed here, ${formatInstant(past.from).slice(0, 10)} to ${formatInstant(past.until).slice(0, 10)}, ${past.sameSeason ? 'of this season' : 'of any season'} (${method})`;
  return `nothing tells how hours hang together: taken as all high or all low together (${method}); ${because}`;
}
