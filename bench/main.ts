import { parseArgs } from 'node:util';
import { table } from '../src/cli/table.ts';
import { errorTable } from '../src/errors.ts';
import { benches } from './benches.ts';
import { type Bench, type BenchResult, fullEffort, quickEffort } from './measure.ts';

process.exitCode = await main(process.argv.slice(2));

/** Runs the bench that is named, prints what it found, and returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const asked = readArguments(argv);
  if (asked.bench === undefined) {
    process.stderr.write(`${asked.problem}\n\n${usage()}`);
    return errorTable.Usage.exitCode;
  }
  const { figures, peers } = await asked.bench.run(asked.quick ? quickEffort : fullEffort);
  const result = { name: asked.bench.name, figures: rounded(figures), peers: rounded(peers) };
  process.stdout.write(asked.json ? `${JSON.stringify(result)}\n` : asTable(result));
  return 0;
}

type Asked =
  | { readonly bench: Bench; readonly json: boolean; readonly quick: boolean }
  | { readonly bench?: undefined; readonly problem: string };

function readArguments(argv: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
      allowPositionals: true,
    });
    const [name = ''] = positionals;
    if (positionals.length !== 1) return { problem: 'bench: give the name of one bench.' };
    const bench = benches.find((one) => one.name === name);
    return bench === undefined ? { problem: `bench: there is no bench ${name}.` } : { bench, ...values };
  } catch (error) {
    return { problem: `bench: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function usage(): string {
  const list = table([['bench', 'what it measures'], ...benches.map(({ name, about }) => [name, about])]);
  return `npm run bench -- NAME [--json] [--quick]\n\n${list}\n--quick: that it runs, in a second; its figures mean nothing\n`;
}

/** Four digits: what is behind them differs from run to run. */
function rounded(numbers: BenchResult['figures']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, Number(value.toPrecision(4))]),
  );
}

function asTable({ name, figures, peers }: BenchResult & { readonly name: string }): string {
  const shown = (value: number) => value.toLocaleString('en-GB', { maximumSignificantDigits: 3 });
  const rows = (numbers: BenchResult['figures']) =>
    Object.entries(numbers).map(([label, value]) => [label, shown(value)]);
  return table([[name, 'median'], ...rows(figures), ['', ''], ['peers', ''], ...rows(peers)]);
}
