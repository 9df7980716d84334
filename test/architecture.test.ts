import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');

/** What oxlint finds below `folder`, as `file: rule`. Rules that need types stay with `npm run check`. */
function lint(folder: string): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: Infinity,
  });
  // Without a report oxlint did not get as far as linting; it says why on standard error.
  if (!stdout.startsWith('{')) throw new Error(`oxlint failed: ${stdout}${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { filename: string; code: string }[] };
  return diagnostics.map(({ filename, code }) => `${filename.replaceAll('\\', '/')}: ${code}`).sort();
}

/** From the bottom up. */
const folders = [
  'weather',
  'forecast',
  'scores',
  'trees',
  'models',
  'runtime',
  'quality',
  'tables',
  'sources',
  'store',
  'collect',
  'pipeline',
  'server',
  'cli',
] as const;
type Folder = (typeof folders)[number];

function below(folder: Folder): readonly Folder[] {
  return folders.slice(0, folders.indexOf(folder));
}

/** The arrows of the architecture, written down a second time, apart from the lint rules that enforce them. */
const mayImport: Readonly<Record<Folder, readonly Folder[]>> = {
  weather: [],
  forecast: ['weather'],
  scores: ['weather', 'forecast'],
  trees: [],
  models: ['weather', 'forecast', 'scores', 'trees'],
  runtime: [],
  quality: ['weather'],
  tables: ['weather', 'forecast', 'runtime'],
  sources: ['weather', 'runtime'],
  store: ['weather', 'forecast', 'runtime'],
  collect: ['weather', 'runtime', 'quality', 'sources', 'store'],
  pipeline: below('pipeline'),
  server: below('server'),
  cli: below('cli'),
};
const pure: readonly Folder[] = ['weather', 'forecast', 'scores', 'trees', 'models', 'quality'];

interface Case {
  readonly file: string;
  readonly source: string;
  /** The rule that must report the file; absent if the file is right. */
  readonly rule?: string;
}

const arrowRule = 'eslint(no-restricted-imports)';
const cases: Case[] = [];

/** Adds a file that imports `specifier`, and, if that is forbidden, one for each other way to do the same. */
function add(name: string, specifier: string, allowed: boolean, suffix = '.ts'): void {
  cases.push({
    file: `${name}${suffix}`,
    source: `import { x } from '${specifier}';\nexport const y = x;\n`,
    ...(allowed ? {} : { rule: arrowRule }),
  });
  if (allowed) return;
  const others: Readonly<Record<string, string>> = {
    type: `import type { X } from '${specifier}';\nexport type Y = X;\n`,
    inline: `import { type X } from '${specifier}';\nexport type Y = X;\n`,
    'side-effect': `import '${specifier}';\n`,
    'export-from': `export { x } from '${specifier}';\n`,
    'export-all': `export * from '${specifier}';\n`,
    dynamic: `export const x = await import('${specifier}');\n`,
  };
  for (const [way, source] of Object.entries(others)) {
    cases.push({ file: `${name}-${way}${suffix}`, source, rule: arrowRule });
  }
  cases.push({
    file: `${name}-type-query${suffix}`,
    source: `export type Y = import('${specifier}').X;\n`,
    rule: 'typescript(consistent-type-imports)',
  });
}

for (const from of folders) {
  const free = from === 'cli';
  for (const to of folders) {
    if (to !== from) add(`src/${from}/to-${to}`, `../${to}/x.ts`, mayImport[from].includes(to));
  }
  add(`src/${from}/to-neighbour`, './x.ts', true);
  add(`src/${from}/to-errors`, '../errors.ts', true);
  add(`src/${from}/to-config`, '../config.ts', from === 'server' || free);
  if (!free) {
    add(`src/${from}/to-index`, '../index.ts', false);
    add(`src/${from}/to-test`, '../../test/x.ts', false);
    // A detour through a neighbour that is allowed.
    add(`src/${from}/detour`, './../cli/x.ts', false);
    if (mayImport[from][0]) add(`src/${from}/long-detour`, `../${mayImport[from][0]}/../cli/x.ts`, false);
  }
  for (const [name, specifier] of Object.entries({
    package: 'zod',
    scoped: '@openmeteo/sdk/unit',
    node: 'node:fs/promises',
    bare: 'fs',
  })) {
    add(`src/${from}/to-${name}`, specifier, !pure.includes(from));
  }
  // Tests beside the code run in Node, and obey the same arrows.
  for (const specifier of ['vitest', 'fast-check', 'node:fs', 'node:fs/promises']) {
    add(`src/${from}/to-${specifier.replaceAll(/\W/g, '-')}`, specifier, true, '.test.ts');
  }
  if (pure.includes(from)) {
    add(`src/${from}/to-runtime`, '../runtime/x.ts', false, '.test.ts');
    add(`src/${from}/to-package`, 'zod', false, '.test.ts');
  }
}
add('examples/01-library', '../src/index.ts', true);
add('examples/02-node', 'node:fs/promises', true);
add('examples/03-inside', '../src/weather/variable.ts', false);
add('examples/04-package', 'zod', false);
for (const to of folders) add(`bench/to-${to}`, `../src/${to}/x.ts`, true);

/** Files whose name says what they are, written over with one wrong import each. */
const fixed: readonly Case[] = [
  { file: 'src/errors.ts', source: "export { x } from './weather/x.ts';\n", rule: arrowRule },
  { file: 'src/config.ts', source: "export { x } from './server/x.ts';\n", rule: arrowRule },
  { file: 'src/index.ts', source: "export { x } from './cli/x.ts';\n", rule: arrowRule },
  {
    file: 'src/store/cycle-a.ts',
    source: "import { b } from './cycle-b.ts';\nexport const a = () => b;\n",
    rule: 'import(no-cycle)',
  },
  {
    file: 'src/store/cycle-b.ts',
    source: "import { a } from './cycle-a.ts';\nexport const b = () => a;\n",
    rule: 'import(no-cycle)',
  },
  {
    file: 'src/store/type-cycle-a.ts',
    source: "import type { B } from './type-cycle-b.ts';\nexport type A = B[];\n",
    rule: 'import(no-cycle)',
  },
  {
    file: 'src/store/type-cycle-b.ts',
    source: "import type { A } from './type-cycle-a.ts';\nexport type B = A | 1;\n",
    rule: 'import(no-cycle)',
  },
];
cases.push(...fixed);

describe('architecture', () => {
  let folder: string;
  let found: readonly string[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'weatherglass-architecture-'));
    cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    for (const { file, source } of cases) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), source);
    }
    found = lint(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('reports every import against the arrows, and no other', () => {
    const expected = cases.flatMap(({ file, rule }) => (rule ? [`${file}: ${rule}`] : [])).sort();
    expect(expected.length).toBeGreaterThan(500);
    expect(found).toEqual(expected);
  });

  it('finds nothing in this project', () => {
    expect(lint(root)).toEqual([]);
  });
});
