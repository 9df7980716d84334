import type { Command } from 'commander';
import type { StoreSummary } from '../store/store.ts';
import { formatInstant } from '../weather/time.ts';
import { command } from './model-flags.ts';

/** A command that works on the store alone: it starts no threads, and draws nothing by chance. */
export function storeCommand(name: string, about: string): Command {
  return command(name, about)
    .option('--store <file>', 'the store (default: weatherglass.db)')
    .option('--config <file>', 'settings file (default: weatherglass.json, if there)');
}

/** Such as `12 places, 340 runs, 9000 observations and 120 predictions, 1.2 MB`. */
export function summaryText({ bytes, places, runs, observations, predictions }: StoreSummary): string {
  return `${count(places, 'place')}, ${count(runs, 'run')}, ${count(observations, 'observation')} and ${count(predictions, 'prediction')}, ${sizeText(bytes)}`;
}

/** A summary as other programs read it. */
export function summaryJson({ from, until, knownUntil, ...counts }: StoreSummary) {
  return {
    ...counts,
    from: instantOrNull(from),
    until: instantOrNull(until),
    knownUntil: instantOrNull(knownUntil),
  };
}

/** `1 run`, `2 runs`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Bytes as people read them. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return count(bytes, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = bytes / 1000;
  let k = 0;
  for (; size >= 999.5 && k < units.length - 1; k++) size /= 1000;
  return `${size < 9.95 ? size.toFixed(1) : size.toFixed(0)} ${units[k]}`;
}

/** – where there is none. */
export function instantText(time: number): string {
  return Number.isFinite(time) ? formatInstant(time) : '–';
}

export function instantOrNull(time: number): string | null {
  return Number.isFinite(time) ? formatInstant(time) : null;
}
