import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';

/**
 * Where the development data are: real records that are not ours to ship, in a folder beside the project, or where
 * `DEVELOPMENT_DATA` says.
 */
const folder = process.env.DEVELOPMENT_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));

const skipNote = 'skipped: no development data';

/** The path of a file such as `pairs/magdeburg-t2m-24h.csv.gz`; undefined where it is absent. */
export function developmentData(name: string): string | undefined {
  const file = `${folder}/${name}`;
  return existsSync(file) ? file : undefined;
}

/**
 * A `describe` for tests that need development data; `tests` is given the paths in the order of `names`.
 *
 * Where a file is absent, one test stands in for them, skipped with the words "skipped: no development data". Where
 * `CI` is set it fails instead: tests that silently never run protect nobody.
 *
 * @example
 * describeWithData('Magdeburg', ['pairs/magdeburg-t2m-24h.csv.gz'], ([file]) => {
 *   it('has 4,461 rows', async () => expect((await readPairs([file])).pairs.rows).toBe(4461));
 * });
 */
export function describeWithData(
  title: string,
  names: readonly string[],
  tests: (files: readonly string[]) => void,
): void {
  const absent = names.filter((name) => developmentData(name) === undefined);
  if (absent.length === 0) {
    describe(title, () => tests(names.map((name) => `${folder}/${name}`)));
    return;
  }
  const message = `${skipNote} (${absent.join(', ')})`;
  if (process.env.CI) {
    describe(title, () => {
      it('has its development data', () => {
        throw new Error(`CI is set, but in ${folder} there is no ${absent.join(', no ')}.`);
      });
    });
    return;
  }
  // Vitest's own report only counts skipped tests.
  console.warn(`${title}: ${message}`);
  describe(title, () => {
    it(message, ({ skip }) => skip(message));
  });
}
