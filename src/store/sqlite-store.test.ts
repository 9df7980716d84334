import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { WeatherglassError } from '../errors.ts';
import { findVariable } from '../weather/variable.ts';
import { commitQueue } from './commit-queue.ts';
import { restoreStore } from './restore-store.ts';
import { packValues } from './run-values.ts';
import { openConnection } from './sqlite-connection.ts';
import { applicationId, migrate, migrations, storeState } from './sqlite-schema.ts';
import { openStore } from './sqlite-store.ts';
import type { Run, Store } from './store.ts';

const HOUR = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'weatherglass-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
let file: string;
beforeEach(() => {
  file = join(folder, `store-${count++}.sqlite`);
});

const A = { name: 'A', latitude: 47, longitude: 8, elevation: 400, zone: 'UTC' };
const layout = {
  columns: ['member_1'],
  series: [{ variable: 'temperature_2m', leads: Array.from({ length: 5000 }, (_, lead) => lead) }],
};

/** 20 KB of numbers, another run for every k. */
function run(k: number): Run {
  const values = packValues(Float64Array.from({ length: 5000 }, (_, lead) => ((lead + k) % 400) / 10));
  return { place: 'A', source: 'gfs', issuedAt: k * HOUR, knownAt: k * HOUR, layout, values };
}

async function filled(runs: number): Promise<Store> {
  const store = await openStore(file);
  await store.write({
    places: [A],
    variables: [findVariable('temperature_2m')],
    runs: Array.from({ length: runs }, (_, k) => run(k)),
  });
  return store;
}

/** Puts nonsense over a tenth of a file, from a share of its size on. */
function overwrite(path: string, from: number): void {
  const { size } = statSync(path);
  const descriptor = openSync(path, 'r+');
  writeSync(
    descriptor,
    Buffer.alloc(Math.floor(size / 10), 0xa5),
    0,
    Math.floor(size / 10),
    Math.floor(size * from),
  );
  closeSync(descriptor);
}

/** The error of a promise that must not be kept. */
async function errorOf(promise: Promise<unknown>): Promise<WeatherglassError> {
  const outcome = await promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (outcome instanceof WeatherglassError) return outcome;
  throw new Error('a WeatherglassError was expected', { cause: outcome });
}

