import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startSimulatedProviders } from './simulated-providers.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../', import.meta.url));
const readme = readFileSync(`${root}README.md`, 'utf8');

/** Fenced blocks of a language; '' for those without one. */
function blocks(language: string): string[] {
  return [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, own]) => own === language)
    .map(([, , text]) => text);
}

/** Fenced blocks of shell commands; those of a block follow each other. */
const sessions = blocks('sh').map((text) => text.trim().split('\n'));

test('every command quoted in the README runs, and every output it shows was really printed', async () => {
  expect(sessions.flat().length).toBeGreaterThan(7);
  // What asks the network is run as well: it is sent to providers on this machine that simulate the real ones.
  await using providers = await startSimulatedProviders({ seed: 'README', now: () => Date.now() });
  const printed = await Promise.all(
    [...sessions, ['npx weatherglass demo --report']].map(async (lines) => {
      // A folder of its own for each block, with the examples in it: some make a store.
      const folder = mkdtempSync(join(tmpdir(), 'weatherglass-readme-'));
      symlinkSync(`${root}examples`, join(folder, 'examples'));
      const env = {
        ...process.env,
        WEATHERGLASS_OPEN_METEO_URL: `${providers.url}/open-meteo`,
        WEATHERGLASS_MET_NORWAY_URL: `${providers.url}/met-norway/weatherapi/locationforecast/2.0`,
        WEATHERGLASS_US_NWS_URL: `${providers.url}/us-nws`,
        WEATHERGLASS_METAR_URL: `${providers.url}/metar/api/data`,
        WEATHERGLASS_CACHE: join(folder, 'cache'),
      };
      let text = '';
      for (const line of lines) {
        // Quotes are the shell's, which is not asked.
        const words = [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
        const [npx, program, ...args] = words;
        expect([npx, program]).toEqual(['npx', 'weatherglass']);
        text += (await run(process.execPath, [`${root}bin/weatherglass.js`, ...args], { cwd: folder, env }))
          .stdout;
      }
      rmSync(folder, { recursive: true });
      return text.split('\n');
    }),
  );
  const { calls } = providers;
  expect([calls['open-meteo'].requests, calls['met-norway'].requests, calls.metar.requests]).not.toContain(0);
  const known = new Set(printed.flat());
  const shown = blocks('').flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '…'),
  );
  expect(shown.length).toBeGreaterThan(8);
  expect(shown.filter((line) => !known.has(line))).toEqual([]);
});

/** Commands in the text of pages, such as `npx weatherglass collect --once`, and lines of their blocks. */
function commandsOf(page: string): string[] {
  const quoted = [...page.matchAll(/`(?:npx )?weatherglass ([^`\n]+)`/g)];
  const lines = [...page.matchAll(/^(?:npx )?weatherglass ([^#\n]+)/gm)];
  return [...quoted, ...lines].map(([, command]) => command.trim());
}

test('every command that a page mentions exists, with the flags it is given', async () => {
  const pages = ['README.md', 'CONTRIBUTING.md'].concat(
    readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  );
  const byCommand = new Map<string, Set<string>>();
  for (const page of pages)
    for (const command of commandsOf(readFileSync(root + page, 'utf8'))) {
      const [word, ...rest] = command.split(' ');
      const flags = byCommand.get(word) ?? new Set();
      byCommand.set(word, flags);
      for (const one of rest.filter((part) => part.startsWith('--'))) flags.add(one);
    }
  expect(byCommand.size).toBeGreaterThan(10);
  for (const [command, flags] of byCommand) {
    const { stdout } = await run(process.execPath, [`${root}bin/weatherglass.js`, command, '--help']);
    expect(stdout.split('\n')[0]).toContain(`Usage: weatherglass ${command} `);
    expect(
      [...flags].filter((flag) => !stdout.includes(`  ${flag} `)),
      command,
    ).toEqual([]);
  }
});
