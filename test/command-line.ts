import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/weatherglass.js', import.meta.url));

/** What a run of the command line left behind. */
export interface Finished {
  /** null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Working folder; one without `weatherglass.json` unless the test is about that. */
  readonly cwd: string;
  /** `WEATHERGLASS_…` to set; those of whoever runs the tests are left out. */
  readonly env?: Readonly<Record<string, string>>;
  /** A command for the shell that starts it, such as `ulimit -f 100`. */
  readonly shell?: string;
  /** What is typed; by default nothing, to its end. */
  readonly input?: string;
}

/** The environment without settings of Weatherglass, and without what npm says of the script that runs the tests. */
export const plainEnvironment: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:weatherglass|npm)_/i.test(name)),
);

/** How Node.js starts the command line: `[program, …args]`. */
export function commandLine(...args: readonly string[]): string[] {
  return [program, ...args];
}

/** Starts `weatherglass …args` as a process of its own, as a user does. */
export function start(args: readonly string[], { cwd, env = {}, shell, input }: RunOptions) {
  const command = [process.execPath, ...commandLine(...args)];
  const [file, ...rest] =
    shell === undefined ? command : ['sh', '-c', `${shell}; exec "$@"`, 'sh', ...command];
  const child = spawn(file, rest, {
    cwd,
    env: { ...plainEnvironment, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Whoever has ended before reads no more.
  child.stdin.on('error', () => {}).end(input);
  const finished = new Promise<Finished>((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return { child, finished };
}

/** Runs `weatherglass …args` to its end. */
export function weatherglass(args: readonly string[], options: RunOptions): Promise<Finished> {
  return start(args, options).finished;
}
