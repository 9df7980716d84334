import pino, { type Logger } from 'pino';
import type { Config } from '../config.ts';
import { currentLabels } from '../runtime/tasks.ts';

export type LogLevel = Config['log'];

/**
 * The log of a process: lines of JSON on standard error, each with the process and the request or the turn that it belongs
 * to.
 *
 * @param name of the process, as `/runtime` and `/metrics` have it
 */
export function openLog(level: LogLevel, name: string): Logger {
  const options = { level, base: { process: name, pid: process.pid }, mixin: () => ({ ...currentLabels() }) };
  return pino(options, pino.destination({ fd: 2, sync: true }));
}
