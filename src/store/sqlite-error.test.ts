import { describe, expect, it } from 'vitest';
import { WeatherglassError } from '../errors.ts';
import { readDefinition, sqliteError } from './sqlite-error.ts';

const fromSqlite = (errcode: number) =>
  Object.assign(new Error('as SQLite says'), { code: 'ERR_SQLITE_ERROR', errcode });

describe('sqliteError', () => {
  // Extended codes from https://sqlite.org/rescode.html; the lower eight bits are the primary one.
  it.each([
    ['SQLITE_BUSY_SNAPSHOT', 517, 'Unavailable', 'locked by another process'],
    ['SQLITE_READONLY_DIRECTORY', 1544, 'Unavailable', 'cannot be written'],
    ['SQLITE_IOERR_WRITE', 778, 'Unavailable', 'full or failing disk'],
    ['SQLITE_CORRUPT_INDEX', 779, 'InvalidData', 'weatherglass restore'],
    ['SQLITE_FULL', 13, 'Unavailable', 'disk is full'],
    ['SQLITE_CANTOPEN_ISDIR', 526, 'Unavailable', 'folder must exist'],
    ['SQLITE_NOTADB', 26, 'InvalidData', 'name another file'],
    ['SQLITE_CONSTRAINT_UNIQUE', 2067, 'Internal', 'defect'],
  ])('says what %s means and what to do', (_, errcode, name, words) => {
    const cause = fromSqlite(errcode);
    const error = sqliteError(cause, '/data/weather.sqlite');
    expect(error).toBeInstanceOf(WeatherglassError);
    expect(error).toMatchObject({ name, cause });
    expect(String(error)).toMatch(/\/data\/weather\.sqlite .* \(as SQLite says\)\.$/);
    expect(String(error)).toContain(words);
  });

  it.each([
    ['ENOSPC', 'disk is full'],
    ['EACCES', 'right to read and write'],
    ['EROFS', 'cannot be written'],
    ['ENOENT', 'folder must exist'],
  ])('says what %s of the file system means', (code, words) => {
    const error = sqliteError(Object.assign(new Error('as the system says'), { code }), 'w.sqlite');
    expect(error).toMatchObject({ name: 'Unavailable' });
    expect(String(error)).toContain(words);
  });

  it('leaves any other error as it is', () => {
    for (const error of [
      new TypeError('a defect'),
      new WeatherglassError('NotFound', 'no such place'),
      'text',
    ])
      expect(sqliteError(error, 'w.sqlite')).toBe(error);
  });
});

describe('readDefinition', () => {
  it('takes what cannot be read for damage', () => {
    expect(readDefinition('{"levels":[0.5]}', 'w.sqlite')).toEqual({ levels: [0.5] });
    expect(() => readDefinition('{"levels":[0.5', 'w.sqlite')).toThrow(
      'w.sqlite is damaged: run `weatherglass check`, then restore a backup',
    );
  });
});
