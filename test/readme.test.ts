import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

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
  const printed = await Promise.all(
    [...sessions, ['npx weatherglass demo --report']].map(async (lines) => {
      // A folder of its own for each block, with the examples in it: some make a store.
      const folder = mkdtempSync(join(tmpdir(), 'weatherglass-readme-'));
      symlinkSync(`${root}examples`, join(folder, 'examples'));
      let text = '';
      for (const line of lines) {
        const [npx, program, ...args] = line.split(' ');
        expect([npx, program]).toEqual(['npx', 'weatherglass']);
        text += (await run(process.execPath, [`${root}bin/weatherglass.js`, ...args], { cwd: folder }))
          .stdout;
      }
      rmSync(folder, { recursive: true });
      return text.split('\n');
    }),
  );
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
