import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { demoTimeNote } from '../src/pipeline/present.ts';
import { seededRandom } from '../src/scores/random.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import { formatInstant, msPerDay, msPerHour } from '../src/weather/time.ts';
import { commandLine, type Finished, plainEnvironment, weatherglass } from './command-line.ts';
import {
  dumpOf,
  firstDay,
  outcomesTable,
  pairsTable,
  problemsIn,
  type StoreDump,
  simulatedHistory,
  temporaryFolder,
} from './loop-tables.ts';
import { csvText } from './simulated-tables.ts';

/**
 * `kill -9` at random moments: what was acknowledged is there, nothing is there by halves, and doing it again ends where
 * it would have ended.
 */

const folder = temporaryFolder('kill');
const store = 'weatherglass.db';
const day = (number: number) => firstDay + number * msPerDay;
const date = (number: number) => formatInstant(day(number)).slice(0, 10);

/** More than the 90 days that recent errors are looked for in, so that a replay taken up again must look as far back. */
const history = simulatedHistory({
  days: 118,
  variables: ['temperature_2m', 'wind_speed_10m'],
  leads: [24, 96],
});
const REPLAY_FROM = 106;
const REPLAY_UNTIL = 114;

/** A process under test: the command line, or a program of ours. */
interface Kind {
  readonly name: string;
  readonly kills: number;
  /** How Node.js is started, in a folder of its own. */
  readonly command: readonly string[];
  /** Files to begin with, made once. */
  readonly prepare: (cwd: string) => Promise<void>;
  /** How many stages of the work are seen at least: else it was never interrupted in the middle. */
  readonly stages: number;
  /** Looks at what an interrupted process said. */
  readonly acknowledged?: (stdout: string, dump: StoreDump) => void;
}

/** What is never changed once it is there. */
const lasting = ['places', 'runs', 'observations', 'predictions'] as const;

/** Writes single observations, 40 at a time, and says which ones are safe. */
const OBSERVATIONS = 2000;
const observer = `
  import { writeSync } from 'node:fs';
  import { openStore } from ${JSON.stringify(new URL('../src/store/sqlite-store.ts', import.meta.url).href)};
  await using store = await openStore('${store}', { waitForWriter: 0 });
  const zeros = new Int32Array(1);
  let next = 0;
  async function lane() {
    while (next < ${OBSERVATIONS}) {
      const k = next++;
      const at = Float64Array.of(${firstDay} + k * 60_000);
      await store.write({ observations: {
        rows: 1, places: ['Place 1'], variables: ['temperature_2m'], origins: ['observer'],
        place: zeros, variable: zeros, origin: zeros, validTime: at, knownAt: at, value: Float64Array.of(k / 8), flag: [''],
      } });
      writeSync(1, k + '\\n');
    }
  }
  await Promise.all(Array.from({ length: 40 }, lane));`;

const kinds: readonly Kind[] = [
  {
    name: 'import',
    kills: 13,
    command: commandLine('import', 'a.csv', 'b.csv', 'outcomes.csv', '--threads', '1'),
    async prepare(cwd) {
      const long = simulatedHistory({ days: 520, places: 4, leads: [24] });
      const short = simulatedHistory({
        days: 300,
        places: 4,
        leads: [24, 48],
        seed: 'b',
        columns: ['model_b'],
      });
      writeFileSync(join(cwd, 'a.csv'), csvText(pairsTable(long)));
      writeFileSync(join(cwd, 'b.csv'), csvText(pairsTable(short)));
      const revised = long
        .slice(0, 400)
        .map((row) => ({ ...row, known: row.known + msPerDay, outcome: row.outcome! + 1 }));
      writeFileSync(join(cwd, 'outcomes.csv'), csvText(outcomesTable(revised)));
    },
    stages: 2,
  },
  {
    name: 'replay',
    kills: 20,
    command: commandLine('replay', '--from', date(REPLAY_FROM), '--to', date(REPLAY_UNTIL), '--threads', '1'),
    prepare: importHistory,
    stages: 3,
  },
  {
    name: 'predict',
    kills: 7,
    command: commandLine('predict', '--json', '--threads', '1'),
    prepare: predictable,
    stages: 1,
  },
  {
    name: 'verify',
    kills: 5,
    command: commandLine('verify', '--threads', '1'),
    prepare: predictable,
    stages: 1,
  },
  {
    name: 'a group of single observations',
    kills: 12,
    command: ['--input-type=module', '--eval', observer],
    prepare: emptyStore,
    stages: 3,
    acknowledged(stdout, { observations }) {
      const safe = stdout.split('\n').slice(0, -1).map(Number);
      const there = new Set(observations);
      const lost = safe.filter((k) => !there.has(singleObservation(k)));
      expect(lost).toEqual([]);
    },
  },
];

