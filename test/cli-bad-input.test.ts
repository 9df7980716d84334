import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, weatherglass } from './command-line.ts';
import { csvText, simulatedPairs, type Table } from './simulated-tables.ts';

/** Tables as people send them, through `weatherglass backtest` in a process of its own. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bad-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

const good = simulatedPairs();
const [header, ...rows] = good;
const column = (name: string) => header.indexOf(name);

/** The table with another text in one field; line 1 is the header. */
function withField(line: number, name: string, text: string): Table {
  return good.map((row, i) => (i === line - 1 ? row.with(column(name), text) : row));
}

/** The table with one text in all of some columns. */
function withColumns(isColumn: (name: string) => boolean, of: (row: readonly string[]) => string): Table {
  return good.map((row, i) => (i === 0 ? row : row.map((text, k) => (isColumn(header[k]) ? of(row) : text))));
}

const without = (name: string): Table => good.map((row) => row.toSpliced(column(name), 1));

/** Writes a file and back-tests it. */
function backtest(file: string, content: string | Buffer, ...flags: string[]): Promise<Finished> {
  writeFileSync(join(folder, file), content);
  return weatherglass(['backtest', file, ...flags], { cwd: folder });
}

/** What is refused: the file, and what is said of it: where, and why. */
const refused: Readonly<Record<string, readonly [file: string, content: string | Buffer, message: RegExp]>> =
  {
    'a missing column': [
      'missing-column.csv',
      csvText(without('unit')),
      /missing-column\.csv, line 1: the column unit is missing/,
    ],
    'an unknown column': [
      'unknown-column.csv',
      csvText([header.with(column('member_2'), 'mebmer_2'), ...rows]),
      /unknown-column\.csv, line 1, column "mebmer_2": unknown column/,
    ],
    'a column twice': [
      'column-twice.csv',
      csvText([header.with(column('member_2'), 'member_1'), ...rows]),
      /column-twice\.csv, line 1, column "member_1": there are two/,
    ],
    'an unknown unit': [
      'unknown-unit.csv',
      csvText(withField(7, 'unit', 'parsec')),
      /unknown-unit\.csv, line 7, column "unit": .*"parsec"/,
    ],
    'a unit of another quantity': [
      'other-unit.csv',
      csvText(withField(7, 'unit', 'mm')),
      /other-unit\.csv, line 7, column "unit": .*mm/,
    ],
    'an unknown variable': [
      'unknown-variable.csv',
      csvText(withField(5, 'variable', 'temperatur_2m')),
      /unknown-variable\.csv, line 5, column "variable": .*temperatur_2m.*Did you mean temperature_2m/,
    ],
    'latitude 91': [
      'latitude.csv',
      csvText(withField(9, 'latitude', '91')),
      /latitude\.csv, line 9, column "latitude": .*91/,
    ],
    'a time without zone': [
      'no-zone.csv',
      csvText(withField(3, 'valid_time', '2020-01-01T00:00')),
      /no-zone\.csv, line 3, column "valid_time": .*says no zone; add Z/,
    ],
    'a key twice with different outcomes': [
      'contradiction.csv',
      csvText([...good, good[4].with(column('observation'), '3.21')]),
      /contradiction\.csv, line 122, column "observation": differs from line 5/,
    ],
    'an empty file': ['empty.csv', '', /empty\.csv: the file has no header/],
    'an empty file, compressed': ['empty.csv.gz', gzipSync(''), /empty\.csv\.gz: the file has no header/],
    'a header without rows': ['no-rows.csv', csvText([header]), /no-rows\.csv: .*no rows/],
    'a truncated gzip': [
      'truncated.csv.gz',
      gzipSync(csvText(good)).subarray(0, -200),
      /truncated\.csv\.gz: file ends early: the compressed data are cut off/,
    ],
    'a text called gzip': ['text.csv.gz', csvText(good), /text\.csv\.gz: is not a gzip file/],
    'a gzip called text': ['gzip.csv', gzipSync(csvText(good)), /gzip\.csv: is compressed with gzip/],
    'a number 1,5 in quotes': [
      'comma.csv',
      csvText(withField(11, 'member_3', '1,5')),
      /comma\.csv, line 11, column "member_3": "1,5": write the number with a decimal point/,
    ],
    'a number 1,5 without quotes': [
      'comma-bare.csv',
      csvText(good.with(10, good[10].with(-1, '1;5'))).replace('1;5', '1,5'),
      /comma-bare\.csv, line 11: the row has 15 fields, the header 14 columns/,
    ],
    'a code for missing': [
      'missing-code.csv',
      csvText(withField(11, 'observation', '-999')),
      /missing-code\.csv, line 11, column "observation": "-999" .*Leave the field empty/,
    ],
    'a word for a number': [
      'word.csv',
      csvText(withField(11, 'member_1', 'NaN')),
      /word\.csv, line 11, column "member_1": "NaN": leave the field empty/,
    ],
    semicolons: [
      'semicolons.csv',
      good.map((row) => `${row.join(';')}\n`).join(''),
      /semicolons\.csv, line 1: fields must be separated by commas, not by ";"/,
    ],
    'no column of forecasts': [
      'no-forecasts.csv',
      csvText(good.map((row) => row.toSpliced(column('member_1'), 5))),
      /no-forecasts\.csv, line 1: there is no column of forecasts/,
    ],
    'a text that is not UTF-8': [
      'latin-1.csv',
      Buffer.from(csvText(good), 'latin1'),
      /latin-1\.csv, line 2: the text is not UTF-8/,
    ],
    'all outcomes missing': [
      'no-outcomes.csv',
      csvText(
        withColumns(
          (name) => name === 'observation',
          () => '',
        ),
      ),
      /No row has an observation\.\nweatherglass: none of the 120 rows is a target: 120 noOutcome/,
    ],
  };

