import { type Finished, start } from './command-line.ts';

/** A running `weatherglass serve`. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly finished: Promise<Finished>;
  /** The signal that ended it: null where it ended by itself, or has not. */
  readonly endedBy: () => NodeJS.Signals | null;
  /** What it has logged so far. */
  readonly logged: () => string;
  /** Ends it and tells what it left behind. */
  stop(signal?: NodeJS.Signals): Promise<Finished>;
}

/** Starts `weatherglass serve` on a free port and waits until it has said where it listens. */
export async function startServe(file: string, cwd: string, ...args: readonly string[]): Promise<Served> {
  const { child, finished } = start(['serve', '--store', file, '--port', '0', ...args], { cwd });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  let log = '';
  child.stderr.on('data', (part: string) => (log += part));
  child.stdout.on('data', (part: string) => {
    text += part;
    if (text.includes('\n')) resolve(text.split('\n')[0]);
  });
  finished.then(
    ({ exitCode, stderr }) => reject(new Error(`serve ended with ${exitCode} before it listened: ${stderr}`)),
    reject,
  );
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return finished;
  };
  return {
    url: await promise,
    pid: child.pid!,
    finished,
    endedBy: () => child.signalCode,
    logged: () => log,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
