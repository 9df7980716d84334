import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandLine, plainEnvironment, weatherglass } from './command-line.ts';
import { type Served, startServe } from './serve-process.ts';
import { writeHandMadeStore } from './serve-store.ts';

/** `weatherglass console` before a service that runs, one that does not, and something else. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-console-'));
let served: Served;
beforeAll(async () => {
  await writeHandMadeStore(join(folder, 'weatherglass.db'), Date.now());
  served = await startServe('weatherglass.db', folder, '--workers', '2');
});
afterAll(async () => {
  await served.stop();
  rmSync(folder, { recursive: true });
});

const escape = '\u001b';
const look = (...args: readonly string[]) => weatherglass(['console', ...args], { cwd: folder });

describe('weatherglass console', () => {
  it.each([['--once'], []])('%s prints one picture where no one watches', async (...args) => {
    const { exitCode, stdout, stderr } = await look('--url', served.url, ...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n/);
    for (const name of ['primary', 'worker 1', 'worker 2'])
      expect(stdout).toMatch(new RegExp(`^${name} +\\d+ `, 'm'));
    for (const words of ['compute', 'weatherglass.db', 'replies', 'GET /runtime'])
      expect(stdout).toContain(words);
    expect(stdout).not.toMatch(/NaN|undefined|no answer from/);
    expect(stdout).not.toContain(escape);
  });

  it('--once --json prints the snapshot, with all processes', async () => {
    const { port } = new URL(served.url);
    const { exitCode, stdout, stderr } = await look('--once', '--json', '--port', port);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { at, processes, silent } = JSON.parse(stdout) as {
      at: number;
      processes: { name: string; pid: number; memory: { rss_bytes: number }; pools: unknown[] }[];
      silent: string[];
    };
    expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
    expect(silent).toEqual([]);
    expect(processes.map(({ name }) => name)).toEqual(['primary', 'worker 1', 'worker 2']);
    expect(processes[0].pid).toBe(served.pid);
    expect(processes[0].pools).toHaveLength(1);
    for (const { memory } of processes) expect(memory.rss_bytes).toBeGreaterThan(10e6);
  });

  it('says what to do where no service answers', async () => {
    // A port below 1024 that no one listens on here.
    const { exitCode, stdout, stderr } = await look('--url', 'http://127.0.0.1:9');
    expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' });
    expect(stderr).toMatch(/no service answers at http:\/\/127\.0\.0\.1:9\/runtime; start one with .*--url/);
    expect(stderr).not.toMatch(/defect|\n {4}at /);
  });

  it.each(['<h1>Hello</h1>', '{"processes":7}', 'null'])(
    'says so where %s answers, which is another program',
    async (body) => {
      const other = createServer((_, reply) => void reply.end(body));
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as { port: number };
      const { exitCode, stdout, stderr } = await look('--port', String(port), '--json');
      other.close();
      expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' });
      expect(stderr).toMatch(/what answers at .* is not Weatherglass/);
    },
  );

  it.each([
    [['--every', '0'], /seconds from 0\.1 to 3600/],
    [['--every', 'soon'], /seconds from 0\.1 to 3600/],
    [['--url', 'localhost'], /in full, such as http:/],
    [['--url', 'file:///etc/passwd'], /in full, such as http:/],
  ])('refuses %s', async (args, reason) => {
    const { exitCode, stdout, stderr } = await look(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toMatch(reason);
  });
});

/** Whether a pseudo-terminal can be had: `script` of util-linux. */
function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

describe('a terminal', () => {
  it.skipIf(!hasScript())('is shown picture after picture, and is left as it was', async () => {
    const quoted = (parts: readonly string[]) =>
      parts.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(' ');
    const watching = [process.execPath, ...commandLine('console', '--url', served.url, '--every', '0.1')];
    const size = 'stty rows 8 cols 40';
    // The shell tells its number, which the program then has.
    const command = `${size}; echo "pid $$"; exec ${quoted(watching)}`;
    const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: folder,
      env: plainEnvironment as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = '';
    let interrupted = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      if (interrupted || seen.split(`${escape}[H`).length < 4) return;
      interrupted = true;
      process.kill(Number(/pid (\d+)/.exec(seen)![1]), 'SIGINT');
    });
    const exitCode = await new Promise((resolve) => child.on('close', resolve));
    expect(exitCode).toBe(0);
    const [before, screen, after] = seen
      .replace(`${escape}[?1049l`, `${escape}[?1049h`)
      .split(`${escape}[?1049h`);
    expect(before).toMatch(/^pid \d+\r\n$/);
    expect(after).toBe('');
    // The cursor is hidden on the second screen, and shown again.
    expect(screen.startsWith(`${escape}[?25l`)).toBe(true);
    expect(screen.endsWith(`${escape}[?25h`)).toBe(true);
    const pictures = screen.slice(6, -6).split(`${escape}[H${escape}[J`).slice(1);
    expect(pictures.length).toBeGreaterThanOrEqual(2);
    for (const picture of pictures) {
      const lines = picture.split('\r\n');
      expect(picture).toMatch(/^\d{4}-\d\d-\d\dT.*Z\r\n\r\nprocess +pid/);
      expect(lines.length).toBeLessThanOrEqual(8);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    }
  });
});
