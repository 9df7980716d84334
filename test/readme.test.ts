import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

const commands = blocks('sh').flatMap((text) => text.trim().split('\n'));

test('every command quoted in the README runs, and every output it shows was really printed', async () => {
  expect(commands.length).toBeGreaterThan(3);
  const runs = [...commands, 'npx weatherglass demo'].map(async (line) => {
    const [npx, program, ...args] = line.split(' ');
    expect([npx, program]).toEqual(['npx', 'weatherglass']);
    const { stdout } = await run(process.execPath, ['bin/weatherglass.js', ...args], { cwd: root });
    return stdout;
  });
  const printed = new Set((await Promise.all(runs)).flatMap((text) => text.split('\n')));
  const shown = blocks('').flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '…'),
  );
  expect(shown.length).toBeGreaterThan(8);
  expect(shown.filter((line) => !printed.has(line))).toEqual([]);
});
