import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { WeatherglassError } from '../errors.ts';

/** The most that a body may hold, unpacked: a year of hours of everything is a tenth of it. */
export const mostBytes = 64 * 1024 * 1024;

const unpackers: Readonly<Record<string, (body: Buffer, options: object) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  deflate: promisify(inflate),
};

/** What is asked for in Accept-Encoding. */
export const acceptedEncodings = Object.keys(unpackers).join(', ');

/**
 * A body as text, unpacked in a thread of libuv.
 *
 * @throws WeatherglassError InvalidData for an unknown or broken packing, and for more than {@link mostBytes}.
 */
export async function bodyText(body: Buffer, encoding: string): Promise<string> {
  if (encoding === '' || encoding === 'identity') return body.toString('utf8');
  const unpack = Object.hasOwn(unpackers, encoding) ? unpackers[encoding] : undefined;
  if (unpack === undefined) throw new WeatherglassError('InvalidData', `a body packed as ${encoding}`);
  try {
    return (await unpack(body, { maxOutputLength: mostBytes })).toString('utf8');
  } catch (cause) {
    throw new WeatherglassError('InvalidData', `a body that cannot be unpacked (${String(cause)})`, {
      cause,
    });
  }
}

/**
 * The JSON value of a body.
 *
 * @throws WeatherglassError InvalidData that says what it is instead: nothing, a page, cut off, with nan in it.
 */
export function readJson(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '').trim();
  try {
    return JSON.parse(plain);
  } catch (cause) {
    throw new WeatherglassError('InvalidData', insteadOfJson(plain), { cause });
  }
}

function insteadOfJson(text: string): string {
  if (text === '') return 'an empty body';
  if (text.startsWith('<')) return `a page instead of data: ${pageText(text)}`;
  if (!/^[{[]/.test(text)) return `text instead of data: ${JSON.stringify(shortened(text))}`;
  // Strings are taken out first, in which the word may stand.
  const values = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const word = /[:,[]\s*(-?(?:nan|inf(?:inity)?))\b/i.exec(values);
  if (word !== null) return `a body with ${word[1]} where a number or null belongs`;
  return /[}\]]$/.test(text)
    ? 'a body that is not JSON'
    : `a body that ends in its middle, after ${text.length} characters`;
}

/** What a page says: its title, else its words. */
export function pageText(html: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1];
  return JSON.stringify(
    shortened((title ?? html.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ').trim()),
  );
}

/** The beginning of a text, for a message. */
export function shortened(text: string, most = 120): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
