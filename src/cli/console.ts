import { type Command, InvalidArgumentError } from 'commander';
import { WeatherglassError } from '../errors.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import type { Snapshot } from '../runtime/inspection.ts';
import { urlOf } from '../server/address.ts';
import { camelCased } from '../server/key-case.ts';
import { type CommonFlags, type Context, configOf } from './context.ts';
import { command } from './model-flags.ts';
import { runtimeText } from './runtime-text.ts';

interface ConsoleFlags extends CommonFlags {
  readonly url?: string;
  readonly once?: boolean;
  readonly every: number;
}

/** Where a service that listens on all interfaces is reached. */
const anyOwn: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
/** Milliseconds that the service has to answer. */
const PATIENCE = 5000;
// A second screen, left as it was found; the cursor home and the rest erased before each picture.
const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
const home = '\u001b[H\u001b[J';

export function consoleCommand(context: Context): Command {
  return command('console', 'look into a running service: processes, tasks, threads, stores, requests')
    .option('--url <address>', 'of the service (default: where `serve` listens by the settings)', parseUrl)
    .option('--once', 'print one picture and end; so it is where no one watches')
    .option('--every <seconds>', 'time between two pictures', parseSeconds, 1)
    .option('--host <address>', 'address that the service listens on (default: 127.0.0.1)')
    .option('--port <n>', 'port that it listens on (default: 8472)')
    .option('--config <file>', 'settings file (default: weatherglass.json, if there)')
    .action(async (flags: ConsoleFlags) => {
      const { host, port } = configOf(context, flags);
      const { href: url } = new URL('/runtime', flags.url ?? urlOf(anyOwn[host] ?? host, port));
      if (flags.once === true || flags.json === true || !context.outputIsTerminal) {
        const text = await fetchText(url, context.signal, systemClock);
        const picture = runtimeText(snapshotOf(text, url));
        context.write(flags.json ? text : picture);
        return;
      }
      await watch(context, url, flags.every, systemClock);
    });
}

/** Draws picture after picture until it is interrupted; a service that does not answer is waited for. */
async function watch({ write, signal }: Context, url: string, every: number, clock: Clock): Promise<void> {
  write(enter);
  try {
    while (!signal.aborted) {
      const picture = await fetchText(url, signal, clock).then(
        (text) => runtimeText(snapshotOf(text, url)),
        (error: unknown) => `${error instanceof Error ? error.message : String(error)}\n`,
      );
      if (!signal.aborted) write(`${home}${fitted(picture)}`);
      await clock.sleep(1000 * every, signal).catch(() => {});
    }
  } finally {
    write(leave);
  }
}

/** The beginning of a picture, as much as the terminal shows without a line broken or the first ones pushed out. */
function fitted(picture: string): string {
  // A terminal that does not know its size says 0.
  const { rows, columns } = process.stdout;
  const lines = picture.trimEnd().split('\n');
  return lines
    .slice(0, rows || undefined)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').slice(0, columns || undefined))
    .join('\n');
}

async function fetchText(url: string, signal: AbortSignal, clock: Clock): Promise<string> {
  using deadline = clock.deadline(PATIENCE, signal, `asking ${url}`);
  try {
    const response = await fetch(url, { signal: deadline.signal });
    const text = await response.text();
    if (!response.ok)
      throw new WeatherglassError('Unavailable', `${url} answers ${response.status}: ${text}`);
    return `${text}\n`;
  } catch (cause) {
    if (signal.aborted) throw new WeatherglassError('Cancelled', 'stopped on request', { cause });
    if (cause instanceof WeatherglassError) throw cause;
    throw new WeatherglassError(
      'Unavailable',
      `no service answers at ${url}; start one with weatherglass serve, or say where it is with --url`,
      { cause },
    );
  }
}

/** @throws WeatherglassError Unavailable: what answers there is another program */
function snapshotOf(text: string, url: string): Snapshot {
  try {
    const snapshot = camelCased(JSON.parse(text)) as Snapshot;
    if (Array.isArray(snapshot.processes)) return snapshot;
  } catch {
    // Told below.
  }
  throw new WeatherglassError('Unavailable', `what answers at ${url} is not Weatherglass`);
}

function parseUrl(text: string): string {
  const { protocol } = URL.parse(text) ?? {};
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new InvalidArgumentError('Say it in full, such as http://127.0.0.1:8472.');
  return text;
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 3600)) throw new InvalidArgumentError('Say seconds from 0.1 to 3600.');
  return seconds;
}
