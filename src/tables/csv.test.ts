import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { WeatherglassError } from '../errors.ts';
import { readCsv, readCsvHeader } from './csv.ts';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(content: string | Uint8Array, name = 'table.csv'): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** All rows as [line, fields]. */
async function rowsOf(file: string, signal?: AbortSignal): Promise<[number, readonly string[]][]> {
  const rows: [number, readonly string[]][] = [];
  for await (const block of readCsv(file, signal)) {
    for (let i = 0; i < block.length; i++) rows.push([block.firstLine + i, block.row(i)]);
  }
  return rows;
}

describe('readCsv reads', () => {
  const expected = [
    [1, ['a', 'b']],
    [2, ['1', '°C']],
    [3, ['', '']],
  ];

  it.each([
    ['plain text', 'a,b\n1,°C\n,\n'],
    ['text without a last line break', 'a,b\n1,°C\n,'],
    ['CRLF', 'a,b\r\n1,°C\r\n,\r\n'],
    ['CRLF without the last', 'a,b\r\n1,°C\r\n,'],
    ['a byte order mark', '\ufeffa,b\n1,°C\n,\n'],
    ['quotes', '"a","b"\n"1","°C"\n"",""\n'],
    ['quotes and CRLF', '"a","b"\r\n"1","°C"\r\n"",""\r\n'],
    ['quotes after a byte order mark', '\ufeff"a",b\n1,°C\n,\n'],
  ])('%s', async (_, content) => {
    expect(await rowsOf(written(content))).toEqual(expected);
    expect(await rowsOf(written(gzipSync(content), 'table.csv.gz'))).toEqual(expected);
  });

  it('commas and doubled quotes in quoted fields', async () => {
    const file = written('"Seattle, WA","the ""Emerald"" city",x"y\n');
    expect(await rowsOf(file)).toEqual([[1, ['Seattle, WA', 'the "Emerald" city', 'x"y']]]);
  });

  it('gzip in several members, as append and bgzip write it', async () => {
    const file = written(Buffer.concat([gzipSync('a,b\n1,'), gzipSync('°C\n,\n')]), 'members.csv.gz');
    expect(await rowsOf(file)).toEqual(expected);
  });

  it('an empty file as no rows', async () => {
    expect(await rowsOf(written(''))).toEqual([]);
    expect(await readCsvHeader(written(''))).toEqual([]);
    expect(await readCsvHeader(written('\ufeff \n'))).toEqual([]);
  });

  it('lines and characters that lie across blocks, with their line numbers', async () => {
    // 3 bytes a field of 5 move the characters over every place of a block border.
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},°€${'é'.repeat(i % 7)}`);
    for (const name of ['long.csv', 'long.csv.gz']) {
      const content = `${lines.join('\n')}\n`;
      const rows = await rowsOf(written(name.endsWith('.gz') ? gzipSync(content) : content, name));
      expect(rows.map(([line]) => line)).toEqual(lines.map((_, i) => i + 1));
      expect(rows.map(([, fields]) => fields.join())).toEqual(lines);
    }
  });

  it('a header without the spaces around its names', async () => {
    expect(await readCsvHeader(written(' place , unit\n1,2'))).toEqual(['place', 'unit']);
  });
});

describe('readCsv refuses', () => {
  const many = 'a,b\n'.repeat(100_000);

  it.each([
    [
      'a quoted field with a line break',
      'a,b\n1,"x\ny"\n',
      /line 2: the quoted field "x" has no end.*line break/,
    ],
    ['one at the end of the file', 'a,b\n1,"x\n', /line 2: the quoted field/],
    ['one after other quoted fields', 'a,b\n"1","2"\n"3","x\ny"\n', /line 3: the quoted field/],
    ['one across blocks', `${many}1,"${'x\n'.repeat(200_000)}"\n`, /line 100001: the quoted field/],
    ['an undoubled quote', 'a,b\n1,"x"y"\n', /line 2: a quote inside a quoted field must be doubled/],
    ['a lone carriage return', 'a,b\n1,2\r3,4\n', /line 2: a carriage return ends no line/],
    ['lines that end with a carriage return', 'a,b\r1,2\r', /line 1: a carriage return ends no line/],
    ['a line without end', `a,b\n${'x'.repeat(5_000_000)}`, /line 2: the line is longer than 4 MiB/],
    ['Latin-1', Buffer.from('a,b\n1,2\n3,°C\n4,5\n', 'latin1'), /line 3: the text is not UTF-8/],
    ['Latin-1 far down', Buffer.from(`${many}1,°C\n`, 'latin1'), /line 100001: the text is not UTF-8/],
    ['UTF-16', Buffer.from('\ufeffa,b\n', 'utf16le'), /line 1: the text is not UTF-8/],
    [
      'a character cut off at the end',
      Buffer.from('a,b\n1,°').subarray(0, -1),
      /line 2: the text is not UTF-8/,
    ],
    ['gzip that is not called so', gzipSync('a,b\n'), /table\.csv: is compressed with gzip.*\.csv\.gz/],
  ])('%s', async (_, content, message) => {
    await expect(rowsOf(written(content))).rejects.toThrow(WeatherglassError);
    await expect(rowsOf(written(content))).rejects.toMatchObject({ name: 'InvalidData' });
    await expect(rowsOf(written(content))).rejects.toThrow(message);
  });

  const compressed = gzipSync(Array.from({ length: 50_000 }, (_, i) => `${i},${Math.sqrt(i)}\n`).join(''));
  const damaged = Buffer.from(compressed);
  damaged.fill(0x55, 5000, 6000);

  it.each([
    ['gzip that is cut off', compressed.subarray(0, compressed.length / 2), /file ends early/],
    ['gzip that is cut off in its last bytes', compressed.subarray(0, -4), /file ends early/],
    ['gzip that is cut off in its head', compressed.subarray(0, 5), /file ends early/],
    ['gzip that is damaged', damaged, /are damaged/],
    ['what is not gzip', 'a,b\n1,2\n', /is not a gzip file, although its name ends in \.gz/],
  ])('%s', async (_, content, message) => {
    const file = written(content, 'refused.csv.gz');
    await expect(rowsOf(file)).rejects.toMatchObject({
      name: 'InvalidData',
      message: expect.stringMatching(message),
    });
    await expect(rowsOf(file)).rejects.toThrow(file);
  });

  it('what is no readable file', async () => {
    const named = (name: string) => expect.objectContaining({ name });
    await expect(rowsOf(join(folder, 'absent.csv'))).rejects.toEqual(named('NotFound'));
    await expect(rowsOf(join(folder, 'absent.csv.gz'))).rejects.toThrow(
      /absent\.csv\.gz: there is no such file/,
    );
    await expect(rowsOf(join(folder, `${'long'.repeat(100)}.csv`))).rejects.toEqual(named('Unavailable'));
    mkdirSync(join(folder, 'folder.csv'));
    await expect(rowsOf(join(folder, 'folder.csv'))).rejects.toThrow(/is a folder/);
    await expect(rowsOf(join(folder, 'folder.csv'))).rejects.toEqual(named('InvalidData'));
  });
});

describe('readCsv stops', () => {
  const file = written(gzipSync('a,b\n'.repeat(1_000_000)), 'large.csv.gz');

  it('before it opens the file', async () => {
    await expect(rowsOf(join(folder, 'absent.csv'), AbortSignal.abort())).rejects.toMatchObject({
      name: 'Cancelled',
      message: expect.stringContaining('absent.csv'),
    });
  });

  it('between blocks', async () => {
    const controller = new AbortController();
    let blocks = 0;
    const reading = async () => {
      for await (const _ of readCsv(file, controller.signal)) if (++blocks === 2) controller.abort();
    };
    await expect(reading()).rejects.toMatchObject({ name: 'Cancelled' });
    expect(blocks).toBe(2);
  });

  it('with the reason itself where that is ours', async () => {
    const reason = new WeatherglassError('Unavailable', 'too slow');
    await expect(rowsOf(file, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  // Only Linux lists the files a process has open.
  it.skipIf(!existsSync('/proc/self/fd'))('and leaves no file open when its reader stops early', async () => {
    for (let i = 0; i < 20; i++) expect(await readCsvHeader(file)).toEqual(['a', 'b']);
    const open = readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === file;
      } catch {
        return false;
      }
    });
    expect(open).toEqual([]);
  });
});
