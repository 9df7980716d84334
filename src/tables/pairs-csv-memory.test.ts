import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

const megabyte = 2 ** 20;

/** Writes rows until the file has so many bytes, and answers how many. */
async function writeLargeTable(file: string, bytes: number): Promise<number> {
  await using handle = await open(file, 'w');
  await handle.write(
    'place,latitude,longitude,elevation,init_time,valid_time,variable,unit,model_a,model_b,model_c,observation\n',
  );
  let rows = 0;
  for (let written = 0; written < bytes; ) {
    const lines: string[] = [];
    for (let i = 0; i < 20_000; i++, rows++) {
      // New places all along, with texts so long that V8 would keep a piece of the file instead of a copy.
      const place = Math.floor(rows / 200);
      const time = new Date((rows % 200) * 3_600_000).toISOString();
      lines.push(
        `A station with a long name ${place},47.${1e12 + place},-122.31,130,${time},${time},temperature_2m,°C,` +
          `${rows % 40}.125,${rows % 30}.25,${rows % 20}.5,${rows % 10}.75\n`,
      );
    }
    written += (await handle.write(lines.join(''))).bytesWritten;
  }
  return rows;
}

it('a large file is streamed: beyond its columns, memory stays bounded', async () => {
  const file = join(folder, 'large.csv');
  const rows = await writeLargeTable(file, 60 * megabyte);
  expect(statSync(file).size).toBeGreaterThan(60 * megabyte);

  // In a process of its own, whose heap has no room for the text of the file, let alone for its fields.
  const script = `
    import { readPairs } from ${JSON.stringify(new URL('./pairs-csv.ts', import.meta.url).href)};
    const before = process.resourceUsage().maxRSS;
    const { pairs, counts } = await readPairs([${JSON.stringify(file)}]);
    const columns = Object.values(pairs).filter(ArrayBuffer.isView).reduce((sum, one) => sum + one.byteLength, 0);
    console.log(JSON.stringify({
      rows: pairs.rows, places: pairs.places.length, missing: counts.missingOutcomes, columns,
      grown: (process.resourceUsage().maxRSS - before) * 1024,
    }));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=32',
    '--max-semi-space-size=8',
    '--input-type=module',
    '--eval',
    script,
  ]);
  const { grown, columns, ...table } = JSON.parse(stdout);
  expect(table).toEqual({ rows, places: Math.ceil(rows / 200), missing: 0 });
  // While a column doubles, its old and new half are both there; the rest is the runtime's, whatever the file's size.
  expect(grown).toBeLessThan(3 * columns + 50 * megabyte);
});
