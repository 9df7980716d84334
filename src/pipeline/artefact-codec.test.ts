import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { handMadeCases } from '../models/hand-made-cases.ts';
import type { Artefact, Control, Selection } from '../models/model.ts';
import { recentNames } from '../models/model.ts';
import { findModel, models } from '../models/registry.ts';
import { settingsFor } from '../models/settings.ts';
import { seededRandom } from '../scores/random.ts';
import { findVariable } from '../weather/variable.ts';
import { decodeArtefact, encodeArtefact } from './artefact-codec.ts';
import { expertsFor, fitExpert } from './experts.ts';

const DAY = 86_400_000;
const control: Control = { checkpoint() {} };

/** Names that mean something to JavaScript or to the format itself. */
const places = ['__proto__', 'number', 'float64', 'plain'];

/** Simulated: two members and a predictor at four places on so many days. */
function block(days: number, variableName = 'temperature_2m'): Selection {
  const random = seededRandom('codec');
  const size = days * places.length;
  const truth = Float64Array.from({ length: size }, () => 10 * random());
  const cases = handMadeCases({
    size,
    variable: findVariable(variableName),
    places,
    place: Int32Array.from({ length: size }, (_, i) => i % places.length),
    initTime: Float64Array.from({ length: size }, (_, i) => Math.floor(i / places.length) * DAY),
    columns: ['member_1', 'member_2', 'x_1'],
    forecasts: Float64Array.from({ length: 3 * size }, (_, i) => truth[Math.floor(i / 3)] + random()),
    recent: Float64Array.from({ length: recentNames.length * size }, () => 10 * random()),
    outcome: truth,
  });
  return { cases, rows: Int32Array.from({ length: size }, (_, i) => i) };
}

const columns = ['model_a'];
const encode = (artefact: Artefact) => encodeArtefact({ ...artefact, columns });

function roundTrip(artefact: Artefact): Artefact {
  const { columns: kept, ...back } = decodeArtefact(encode(artefact));
  expect(kept).toEqual(columns);
  return back;
}

describe.each(['temperature_2m', 'precipitation'])('what was learned of %s', (variable) => {
  const training = block(480, variable);
  const settings = settingsFor(training.cases.variable);

  test.each(models.map(({ name }) => name))('by %s comes back whole, and answers the same', (name) => {
    const model = findModel(name);
    const artefact = model.fit(training, settings, control);
    const back = roundTrip(artefact);
    expect(back).toEqual(artefact);
    const [before, after] = [artefact, back].map((one) => {
      const laws = model.predict(one, training);
      return Array.from(training.rows, (_, i) => [laws.mean(i), laws.quantile(i, 0.1), laws.cdf(i, 5)]);
    });
    expect(after).toEqual(before);
    expect(before[0]).not.toContain(Number.NaN);
  });

  test.each(expertsFor('').map(({ name }) => name))('by %s at each place comes back whole', (name) => {
    const artefact = fitExpert(findModel(name), '', training, settings, control);
    const back = roundTrip(artefact);
    expect(back).toEqual(artefact);
    expect(Object.keys((back as unknown as Record<'byPlace', object>).byPlace)).toEqual(
      expect.arrayContaining(places),
    );
  });
});

describe('an artefact', () => {
  const plain: Artefact = {
    model: 'raw',
    version: 1,
    trainedOn: { rows: 0, from: Number.NaN, until: Number.NaN },
  };
  const withFields = (fields: object): Artefact => ({ ...plain, ...fields });

  test('keeps every number to the last bit, wherever it stands', () => {
    const anything = fc.letrec((again) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        // JSON has one zero; a sign of zero means nothing to any model.
        fc.double().map((value) => value + 0),
        fc.float64Array(),
        fc.boolean(),
        fc.string(),
        fc.constant(null),
        fc.array(again('value'), { maxLength: 3 }),
        fc.dictionary(fc.oneof(fc.constantFrom(...places), fc.string()), again('value').filter(notText), {
          maxKeys: 3,
        }),
      ),
    })).value;
    fc.assert(
      fc.property(anything, (value) => {
        expect(roundTrip(withFields({ value }))).toEqual(withFields({ value }));
      }),
    );
  });

  /** Names as fields stand for places, which hold no text. */
  function notText(value: unknown): boolean {
    return typeof value !== 'string';
  }

  test('keeps a part of an array, and one that threads share', () => {
    const shared = new Float64Array(new SharedArrayBuffer(24));
    shared.set([1, -0, Number.NaN]);
    const back = roundTrip(withFields({ shared, part: shared.subarray(1) })) as unknown as Record<
      'shared' | 'part',
      Float64Array
    >;
    expect([...back.shared]).toEqual([1, -0, Number.NaN]);
    expect([...back.part]).toEqual([-0, Number.NaN]);
  });

  test('is JSON that any reader understands', () => {
    const bytes = encode(withFields({ errors: Float64Array.of(1), bound: -Infinity }));
    const text = new TextDecoder().decode(bytes);
    // 1 is 0x3FF0000000000000, little-endian.
    expect(JSON.parse(text)).toEqual({
      model: 'raw',
      version: 1,
      trainedOn: { rows: 0, from: { number: 'NaN' }, until: { number: 'NaN' } },
      errors: { float64: Buffer.from([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]).toString('base64') },
      bound: { number: '-Infinity' },
      columns,
    });
  });

  test('is compressed where it is long, and short ones of earlier versions may be', () => {
    const long = withFields({ errors: Float64Array.from({ length: 2000 }, (_, k) => k) });
    expect(JSON.parse(zstdDecompressSync(encode(long)).toString('utf8'))).toMatchObject({ model: 'raw' });
    expect(decodeArtefact(encode(long))).toEqual({ ...long, columns });
    expect(decodeArtefact(zstdCompressSync(encode(plain)))).toEqual({ ...plain, columns });
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['other bytes', Uint8Array.of(1, 2, 3)],
    ['half of it', encode(plain).subarray(0, 20)],
    ['no JSON', new Uint8Array(zstdCompressSync('{"model":'))],
  ])('of %s is refused, with what to do', (_, bytes) => {
    expect(() => decodeArtefact(bytes)).toThrow(
      expect.objectContaining({
        name: 'InvalidData',
        message: expect.stringContaining('weatherglass train') as string,
        cause: expect.any(Error) as Error,
      }),
    );
  });
});