function singleObservation(k: number): string {
  const at = formatInstant(firstDay + k * 60_000);
  return ['Place 1', 'temperature_2m', 'observer', at, at, k / 8, ''].join();
}

async function importHistory(cwd: string): Promise<void> {
  writeFileSync(join(cwd, 'a.csv'), csvText(pairsTable(history)));
  await succeeds(['import', 'a.csv'], cwd);
}

/** A store that was replayed, and is looked at nine days later: scores, a training and answers are due. */
async function predictable(cwd: string): Promise<void> {
  await importHistory(cwd);
  await succeeds(['replay', '--from', date(REPLAY_FROM - 4), '--to', date(REPLAY_UNTIL - 6)], cwd);
  await using writing = await openStore(join(cwd, store));
  const now = day(REPLAY_UNTIL + 3) + 7 * msPerHour;
  await writing.write({ notes: { [demoTimeNote]: String(now) } });
}

async function emptyStore(cwd: string): Promise<void> {
  writeFileSync(join(cwd, 'a.csv'), csvText(pairsTable(history.slice(0, 1))));
  await succeeds(['import', 'a.csv'], cwd);
}

async function succeeds(args: readonly string[], cwd: string): Promise<Finished> {
  const finished = await weatherglass(args, { cwd });
  expect(finished, args.join(' ')).toMatchObject({ exitCode: 0 });
  return finished;
}

interface Ended extends Finished {
  /** Milliseconds from when it opened the store until it ended. */
  readonly milliseconds: number;
}

/**
 * Runs Node.js in a folder, and kills it so many milliseconds after it first touched a file there, which is when it
 * opened the store; Infinity lets it end by itself.
 */
async function runUntil(command: readonly string[], cwd: string, moment: number): Promise<Ended> {
  const child = spawn(process.execPath, command, {
    cwd,
    env: plainEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let opened = Number.NaN;
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(cwd, () => {
    if (!Number.isNaN(opened)) return;
    opened = performance.now();
    if (moment < Infinity) timer = setTimeout(() => child.kill('SIGKILL'), moment);
  });
  try {
    return await new Promise((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', reject);
      child.on('close', (exitCode) =>
        resolve({ exitCode, stdout, stderr, milliseconds: performance.now() - opened }),
      );
    });
  } finally {
    clearTimeout(timer);
    watcher.close();
  }
}

/** Runs jobs two at a time. */
async function twoAtATime(jobs: readonly (() => Promise<void>)[]): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < jobs.length) await jobs[next++]();
  };
  await Promise.all([lane(), lane()]);
}

async function dumpIn(cwd: string): Promise<StoreDump> {
  await using reading = await openStore(join(cwd, store), { readOnly: true });
  return await dumpOf(reading);
}

/** Runs a command in a copy of `base` until it is killed: one that is over before its time is given half of it. */
async function runAndKill(
  command: readonly string[],
  base: string,
  cwd: string,
  moment: number,
): Promise<Ended & { readonly moment: number }> {
  for (let after = moment; ; after /= 2) {
    cpSync(base, cwd, { recursive: true });
    const ended = await runUntil(command, cwd, after);
    if (ended.exitCode === null) return { ...ended, moment: after };
    rmSync(cwd, { recursive: true });
  }
}

