#!/usr/bin/env node
// Starts the command line: from src/ in a checkout, from dist/ in the published package. The check of the version comes
// first, in words that older releases of Node.js understand, so that theirs is not a syntax error.
import { existsSync } from 'node:fs';
import module from 'node:module';

if (Number.parseInt(process.versions.node, 10) < 26) {
  process.stderr.write(
    `Weatherglass needs Node.js 26 or newer; this is ${process.versions.node}.\n` +
      'Install it from https://nodejs.org. In a checkout, `npm start` and `npx weatherglass` bring their own.\n',
  );
  process.exit(78);
}

// Keeps the compiled code for the next start: of this thread, and of worker threads, which look into the environment.
const { directory } = module.enableCompileCache();
if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory;

const source = new URL('../src/cli/main.ts', import.meta.url);
const built = new URL('../dist/cli/main.js', import.meta.url);
const { main } = await import((existsSync(source) ? source : built).href);
process.exitCode = await main(process.argv.slice(2));
