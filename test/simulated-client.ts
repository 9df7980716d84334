import { request } from 'node:http';

/** A reply as it came, packed or not. */
export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
}

/** A name that every provider accepts. */
export const politeAgent = 'weatherglass-test/1 test@example.com';

type Headers = Readonly<Record<string, string>>;

/** Asks with exactly the headers it is given, where `fetch` would add its own; rejects where the connection ends early. */
export function get(url: string, headers: Headers = { 'User-Agent': politeAgent }): Promise<Got> {
  const { promise, resolve, reject } = Promise.withResolvers<Got>();
  request(url, { headers }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', reject);
    response.on('end', () => {
      const bytes = Buffer.concat(parts);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() });
    });
  })
    .on('error', reject)
    .end();
  return promise;
}

/** The body of a reply that must be 200; the caller asserts its shape. */
export async function getJson<Shape>(url: string, headers?: Headers): Promise<Shape> {
  const { status, text } = await get(url, headers);
  if (status !== 200) throw new Error(`${url}: ${status} ${text}`);
  return JSON.parse(text) as Shape;
}

/** The part of Open-Meteo's replies that tests look at. */
export interface OpenMeteoBody {
  readonly latitude: number;
  readonly longitude: number;
  readonly elevation: number;
  readonly utc_offset_seconds: number;
  readonly timezone: string;
  readonly hourly_units: Readonly<Record<string, string>>;
  readonly hourly: Readonly<Record<string, (number | string | null)[]>>;
}

/** The part of MET Norway's replies that tests look at. */
export interface MetNorwayBody {
  readonly geometry: { readonly coordinates: readonly number[] };
  readonly properties: {
    readonly meta: { readonly updated_at: string; readonly units: Readonly<Record<string, string>> };
    readonly timeseries: readonly {
      readonly time: string;
      readonly data: Readonly<Record<string, { details?: Record<string, number>; summary?: unknown }>>;
    }[];
  };
}
