import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const windows = process.platform === 'win32';
const root = fileURLToPath(new URL('..', import.meta.url));
const leftOut = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** The package as a stranger gets it: packed from a copy of the checkout, installed with npm in an empty project. */
describe('the npm package', () => {
  let temporary: string;
  let project: string;
  let packed: readonly string[];

  /** Runs a program in the stranger's project, with this Node.js first on the PATH; resolves with what it prints. */
  async function inProject(file: string, ...args: readonly string[]): Promise<string> {
    const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`;
    const { stdout } = await run(file, args, { cwd: project, env: { ...process.env, PATH }, shell: windows });
    return stdout;
  }

  beforeAll(async () => {
    // macOS reaches its temporary folder through a link, which npm and tsc would resolve differently.
    temporary = await mkdtemp(join(await realpath(tmpdir()), 'weatherglass-package-'));
    project = join(temporary, 'project');
    const checkout = join(temporary, 'checkout');
    await cp(root, checkout, {
      recursive: true,
      filter: (path) => !leftOut.has(relative(root, path).split(sep)[0] ?? ''),
    });
    await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');

    await run(process.execPath, ['tools/build.mjs'], { cwd: checkout });
    // The build is done above: `npm pack` would run it through npm once more, only slower.
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', temporary];
    const { stdout } = await run('npm', pack, { cwd: checkout, shell: windows });
    const [tarball] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    if (!tarball) throw new Error(`npm pack made no tarball; it says: ${stdout}`);
    packed = tarball.files.map(({ path }) => path);
    // --prefix: under `npm test` the environment names the checkout as the project to install into.
    const quietly = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    await inProject('npm', 'install', '--prefix', project, ...quietly, join(temporary, tarball.filename));
  }, 240_000);

  afterAll(() => rm(temporary, { recursive: true, force: true }));

  it('holds what it needs, and no tests or sources', () => {
    for (const file of [
      'LICENSE',
      'NOTICE',
      'bin/weatherglass.js',
      'dist/index.d.ts',
      'dist/sample/weather.csv',
    ]) {
      expect(packed).toContain(file);
    }
    expect(packed.filter((path) => /\.test\.|^src\/|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });

  it('says its version', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    expect((await inProject(join('node_modules', '.bin', 'weatherglass'), '--version')).trim()).toBe(version);
  });

  it('lists its models', async () => {
    const models: unknown = JSON.parse(
      await inProject('npx', '--no-install', 'weatherglass', 'models', '--json'),
    );
    expect(models).not.toEqual([]);
  });

  it('is a library', async () => {
    await writeFile(
      join(project, 'use.js'),
      "import { backtest } from 'weatherglass';\nconsole.log(typeof backtest);\n",
    );
    expect((await inProject(process.execPath, 'use.js')).trim()).toBe('function');
  });

  it('has types that a strict project can read', async () => {
    await writeFile(
      join(project, 'use.ts'),
      "import { backtest } from 'weatherglass';\nexport const f: (...args: never[]) => unknown = backtest;\n",
    );
    const options = ['--noEmit', '--strict', '--target', 'esnext', '--module', 'nodenext'];
    await inProject(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), ...options, 'use.ts');
  });
});