describe('openStore', () => {
  it('makes a file with the settings that were measured', async () => {
    await (await filled(1))[Symbol.asyncDispose]();
    const bare = new DatabaseSync(file);
    const setting = (name: string) => Object.values(bare.prepare(`PRAGMA ${name}`).get()!)[0];
    expect(setting('page_size')).toBe(16_384);
    expect(setting('journal_mode')).toBe('wal');
    expect(setting('application_id')).toBe(applicationId);
    expect(setting('user_version')).toBe(migrations.length);
    bare.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it.each([{ readOnly: true }, { create: false }])(
    'finds nothing with %j where nothing is',
    async (options) => {
      const error = await errorOf(openStore(file, options));
      expect(error).toMatchObject({ name: 'NotFound' });
      expect(error.message).toBe(
        `There is no store at ${file}; \`weatherglass init\` or \`import\` makes one.`,
      );
      expect(existsSync(file)).toBe(false);
    },
  );

  it('takes an empty file for none', async () => {
    writeFileSync(file, '');
    expect(await errorOf(openStore(file, { readOnly: true }))).toMatchObject({ name: 'NotFound' });
    await using store = await openStore(file);
    expect(await store.places()).toEqual([]);
  });

  it.each([{ readOnly: true }, {}])(
    'refuses with %j what is no database, and leaves it alone',
    async (options) => {
      writeFileSync(file, 'place,valid_time,observation\n'.repeat(100));
      const error = await errorOf(openStore(file, options));
      expect(error).toMatchObject({ name: 'InvalidData' });
      expect(error.message).toContain(`${file} is not a store of Weatherglass`);
      expect(statSync(file).size).toBe(2900);
    },
  );

  it.each([{ readOnly: true }, {}])(
    'refuses with %j another program’s database, and leaves it alone',
    async (options) => {
      const bare = new DatabaseSync(file);
      bare.exec('CREATE TABLE recipes (name TEXT)');
      bare.close();
      const error = await errorOf(openStore(file, options));
      expect(error).toMatchObject({ name: 'InvalidData' });
      expect(error.message).toContain('another program');
      const after = new DatabaseSync(file);
      expect(after.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
      after.close();
    },
  );

  it.each([{ readOnly: true }, {}])('refuses with %j a newer version’s store', async (options) => {
    await (await filled(1))[Symbol.asyncDispose]();
    const bare = new DatabaseSync(file);
    bare.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    bare.close();
    const error = await errorOf(openStore(file, options));
    expect(error).toMatchObject({ name: 'Unavailable' });
    expect(error.message).toBe(
      `${file} was written by a newer Weatherglass (store version ${migrations.length + 1}, this one knows ` +
        `${migrations.length}): update Weatherglass, or restore a backup.`,
    );
  });

  // The system lets root write into read-only folders; a folder that cannot be is refused to everyone.
  it.each([
    ['below a file', () => join(import.meta.filename, 'store.sqlite')],
    ['in a folder that is not there', () => join(folder, 'nowhere', 'store.sqlite')],
    ['that is a folder', () => folder],
    ...(existsSync('/proc/self')
      ? [['where nobody may write', () => '/proc/self/store.sqlite'] as const]
      : []),
  ] as const)('says what to do about a file %s', async (_, path) => {
    const error = await errorOf(openStore(path()));
    expect(error).toMatchObject({ name: 'Unavailable' });
    expect(error.message).toContain(path());
    expect(error.message).toMatch(/folder must exist/);
  });
});

describe('migrate', () => {
  const notes = 'ALTER TABLE note ADD COLUMN since REAL';

  it('brings an older store forward, with all that is in it', async () => {
    const store = await filled(2);
    await store.write({ notes: { kept: 'yes' } });
    await store[Symbol.asyncDispose]();
    const connection = openConnection(file, { readOnly: false });
    expect(storeState(connection)).toBe('current');
    expect(storeState(connection, migrations.length + 1)).toBe('older');
    migrate(connection, [...migrations, notes]);
    expect(storeState(connection, migrations.length + 1)).toBe('current');
    expect(connection.statement('SELECT name, value, since FROM note').all()).toEqual([
      ['kept', 'yes', null],
    ]);
    expect(connection.statement('SELECT count(*) FROM run').get()).toEqual([2]);
    connection.close();
  });

  it('leaves an older store as it was where a step fails', async () => {
    await (await filled(2))[Symbol.asyncDispose]();
    const connection = openConnection(file, { readOnly: false });
    expect(() => migrate(connection, [...migrations, notes, 'CREATE TABLE place (id)'])).toThrow(
      WeatherglassError,
    );
    expect(storeState(connection)).toBe('current');
    expect(() => connection.statement('SELECT since FROM note')).toThrow('no such column');
    connection.close();
    await using store = await openStore(file);
    expect((await store.summary()).runs).toBe(2);
  });
});

describe('one writer', () => {
  it('keeps others out until it is closed, while they may read', async () => {
    const first = await filled(1);
    const error = await errorOf(openStore(file, { waitForWriter: 0 }));
    expect(error).toMatchObject({ name: 'Unavailable' });
    expect(error.message).toContain(`Another process is writing to ${file}`);
    await using reader = await openStore(file, { readOnly: true });
    expect((await reader.summary()).runs).toBe(1);

    const second = openStore(file);
    await first[Symbol.asyncDispose]();
    await using writer = await second;
    expect(await writer.write({ runs: [run(1)] })).toMatchObject({ runs: 1 });
    expect((await reader.summary()).runs).toBe(2);
  });

  it('is let go of where a store cannot be opened', async () => {
    writeFileSync(file, 'no database '.repeat(100));
    for (let k = 0; k < 2; k++)
      expect(await errorOf(openStore(file, { waitForWriter: 0 }))).toMatchObject({ name: 'InvalidData' });
  });

  it('holds between processes, and is gone with one that is killed; what it acknowledged stays', async () => {
    await (await filled(1))[Symbol.asyncDispose]();
    const program = `
      import { openStore } from ${JSON.stringify(new URL('./sqlite-store.ts', import.meta.url).href)};
      const store = await openStore(process.argv[1]);
      for (let k = 0; ; k++) {
        await store.write({ notes: { acknowledged: String(k) } });
        process.stdout.write(k + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let told = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      told += String(chunk);
      if (told.includes('\n20\n')) {
        expect(await errorOf(openStore(file, { waitForWriter: 0 }))).toMatchObject({ name: 'Unavailable' });
        child.kill('SIGKILL');
      }
    }
    await exited;
    const last = Number(told.trimEnd().split('\n').at(-1));
    await using store = await openStore(file, { waitForWriter: 0 });
    expect(Number(await store.note('acknowledged'))).toBeGreaterThanOrEqual(last);
    expect(await store.check()).toEqual([]);
  });
});

describe('a damaged file', () => {
  async function damage(share: number): Promise<void> {
    await (await filled(100))[Symbol.asyncDispose]();
    overwrite(file, share);
  }

  it('is named by the error, with what to do', async () => {
    await damage(0.5);
    await using store = await openStore(file, { readOnly: true });
    const error = await errorOf(Array.fromAsync(store.runs()));
    expect(error).toMatchObject({ name: 'InvalidData' });
    expect(error.message).toContain(
      `${file} is damaged: run \`weatherglass check\`, then restore a backup with \`weatherglass restore\``,
    );
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('is found by check, in words', async () => {
    await damage(0.5);
    await using store = await openStore(file, { readOnly: true });
    const found = await store.check();
    expect(found).not.toEqual([]);
    for (const words of found) expect(words).toMatch(/\w+ \w+/);
  });

  it('whose first pages are gone is refused when it is opened', async () => {
    await damage(0);
    expect(await errorOf(openStore(file))).toMatchObject({ name: 'InvalidData' });
  });

  it('is found by check where SQLite sees nothing wrong', async () => {
    await (await filled(3))[Symbol.asyncDispose]();
    const bare = new DatabaseSync(file, { enableForeignKeyConstraints: false });
    bare.exec(`UPDATE run SET data = x'00112233' WHERE id = 2; UPDATE run SET place = 77 WHERE id = 3`);
    bare.close();
    await using store = await openStore(file);
    expect(await store.check()).toEqual([
      'row 3 of run points to a place that is not there',
      'the run of gfs for A issued 1970-01-01 01:00:00 UTC has 4 bytes, where its layout needs 20000 or 40000',
    ]);
    expect(await errorOf(store.latestRun('A', 'gfs', HOUR))).toMatchObject({ name: 'InvalidData' });
  });
});

describe('a full disk', () => {
  it('refuses what does not fit, keeps what was acknowledged, and goes on when there is room', async () => {
    await (await filled(10))[Symbol.asyncDispose]();
    const connection = openConnection(file, { readOnly: false });
    let takenBack = 0;
    const queue = commitQueue(connection, () => {
      takenBack++;
    });
    const pages = connection.statement<readonly [number]>('PRAGMA page_count').get()![0];
    connection.execute(`PRAGMA max_page_count = ${pages + 4}`);
    const put = (k: number) =>
      queue.run(
        () => connection.statement('INSERT INTO note VALUES (?, ?)').run(`n${k}`, 'x'.repeat(16_000)),
        false,
      );
    const outcomes: PromiseSettledResult<number>[] = [];
    for (let k = 0; k < 10; k++) outcomes.push(...(await Promise.allSettled([put(k)])));
    const stored = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(10);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({ name: 'Unavailable' });
        expect(String(outcome.reason)).toMatch(/disk is full.*nothing of this change was stored/);
      }
    const noted = connection.statement<readonly [number]>('SELECT count(*) FROM note');
    expect(noted.get()).toEqual([stored]);

    // Whoever caches what is stored is told.
    expect(takenBack).toBe(10 - stored);

    // Those that were to share a commit are refused together.
    const together = await Promise.allSettled([put(20), put(21), put(22)]);
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);

    connection.execute('PRAGMA max_page_count = 1000000');
    expect(await put(30)).toBe(1);
    await queue.close();
    connection.close();
    await using store = await openStore(file);
    expect((await store.summary()).runs).toBe(10);
    expect(await store.note('n30')).toHaveLength(16_000);
    expect(await store.check()).toEqual([]);
  });
});

describe('backups', () => {
  it('are one state of the store, however much is written meanwhile', async () => {
    await using store = await filled(300);
    let writing = true;
    const others = (async () => {
      for (let k = 300; writing; k++) await store.write({ runs: [run(k)], notes: { runs: String(k + 1) } });
    })();
    await store.write({ notes: { started: 'yes' } });
    const copy = `${file}-copy`;
    await store.backup(copy);
    writing = false;
    await others;
    await using other = await openStore(copy, { readOnly: true });
    const { runs } = await other.summary();
    expect(runs).toBeGreaterThanOrEqual(300);
    expect(runs).toBeLessThan((await store.summary()).runs);
    expect(Number((await other.note('runs')) ?? 300)).toBe(runs);
    expect(await other.check()).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('say what to do where they cannot be written, and leave nothing', async () => {
    await using store = await filled(1);
    const nowhere = join(folder, 'nowhere', 'copy.sqlite');
    const error = await errorOf(store.backup(nowhere));
    expect(error).toMatchObject({ name: 'Unavailable' });
    expect(error.message).toContain(nowhere);
    const inTheWay = `${file}-way`;
    mkdirSync(inTheWay);
    expect(await errorOf(store.backup(inTheWay))).toMatchObject({ name: 'Usage' });
  });
});

describe('restoreStore', () => {
  async function backedUp(runs: number): Promise<string> {
    const backup = `${file}-backup`;
    await using store = await filled(runs);
    await store.backup(backup);
    return backup;
  }

  it('puts a backup in place of a store only when told to', async () => {
    const backup = await backedUp(3);
    {
      await using store = await openStore(file);
      await store.write({ runs: [run(3)] });
    }
    expect(await errorOf(restoreStore(backup, file))).toMatchObject({ name: 'Usage' });
    // Another reader holds on to the log of the old store, which must not become part of the new one.
    await using reader = await openStore(file, { readOnly: true });
    await using writer = await openStore(file);
    await writer.write({ runs: [run(4)] });
    await writer[Symbol.asyncDispose]();
    expect(existsSync(`${file}-wal`)).toBe(true);
    await restoreStore(backup, file, { replace: true });
    expect(existsSync(`${file}-wal`)).toBe(false);
    await using restored = await openStore(file);
    expect((await restored.summary()).runs).toBe(3);
    expect(await restored.check()).toEqual([]);
    expect((await reader.summary()).runs).toBe(5);
    expect(await restored.write({ runs: [run(7)] })).toMatchObject({ runs: 1 });
  });

  it('restores where nothing is, and in place of a damaged store', async () => {
    const backup = await backedUp(2);
    const fresh = `${file}-fresh`;
    await restoreStore(backup, fresh);
    await using store = await openStore(fresh, { readOnly: true });
    expect((await store.summary()).runs).toBe(2);

    writeFileSync(file, 'rubbish '.repeat(5000));
    await restoreStore(backup, file, { replace: true });
    await using mended = await openStore(file);
    expect((await mended.summary()).runs).toBe(2);
  });

  it('refuses while someone writes', async () => {
    const backup = await backedUp(1);
    await using store = await openStore(file);
    expect(await errorOf(restoreStore(backup, file, { replace: true, waitForWriter: 0 }))).toMatchObject({
      name: 'Unavailable',
    });
    expect((await store.summary()).runs).toBe(1);
  });

  it('refuses what is no whole backup, and leaves the store alone', async () => {
    const backup = await backedUp(100);
    expect(await errorOf(restoreStore(`${backup}-not`, file))).toMatchObject({ name: 'NotFound' });
    expect(await errorOf(restoreStore(file, file, { replace: true }))).toMatchObject({ name: 'Usage' });
    const text = `${file}-text`;
    writeFileSync(text, 'rubbish '.repeat(5000));
    const other = `${file}-other`;
    const bare = new DatabaseSync(other);
    bare.exec('CREATE TABLE recipes (name TEXT)');
    bare.close();
    overwrite(backup, 0.5);
    for (const wrong of [text, other, backup]) {
      const error = await errorOf(restoreStore(wrong, file, { replace: true }));
      expect(error).toMatchObject({ name: 'InvalidData' });
      expect(error.message).toContain(wrong);
    }
    await using store = await openStore(file);
    expect((await store.summary()).runs).toBe(100);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
