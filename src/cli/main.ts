import { Command, CommanderError } from 'commander';
import { errorTable, isWeatherglassError } from '../errors.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Context } from './context.ts';
import { version } from './version.ts';

/** Each command with the module that has it: only the one that is asked for is loaded, and for help all. */
const commands: Readonly<Record<string, () => Promise<(context: Context) => Command>>> = {
  demo: async () => (await import('./demo.ts')).demoCommand,
  place: async () => (await import('./place.ts')).placeCommand,
  init: async () => (await import('./init.ts')).initCommand,
  collect: async () => (await import('./collect.ts')).collectCommand,
  observations: async () => (await import('./observations.ts')).observationsCommand,
  import: async () => (await import('./import.ts')).importCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  replay: async () => (await import('./replay.ts')).replayCommand,
  train: async () => (await import('./train.ts')).trainCommand,
  predict: async () => (await import('./predict.ts')).predictCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  skill: async () => (await import('./skill.ts')).skillCommand,
  question: async () => (await import('./question.ts')).questionCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
  console: async () => (await import('./console.ts')).consoleCommand,
  backtest: async () => (await import('./backtest.ts')).backtestCommand,
  fit: async () => (await import('./fit.ts')).fitCommand,
  score: async () => (await import('./score.ts')).scoreCommand,
  backup: async () => (await import('./backup.ts')).backupCommand,
  restore: async () => (await import('./restore.ts')).restoreCommand,
  check: async () => (await import('./check.ts')).checkCommand,
  reduce: async () => (await import('./reduce.ts')).reduceCommand,
  models: async () => (await import('./models.ts')).modelsCommand,
  config: async () => (await import('./config.ts')).configCommand,
};

const signals = ['SIGINT', 'SIGTERM'] as const;
/** Milliseconds in which npm hands on a signal. */
const ECHO = 250;

/** A terminal sends its SIGINT to all processes of the group: `npm start` and `npx` then send theirs on to us once more. */
function isEcho(name: NodeJS.Signals, after: number): boolean {
  const { npm_lifecycle_event: script } = process.env;
  return name === 'SIGINT' && after < ECHO && (script === 'start' || script === 'npx');
}

/**
 * Runs the command line.
 *
 * @param argv what follows the program's name
 * @returns the exit code: 0, or that of the error table
 */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  let interruptedAt = -Infinity;
  const stopListening = () => {
    for (const name of signals) process.off(name, interrupt);
  };
  function interrupt(name: NodeJS.Signals): void {
    const now = systemClock.monotonic();
    if (!interrupted.signal.aborted) {
      interruptedAt = now;
      interrupted.abort();
    } else if (!isEcho(name, now - interruptedAt)) {
      // The second one ends the process as if it were not handled.
      stopListening();
      process.kill(process.pid, name);
    }
  }
  for (const name of signals) process.on(name, interrupt);
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const context: Context = {
    env: process.env,
    write: (text) => void process.stdout.write(text),
    notice: (text) => void process.stderr.write(text),
    outputIsTerminal: process.stdout.isTTY === true,
    errorIsTerminal: process.stderr.isTTY === true,
    signal: interrupted.signal,
  };
  const program = new Command('weatherglass')
    .description('Weather forecasts corrected at your own places, with their measured track record.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: context.write, writeErr: context.notice });
  const [asked] = argv;
  const wanted =
    asked === '--version' ? [] : Object.hasOwn(commands, asked) ? [asked] : Object.keys(commands);
  for (const make of await Promise.all(wanted.map((name) => commands[name]())))
    program.addCommand(make(context).exitOverride().copyInheritedSettings(program));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : errorTable.Usage.exitCode;
    if (isWeatherglassError(error) && error.name !== 'Internal') {
      context.notice(`weatherglass: ${error.message}\n`);
      return errorTable[error.name].exitCode;
    }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    context.notice(
      `weatherglass: a defect of Weatherglass itself; please report it with this text.\n${detail}\n`,
    );
    return errorTable.Internal.exitCode;
  } finally {
    stopListening();
  }
}