describe('kill -9', () => {
  it('is tried at 50 moments or more', () => {
    expect(kinds.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThanOrEqual(50);
  });

  describe.each(kinds)('$name', ({ name, kills, command, prepare, stages, acknowledged }) => {
    const base = join(folder, name);
    let whole: StoreDump;
    let milliseconds: number;

    beforeAll(async () => {
      mkdirSync(base);
      await prepare(base);
      const cwd = join(folder, `${name}, whole`);
      cpSync(base, cwd, { recursive: true });
      const ended = await runUntil(command, cwd, Infinity);
      expect(ended).toMatchObject({ exitCode: 0 });
      milliseconds = ended.milliseconds;
      await using reading = await openStore(join(cwd, store), { readOnly: true });
      expect(await problemsIn(reading)).toEqual([]);
      whole = await dumpOf(reading);
    }, 60_000);

    /** Asserts that an interrupted store opens at once, and holds nothing that an uninterrupted one would not. */
    async function examine(cwd: string, stdout: string, readFirst: boolean): Promise<StoreDump> {
      const file = join(cwd, store);
      if (readFirst) {
        await using reading = await openStore(file, { readOnly: true });
        expect(await problemsIn(reading)).toEqual([]);
      }
      // The lock has gone with its holder.
      await using writing = await openStore(file, { waitForWriter: 0 });
      expect(await problemsIn(writing)).toEqual([]);
      const dump = await dumpOf(writing);
      for (const kind of lasting) {
        const meant = new Set(whole[kind]);
        expect(
          dump[kind].filter((one) => !meant.has(one)),
          `${kind} that no uninterrupted run makes`,
        ).toEqual([]);
      }
      acknowledged?.(stdout, dump);
      return dump;
    }

    it(`${kills} times: nothing is lost, nothing is half there, and the next one completes it`, async () => {
      const random = seededRandom(`kills of ${name}`);
      // Spread over all of the run, at random within each share of it.
      const moments = Array.from({ length: kills }, (_, k) => ((k + random()) / kills) * milliseconds);
      const states = new Set<string>();
      await twoAtATime(
        moments.map((planned, k) => async () => {
          const cwd = join(folder, `${name}, kill ${k}`);
          const { stdout, moment } = await runAndKill(command, base, cwd, planned);
          // A reader must cope with what was left behind as well as a writer, which tidies up.
          const dump = await examine(cwd, stdout, k % 2 === 0 && existsSync(join(base, store)));
          states.add(hash('sha256', JSON.stringify(dump)));
          const again = await runUntil(command, cwd, Infinity);
          expect(again, `after it was killed at ${moment} ms`).toMatchObject({ exitCode: 0 });
          const completed = await dumpIn(cwd);
          for (const kind of Object.keys(whole) as (keyof StoreDump)[])
            expect(completed[kind], `${kind}, completed after a kill at ${moment} ms`).toEqual(whole[kind]);
        }),
      );
      expect(states.size).toBeGreaterThanOrEqual(stages);
    });
  });
});

describe('a second process that writes', () => {
  it('is refused while another goes on, with what to do', async () => {
    const cwd = join(folder, 'held');
    mkdirSync(cwd);
    await emptyStore(cwd);
    await using held = await openStore(join(cwd, store));
    const [verify, imported] = await Promise.all([
      weatherglass(['verify', '--threads', '1'], { cwd }),
      weatherglass(['import', 'a.csv', '--threads', '1'], { cwd }),
    ]);
    for (const { exitCode, stdout, stderr } of [verify, imported]) {
      expect({ exitCode, stdout }).toEqual({ exitCode: 69, stdout: '' });
      expect(stderr).toBe(
        `weatherglass: Another process is writing to ${store}, perhaps \`weatherglass serve\`: wait until it has finished, or stop it.\n`,
      );
    }
    expect((await held.summary()).runs).toBe(1);
  });

  it('waits for its turn', async () => {
    const cwd = join(folder, 'in turn');
    mkdirSync(cwd);
    const names = ['a', 'b'];
    const rows = simulatedHistory({ days: 200 });
    for (const name of names) writeFileSync(join(cwd, `${name}.csv`), csvText(pairsTable(rows)));
    await Promise.all(
      names.map((name) => succeeds(['import', `${name}.csv`, '--source', name, '--threads', '1'], cwd)),
    );
    await using reading = await openStore(join(cwd, store), { readOnly: true });
    expect((await reading.sources()).toSorted()).toEqual(names);
    expect(await reading.summary()).toMatchObject({ places: 3, runs: 2 * 600, observations: 600 });
    expect(await problemsIn(reading)).toEqual([]);
  });
});