describe('refused with exit code 65, naming where', () => {
  it.concurrent.each(Object.keys(refused))('%s', async (name) => {
    const [file, content, message] = refused[name];
    const { exitCode, stdout, stderr } = await backtest(file, content, '--json');
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/defect of Weatherglass|\n {4}at /);
    expect(stdout).toBe('');
    expect(exitCode).toBe(65);
  });

  it('the second of two files', async () => {
    writeFileSync(join(folder, 'first.csv'), csvText(good));
    const { exitCode, stderr } = await backtest(
      'second.csv',
      csvText(withField(4, 'longitude', '181')),
      'first.csv',
    );
    expect(stderr).toMatch(/^weatherglass: second\.csv, line 4, column "longitude": /);
    expect(exitCode).toBe(65);
  });
});

/** The result of a back-test, but for the file's name and the time it took. */
function resultOf({ exitCode, stdout, stderr }: Finished) {
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  const { files: _files, seconds: _seconds, ...result } = JSON.parse(stdout);
  return result;
}

describe('read as what is meant', () => {
  let plain: ReturnType<typeof resultOf>;
  beforeAll(async () => {
    const finished = await backtest('good.csv', csvText(good), '--json');
    expect(finished.stderr).toBe('');
    plain = resultOf(finished);
    expect(plain).toMatchObject({ rows: 120, targets: 120, model: 'emos' });
  });

  const shuffled = header.map((_, k) => (k * 5) % header.length);
  it.concurrent.each([
    ['a header in another order', 'order.csv', csvText(good.map((row) => shuffled.map((k) => row[k])))],
    ['CRLF', 'crlf.csv', csvText(good).replaceAll('\n', '\r\n')],
    ['a byte order mark', 'bom.csv', `\ufeff${csvText(good)}`],
    ['blank lines', 'blank.csv', csvText(good).replaceAll('\n', '\n\n')],
    ['no last line end', 'no-end.csv', csvText(good).trimEnd()],
    ['gzip', 'good.csv.gz', gzipSync(csvText(good))],
    [
      'degrees Fahrenheit',
      'fahrenheit.csv',
      csvText(
        good.map((row, i) =>
          i === 0
            ? row
            : row.map((text, k) =>
                header[k] === 'unit' ? '°F' : k > column('unit') ? String(Number(text) * 1.8 + 32) : text,
              ),
        ),
      ),
    ],
  ])('%s', async (name, file, content) => {
    const finished = await backtest(file, content, '--json');
    expect(finished.stderr).toBe('');
    const result = resultOf(finished);
    if (name === 'degrees Fahrenheit') expect(result.scores.crps).toBeCloseTo(plain.scores.crps, 5);
    else expect(result).toEqual(plain);
  });

  it('rows repeated word for word, which are counted', async () => {
    const finished = await backtest('repeated.csv', csvText([...good, good[4], good[9], good[4]]), '--json');
    expect(finished.stderr).toBe('3 of 123 rows are repeated and were left out.\n');
    expect(resultOf(finished)).toEqual({ ...plain, skipped: { ...plain.skipped, identicalDuplicates: 3 } });
    const { stdout } = await weatherglass(['backtest', 'repeated.csv'], { cwd: folder });
    expect(stdout).toContain('120 targets of 120 rows; skipped: 3 identicalDuplicates');
  });

  it('a place whose coordinates move, which is noticed', async () => {
    const finished = await backtest('moved.csv', csvText(withField(30, 'latitude', '47.9')), '--json');
    expect(finished.stderr).toMatch(
      /^1 place has more than one location, of which the first was kept: "Harbour" at 47\.61, .*47\.9, .*\(moved\.csv, line 30\)\.\n$/,
    );
    expect(resultOf(finished)).toEqual(plain);
  });

  it('missing forecasts and outcomes, which are counted', async () => {
    const table = good.map((row, i) =>
      i === 20
        ? row.with(column('member_4'), '')
        : i === 30 || i === 31
          ? row.with(column('observation'), '')
          : row,
    );
    const finished = await backtest('holes.csv', csvText(table), '--json');
    expect(finished.stderr).toBe('2 of 120 rows have no observation.\n');
    expect(resultOf(finished)).toMatchObject({
      rows: 120,
      targets: 117,
      skipped: { incompleteForecast: 1, noOutcome: 2 },
    });
    const { stdout } = await weatherglass(['backtest', 'holes.csv'], { cwd: folder });
    expect(stdout).toContain('117 targets of 120 rows; skipped: 1 incompleteForecast, 2 noOutcome');
  });
});

