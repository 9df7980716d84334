/**
 * Installs what package-lock.json asks for, if it is not there yet: npm runs this before `npm start` and `npm test`.
 *
 * Among the packages is Node.js 26 itself; whoever called npm may have an older one, so this file keeps to
 * what Node.js 18 understands.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Says for which lock, and for which kind of machine, node_modules was filled. `npm ci` removes it with the rest. */
const stampFile = fileURLToPath(new URL('../node_modules/.weatherglass-install', import.meta.url));

if (Number.parseInt(process.versions.node, 10) < 18) {
  fail(
    `Weatherglass needs Node.js 18 or newer to install itself; this is ${process.versions.node}.`,
    'Install a current one from https://nodejs.org and run the command again.',
  );
}

const lock = readFileSync(new URL('../package-lock.json', import.meta.url));
const stamp = `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  process.stderr.write('Installing the packages that package-lock.json names; this takes up to a minute.\n');
  install();
  writeFileSync(stampFile, stamp);
}

function install() {
  const ci = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm leaves out optional packages that do not name the Node.js it runs on as theirs: among them, on older ones, the
  // binaries of the linter and the test runner. There npm first fetches our Node.js and runs on that.
  const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const args = toolsKnow(process.versions.node)
    ? ci
    : ['exec', '--yes', '--loglevel=error', `--package=node@${devDependencies.node}`, '--', 'npm', ...ci];
  const options = {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    // onnxruntime-node, once it is a dependency, would fetch GPU libraries of several hundred megabytes.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  };
  // The npm that runs us is the one to use. Called without npm, we look for it on the PATH, through a shell because
  // Windows has it as npm.cmd.
  const npm = process.env.npm_execpath ?? '';
  const result = /npm-cli\.c?js$/.test(npm)
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync(`npm ${args.join(' ')}`, { ...options, shell: true });

  if (result.status !== 0) {
    fail(
      `npm ci failed (${result.error?.message ?? result.signal ?? `exit code ${result.status}`}); what it said is above.`,
      'If the registry could not be reached, see to the connection or to `npm config get registry`. If a file was in',
      'use or not writable, end what uses it and delete node_modules. Then run the command again.',
    );
  }
  const bundled = ['node', 'node.exe'].some((name) =>
    existsSync(new URL(`../node_modules/node/bin/${name}`, import.meta.url)),
  );
  if (!bundled && Number.parseInt(process.versions.node, 10) < 26) {
    fail(
      `Node.js 26 was not installed, and this is ${process.versions.node}.`,
      'The package `node` brings it with an install script. Allow it (`npm config set ignore-scripts false`) and run',
      'the command again, or install Node.js 26 yourself from https://nodejs.org.',
    );
  }
}

/**
 * Whether the tools' packages name this version: `^20.19.0 || >=22.12.0`.
 *
 * @param {string} version
 */
function toolsKnow(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
}

/** @param {...string} lines */
function fail(...lines) {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}
