import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainEnvironment } from './command-line.ts';

/** `weatherglass demo`, which is `npm start`: the sample, replayed and served. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-demo-serve-'));
const temporary = join(folder, 'tmp');
afterAll(() => rmSync(folder, { recursive: true }));

interface Prediction {
  readonly place: string;
  readonly variable: string;
  readonly lead_hours: number;
  readonly provenance: { readonly experts: readonly { readonly name: string; readonly weight: number }[] };
}

/** Starts `npm start` as the leader of a group of processes, as a terminal does. */
function npmStart() {
  const child = spawn('npm', ['start', '--silent', '--', '--port', '0'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...plainEnvironment, TMPDIR: temporary } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stderr = '';
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const finished = new Promise<{ exitCode: number | null; stderr: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stderr }));
  });
  return { child, finished };
}

/** Processes of the group that still run. */
function membersOf(group: number): string[] {
  return execFileSync('ps', ['-A', '-o', 'pgid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => Number(line.trim().split(/\s+/)[0]) === group);
}

let run: ReturnType<typeof npmStart>;
let printed = '';
let url = '';
beforeAll(async () => {
  // Where it puts its store is seen, and seen to be empty again at the end.
  mkdirSync(temporary);
  run = npmStart();
  url = await new Promise<string>((resolve, reject) => {
    run.child.stdout.on('data', (text: string) => {
      printed += text;
      const found = /http:\/\/[\d.]+:\d+/.exec(printed);
      if (found !== null) resolve(found[0]);
    });
    run.finished.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)), reject);
  });
}, 120_000);
afterAll(() => {
  if (membersOf(run.child.pid!).length > 0) process.kill(-run.child.pid!, 'SIGKILL');
});

const get = async (path: string) => {
  const reply = await fetch(url + path);
  return { status: reply.status, text: await reply.text() };
};

describe('npm start', () => {
  it('says that it is a demo, what it did, and where to look', () => {
    expect(printed).toMatch(/^DEMO: the NOAA sample of Seattle and New York.* 60 days were replayed/);
    expect(printed).toMatch(/DEMO, as of its last day: http:\/\/127\.0\.0\.1:\d+ /);
  });

  it('says how to begin with a place of one’s own, or that there is no network', async () => {
    while (!printed.includes('Your own place:')) await once(run.child.stdout, 'data');
    expect(printed).toMatch(/^Your own place: `npx weatherglass init`/m);
  });

  it('serves a page for each place, labelled', async () => {
    const home = await get('/');
    expect(home.status).toBe(200);
    expect(home.text).toContain('DEMO');
    for (const place of ['Seattle', 'New York']) {
      expect(home.text).toContain(`/places/${encodeURIComponent(place)}`);
      const page = await get(`/places/${encodeURIComponent(place)}`);
      expect(page.status).toBe(200);
      for (const words of ['DEMO', 'harmonic', 'NOAA sample', 'Track record', 'chance of'])
        expect(page.text, `${place}, ${words}`).toContain(words);
      expect(page.text).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('predicts the fourteen days after the last one, as of that day, with their experts', async () => {
    const { text } = await get('/v1/predict?place=Seattle&variable=temperature_2m_max');
    const body = JSON.parse(text) as { demo: boolean; as_of: string; predictions: readonly Prediction[] };
    expect(body).toMatchObject({ demo: true, as_of: '2016-01-01T08:00Z' });
    expect(body.predictions.map(({ lead_hours }) => lead_hours)).toEqual(
      Array.from({ length: 14 }, (_, day) => 24 * (day + 1)),
    );
    const [{ provenance }] = body.predictions;
    expect(provenance.experts.map(({ name }) => name).sort()).toEqual([
      'climatology',
      'harmonic',
      'persistence',
    ]);
    expect(provenance.experts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 6);
  });

  it('has a record of its sixty days in which tomorrow beats climatology', async () => {
    const { text } = await get('/v1/skill?by=variable,lead&variable=temperature_2m_max');
    const { rows } = JSON.parse(text) as {
      rows: readonly { lead: string; days: number; skill: { climatology: number } }[];
    };
    const tomorrow = rows.find(({ lead }) => lead === '12–24 h');
    expect(tomorrow?.days).toBeGreaterThanOrEqual(59);
    expect(tomorrow?.skill.climatology).toBeGreaterThan(0.1);
  });

  it('ends cleanly at Ctrl-C, and leaves nothing behind', async () => {
    const stores = () => readdirSync(temporary).filter((name) => name.startsWith('weatherglass'));
    expect(stores()).toHaveLength(1);
    const group = run.child.pid!;
    // npm, the service and its worker.
    expect(membersOf(group).length).toBeGreaterThanOrEqual(3);
    // A terminal sends it to the whole group, and npm sends its own on to the service.
    process.kill(-group, 'SIGINT');
    const { exitCode, stderr } = await run.finished;
    expect({ exitCode, stderr: stderr.replaceAll(/^npm warn .*\n/gm, '') }).toEqual({
      exitCode: 0,
      stderr: '',
    });
    expect(stores()).toEqual([]);
    await expect.poll(() => membersOf(group)).toEqual([]);
  });
});