/** Every score of the model is a number; a missing one would be null. */
function expectNumbers(scores: Readonly<Record<string, unknown>>, ...but: string[]): void {
  for (const [name, value] of Object.entries(scores))
    if (!but.includes(name)) expect(value, name).toEqual(expect.any(Number));
}

describe('answered by the documented fallback, counted and shown', () => {
  it('fewer rows than parameters', async () => {
    const table = good.slice(0, 9);
    const result = resultOf(await backtest('few.csv', csvText(table), '--json'));
    expect(result).toMatchObject({ rows: 8, targets: 8, fallbacks: 8, fallbackModels: { dressed: 8 } });
    expectNumbers(result.scores);
    expect(result.scores).toEqual(result.references.dressed);
    const { stdout } = await weatherglass(['backtest', 'few.csv'], { cwd: folder });
    expect(stdout).toContain('8 answered by a simpler model: 8 by dressed');
  });

  it('one row', async () => {
    const result = resultOf(await backtest('one-row.csv', csvText(good.slice(0, 2)), '--json'));
    expect(result).toMatchObject({ rows: 1, targets: 1, fallbacks: 1 });
  });

  it('a constant ensemble, whose spread says nothing', async () => {
    const members = (name: string) => name.startsWith('member_');
    const alike = csvText(withColumns(members, (row) => row[column('member_1')]));
    const result = resultOf(await backtest('constant.csv', alike, '--json'));
    // The first ten dates have too few rows; then EMOS learns a spread of its own.
    expect(result).toMatchObject({ targets: 120, fallbacks: 20, fallbackModels: { dressed: 20 } });
    expectNumbers(result.scores);
    expect(result.scores.crps).toBeLessThan(result.references.raw.crps);
    // On a log scale a spread of zero is no number at all.
    const log = resultOf(await backtest('constant-log.csv', alike, '--spread', 'log', '--json'));
    expect(log).toMatchObject({ targets: 120, fallbacks: 120, fallbackModels: { dressed: 120 } });
    expectNumbers(log.scores);
  });

  it('the same forecast every day, from which no slope can be learned', async () => {
    const table = withColumns(
      (name) => name.startsWith('member_'),
      () => '7.5',
    );
    const result = resultOf(await backtest('same.csv', csvText(table), '--json'));
    expect(result).toMatchObject({ targets: 120, fallbacks: 20 });
    expectNumbers(result.scores);
  });

  it('the same outcome every day, from which no spread can be learned', async () => {
    const table = withColumns(
      (name) => name === 'observation',
      () => '7.5',
    );
    const result = resultOf(await backtest('same-outcome.csv', csvText(table), '--json'));
    expect(result).toMatchObject({ targets: 120, fallbacks: 120, fallbackModels: { dressed: 120 } });
    expectNumbers(result.scores);
  });

  it('one member', async () => {
    const table = simulatedPairs({ members: 1 });
    const result = resultOf(await backtest('one-member.csv', csvText(table), '--json'));
    expect(result).toMatchObject({ targets: 120, fallbackModels: { raw: 2 } });
    // The fair form of one member's CRPS does not exist.
    expectNumbers(result.scores, 'crps_fair');
    expect(result.references.raw).toMatchObject({ crps_fair: null });
    expect(result.references.raw.crps).toBeCloseTo(result.references.raw.mae, 12);
    expect(result.references.dressed.crps).toBeLessThan(result.references.raw.crps);
  });
});
