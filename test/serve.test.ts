import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatInstant, msPerDay, msPerHour } from '../src/weather/time.ts';
import { type Served, startServe } from './serve-process.ts';
import { handMadePlaces, hostileName, writeHandMadeStore } from './serve-store.ts';

/** Every route of `weatherglass serve`, asked over HTTP: what it answers, and what each mistake is told. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-serve-'));
const now = Date.now();
const hour = Math.floor(now / msPerHour) * msPerHour;
const issued = formatInstant(hour - msPerHour);
let served: Served;

beforeAll(async () => {
  await writeHandMadeStore(join(folder, 'weatherglass.db'), now);
  served = await startServe('weatherglass.db', folder, '--workers', '2');
});
afterAll(async () => {
  const { exitCode, stdout, stderr } = await served.stop();
  rmSync(folder, { recursive: true });
  // Quiet where nothing is wrong with the service itself, whatever it was asked.
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: `${served.url}\n`, stderr: '' });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: () => unknown;
}

async function ask(path: string, init: RequestInit = {}, at: Served = served): Promise<Answer> {
  const response = await fetch(`${at.url}${path}`, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as unknown,
  };
}

const push = (body: unknown, at?: Served) =>
  ask(
    '/v1/observations',
    { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    at,
  );

function expectProblem({ status, headers, json }: Answer, expected: number, detail: RegExp): void {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const problem = json() as Record<string, unknown>;
  expect(problem).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status: expected,
    detail: expect.stringMatching(detail),
  });
  expect(status).toBe(expected);
}

const predictionAt = (lead: number) => formatInstant(hour - 2 * msPerHour + lead * msPerHour);

describe('GET /v1/places', () => {
  it('lists places with what is predicted for them', async () => {
    const { status, headers, json } = await ask('/v1/places');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    const { places } = json() as { places: Record<string, unknown>[] };
    expect(places.map(({ name }) => name)).toEqual(handMadePlaces.map(({ name }) => name));
    expect(places[0]).toEqual({
      name: 'garden',
      latitude: 47.61,
      longitude: -122.33,
      elevation: 50,
      zone: 'America/Los_Angeles',
      variables: [
        { name: 'temperature_2m', unit: '°C', newest_prediction: issued, predicted_until: predictionAt(61) },
        { name: 'precipitation', unit: 'mm', newest_prediction: issued, predicted_until: predictionAt(61) },
        {
          name: 'temperature_2m_max',
          unit: '°C',
          newest_prediction: issued,
          predicted_until: predictionAt(49),
        },
      ],
    });
    expect(places[2]).toEqual({
      name: 'from a table',
      latitude: null,
      longitude: null,
      elevation: null,
      zone: 'UTC',
      variables: [],
    });
  });
});

interface Predicted {
  readonly as_of: string;
  readonly demo?: true;
  readonly nearest_place?: { readonly name: string; readonly distance_km: number };
  readonly levels: readonly number[];
  readonly predictions: readonly {
    readonly place: string;
    readonly variable: string;
    readonly valid_time: string;
    readonly quantiles: readonly number[];
    readonly probabilities: Readonly<Record<string, number>>;
    readonly provenance: Readonly<Record<string, unknown>>;
  }[];
}

describe('GET /v1/predict', () => {
  const predict = async (query: string) => {
    const answer = await ask(`/v1/predict?${query}`);
    expect(answer.text).toMatch(/^\{"as_of"/);
    return answer.json() as Predicted;
  };

  it('answers with numbers and where they come from', async () => {
    // Two hours from now, so that the hour may change under the test.
    const { predictions, levels, as_of } = await predict(
      `place=garden&variable=temperature_2m&until=${predictionAt(5)}&above=temperature_2m=0&above=temperature_2m=10`,
    );
    expect(Math.abs(Date.parse(as_of) - Date.now())).toBeLessThan(120_000);
    expect(levels).toEqual([0.05, 0.25, 0.5, 0.75, 0.95]);
    expect(predictions.at(-1)).toEqual({
      place: 'garden',
      variable: 'temperature_2m',
      unit: '°C',
      issued_at: issued,
      valid_time: predictionAt(5),
      lead_hours: 5,
      mean: 4,
      quantiles: [-2, 2, 4, 6, 10],
      probabilities: { 0: 0.85, 10: 0.05 },
      provenance: {
        experts: expect.arrayContaining([
          { name: 'emos', weight: 0.75 },
          { name: 'dressed', weight: 0.25 },
        ]),
        runs: [{ source: 'hand-made', issued_at: formatInstant(hour - 2 * msPerHour) }],
        run_time: formatInstant(hour - 2 * msPerHour),
        age_hours: expect.closeTo((Date.parse(as_of) - hour) / msPerHour + 2, 3),
        trained_on: {
          rows: 1234,
          from: formatInstant(hour - msPerHour - 400 * msPerDay),
          until: formatInstant(hour - msPerHour - msPerDay),
        },
        truth: ['hand-made sensor'],
      },
    });
  });

  it('of several places and variables, at levels of one’s own', async () => {
    const { levels, predictions } = await predict(
      `place=garden&place=${encodeURIComponent(hostileName)}&variable=precipitation&variable=temperature_2m&levels=50&until=${predictionAt(5)}`,
    );
    expect(levels).toEqual([0.5]);
    const groups = new Set(predictions.map(({ place, variable }) => `${place} ${variable}`));
    expect([...groups].sort()).toEqual([
      `${hostileName} precipitation`,
      `${hostileName} temperature_2m`,
      'garden precipitation',
      'garden temperature_2m',
    ]);
    for (const { variable, quantiles } of predictions)
      expect(quantiles).toEqual([variable === 'precipitation' ? 0.254 : 4]);
  });

  it('as far ahead as hours says', async () => {
    const { as_of, predictions } = await predict('place=garden&variable=temperature_2m&hours=24');
    const ahead = predictions.map(
      ({ valid_time }) => (Date.parse(valid_time) - Date.parse(as_of)) / msPerHour,
    );
    expect(ahead).toHaveLength(24);
    expect(Math.min(...ahead)).toBeGreaterThan(0);
    expect(Math.max(...ahead)).toBeLessThanOrEqual(24);
  });

  it('of the nearest place', async () => {
    // A hundredth of a degree of latitude is 1.112 km.
    const { nearest_place, predictions } = await predict('latitude=47.62&longitude=-122.33&hours=3');
    expect(nearest_place).toEqual({ name: 'garden', distance_km: expect.closeTo(1.112, 3) });
    expect(new Set(predictions.map(({ place }) => place))).toEqual(new Set(['garden']));
  });

  it.each<[string, number, RegExp]>([
    ['', 400, /give place, or latitude and longitude/],
    ['latitude=47', 400, /give place, or latitude and longitude/],
    ['latitude=91&longitude=0', 400, /parameter latitude must be a number from -90 to 90, not "91"/],
    ['latitude=north&longitude=0', 400, /parameter latitude must be a number .* "north"/],
    [
      'latitude=48.61&longitude=-122.33',
      404,
      /within 25 km of 48.61, -122.33: the nearest, "garden", is 111 km away/,
    ],
    ['place=garden&latitude=47&longitude=8', 400, /not both/],
    ['place=gardn', 404, /no place "gardn".*Did you mean garden\?/],
    ['place=', 400, /parameter place must not be empty/],
    ['place=garden&variable=temprature_2m', 404, /"temprature_2m".*Did you mean temperature_2m/],
    ['place=garden&levels=50,10', 400, /parameter levels must be percentages in ascending order/],
    ['place=garden&levels=0,50', 400, /parameter levels/],
    ['place=garden&levels=50&levels=60', 400, /parameter levels is given more than once/],
    ['place=garden&levels=', 400, /parameter levels/],
    ['place=garden&above=10', 400, /parameter above must be a variable and a value/],
    ['place=garden&variable=precipitation&above=temperature_2m=1', 400, /temperature_2m, which is not among/],
    ['place=garden&until=tomorrow', 400, /parameter until cannot be read: .*tomorrow.*2004-01-31T00:00Z/],
    ['place=garden&until=2100-01-01T00:00Z', 400, /2100-01-01T00:00Z is beyond the horizon/],
    ['place=garden&hours=1000', 400, /is beyond the horizon/],
    ['place=garden&hours=-1', 400, /parameter hours/],
    ['place=garden&hours=1&until=2100-01-01T00:00Z', 400, /until or hours, not both/],
    ['place=garden&untill=2100-01-01T00:00Z', 400, /no parameter "untill"\. Did you mean until\?/],
    ['place=roof%20%26%20attic', 404, /nothing has been predicted for roof & attic/],
  ])('refuses ?%s', async (query, status, detail) => {
    expectProblem(await ask(`/v1/predict?${query}`), status, detail);
  });
});

describe('POST /v1/observations', () => {
  const observation = (hoursAgo: number, value: number | null = 5) => ({
    place: 'garden',
    variable: 'temperature_2m',
    valid_time: formatInstant(hour - hoursAgo * msPerHour),
    value,
  });

  it('takes one', async () => {
    const { status, json } = await push({ ...observation(30), unit: '°F', value: 41 });
    expect({ status, body: json() }).toEqual({
      status: 201,
      body: { accepted: 1, revisions: 0, unchanged: 0 },
    });
  });

  it('takes many, and says which were known', async () => {
    const observations = [observation(3, 5), observation(4, 6), observation(31, 7), observation(5, null)];
    const { status, json } = await push({ observations });
    expect({ status, body: json() }).toEqual({
      status: 201,
      body: { accepted: 4, revisions: 2, unchanged: 1 },
    });
    expect((await push({ observations })).json()).toEqual({ accepted: 4, revisions: 0, unchanged: 4 });
  });

  it.each<[string, unknown, number, RegExp]>([
    ['an unknown place', { ...observation(1), place: 'gardn' }, 404, /"gardn".*Did you mean garden\?/],
    [
      'an unknown variable',
      { ...observation(1), variable: 'temprature_2m' },
      404,
      /Did you mean temperature_2m/,
    ],
    ['a value from the future', observation(-48), 422, /temperature_2m of garden.*future/],
    ['an impossible value', observation(1, 500), 422, /500/],
    ['a value in another unit', { ...observation(1, 41), unit: 'kg' }, 422, /kg/],
    ['Fahrenheit called Celsius', observation(1, 41), 422, /41.*°F/],
    ['one twice', { observations: [observation(1), observation(1)] }, 422, /twice/],
    ['a text for a number', { ...observation(1), value: '5' }, 422, /^value: .*number/],
    ['no value', { ...observation(1), value: undefined }, 422, /^value: /],
    [
      'a date',
      { observations: [observation(1), { ...observation(2), valid_time: '2024-01-01' }] },
      422,
      /^observations\[1\]\.valid_time: .*date without a time/,
    ],
    ['an unknown field', { ...observation(1), validtime: 1 }, 422, /"validtime".*Did you mean valid_time\?/],
    ['nothing', { observations: [] }, 422, /^observations: /],
    ['a list', [observation(1)], 422, /^the body: /],
  ])('refuses %s', async (_, body, status, detail) => {
    expectProblem(await push(body), status, detail);
  });

  it('writes nothing of a batch that is refused', async () => {
    expectProblem(await push({ observations: [observation(40), observation(-48)] }), 422, /future/);
    expect((await push(observation(40))).json()).toEqual({ accepted: 1, revisions: 0, unchanged: 0 });
  });

  it.each<[string, RequestInit, number, RegExp]>([
    [
      'what is not JSON',
      { headers: { 'content-type': 'application/json' }, body: '{"place":' },
      400,
      /not JSON/,
    ],
    ['no body', { headers: { 'content-type': 'application/json' } }, 400, /empty/],
    [
      'another content type',
      { headers: { 'content-type': 'text/plain' }, body: '{}' },
      415,
      /application\/json/,
    ],
    [
      'more than 1 MB',
      { headers: { 'content-type': 'application/json' }, body: `"${'a'.repeat(1_100_000)}"` },
      413,
      /1 MB/,
    ],
  ])('refuses %s', async (_, init, status, detail) => {
    expectProblem(await ask('/v1/observations', { ...init, method: 'POST' }), status, detail);
  });
});

describe('GET /v1/skill', () => {
  it('answers with the record', async () => {
    const { json } = await ask('/v1/skill?by=variable,lead&place=garden&variable=temperature_2m');
    const { rows } = json() as { rows: Record<string, Record<string, number>>[] };
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      variable: 'temperature_2m',
      lead: '6–12 h',
      model: 'aggregate',
      targets: 960,
      days: 40,
      scores: { coverage90: expect.closeTo(22 / 24, 5), bias: 0, width90: 12 },
      skill: { dressed: expect.closeTo(0.5, 5), climatology: expect.closeTo(0.75, 5) },
      skill_interval: { dressed: [expect.closeTo(0.5, 3), expect.closeTo(0.5, 3)] },
    });
    // Means over days that differ by a tenth.
    expect(rows[0].scores.crps).toBeCloseTo(1, 1);
  });

  it('by model, of a period whose last day counts', async () => {
    const day = (ago: number) => formatInstant(hour - ago * msPerDay).slice(0, 10);
    const { json } = await ask(`/v1/skill?by=model&variable=precipitation&from=${day(10)}&until=${day(6)}`);
    const { rows } = json() as { rows: { model: string; days: number }[] };
    expect(rows.map(({ model, days }) => [model, days])).toEqual(
      ['aggregate', 'pool', 'dressed', 'climatology', 'emos'].map((model) => [model, 5]),
    );
  });

  it.each<[string, number, RegExp]>([
    ['by=hour', 400, /parameter by must be some of variable,lead,place,model, not "hour"/],
    ['place=gardn', 404, /Did you mean garden/],
    ['variable=rainn', 404, /"rainn"/],
    ['model=arima', 404, /arima/],
    ['from=May', 400, /parameter from cannot be read: "May" is not a date/],
    ['from=2024-02-01&until=2024-01-01', 400, /until lies before from/],
    ['until=1999-01-01', 404, /nothing is scored/],
  ])('refuses ?%s', async (query, status, detail) => {
    expectProblem(await ask(`/v1/skill?${query}`), status, detail);
  });
});

describe('health', () => {
  it('/livez', async () => {
    const { status, json } = await ask('/livez');
    expect({ status, body: json() }).toEqual({ status: 200, body: { status: 'alive' } });
  });

  it('/readyz', async () => {
    const { status, json } = await ask('/readyz');
    expect({ status, body: json() }).toEqual({
      status: 200,
      body: {
        status: 'ready',
        reasons: [],
        newest_run: formatInstant(hour - 2 * msPerHour),
        newest_prediction: issued,
      },
    });
  });
});

describe('pages', () => {
  const escaped = '&lt;script&gt;alert(1)&lt;/script&gt;';

  it('/ lists the places', async () => {
    const { status, headers, text } = await ask('/');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('<a href="/places/garden">garden</a>');
    expect(text).toContain('<a href="/places/roof%20%26%20attic">roof &amp; attic</a>');
    expect(text).toContain(escaped);
    expect(text).not.toMatch(/<script/i);
    expect(text).not.toContain('DEMO');
  });

  it('/places/:name says what is ahead, how good it was and where it comes from', async () => {
    const { status, text } = await ask('/places/garden');
    expect(status).toBe(200);
    expect(text).toMatch(/<html lang="en">/);
    expect(text).toContain('times of America/Los_Angeles</caption>');
    expect(text).toContain('<th scope="col">chance of frost (&lt; 0 °C)</th>');
    expect(text).toContain('<td>4.0</td><td>2.0 … 6.0</td><td>−2.0 … 10.0</td><td>15 %</td>');
    expect(text).toContain('<th scope="col">chance of ≥ 0.254 mm (measurable)</th>');
    expect(text).toContain('<td>0.3</td><td>0.0 … 1.0</td><td>0.0 … 3.0</td><td>50 %</td>');
    expect(text).toMatch(
      /<td>50.0 %<\/td><td>50.0 % … 50.0 %<\/td><td>75.0 %<\/td>.*<td>92 %<\/td><td>960<\/td><td>40<\/td>/,
    );
    expect(text).toMatch(/Mixed from emos 75 %, dressed 25 %, which learned from 1,234 outcomes of /);
    expect(text).toMatch(/It learned from [^.]*hand-made sensor/);
  });

  it('escapes what a place is called', async () => {
    const { status, text } = await ask(`/places/${encodeURIComponent(hostileName)}`);
    expect(status).toBe(200);
    expect(text).toContain(`<h1>${escaped}</h1>`);
    expect(text).toContain(`<title>${escaped} – Weatherglass</title>`);
    expect(text).not.toMatch(/<script/i);
  });

  it('says that nothing is ahead', async () => {
    const { status, text } = await ask('/places/roof%20%26%20attic');
    expect(status).toBe(200);
    expect(text).toContain('nothing has been predicted for roof &amp; attic');
  });

  it('of an unknown place is a page to a browser', async () => {
    expectProblem(await ask('/places/gardn'), 404, /Did you mean garden/);
    const { status, headers, text } = await ask('/places/%3Cb%3E', { headers: { accept: 'text/html' } });
    expect(status).toBe(404);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(text).not.toContain('<b>');
    expect(text).toContain('&lt;b&gt;');
  });

  it('run nothing', async () => {
    const { headers } = await ask('/');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:;/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('routes', () => {
  it.each(['/v2/predict', '/v1', '/places', '/nothing', '/v1/predict/', '/places/a/b'])(
    'none at %s',
    async (path) => {
      expectProblem(await ask(path), 404, /there is nothing at/);
    },
  );

  it.each<[string, string, string]>([
    ['DELETE', '/v1/places', 'GET, HEAD'],
    ['GET', '/v1/observations', 'POST'],
    ['PUT', '/v1/observations', 'POST'],
    ['POST', '/places/garden', 'GET, HEAD'],
  ])('no %s of %s', async (method, path, allowed) => {
    const answer = await ask(path, { method });
    expectProblem(answer, 405, new RegExp(`${method} is not possible here; use ${allowed}`));
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  it('HEAD is GET without a body', async () => {
    const { status, text, headers } = await ask('/v1/places', { method: 'HEAD' });
    expect({ status, text }).toEqual({ status: 200, text: '' });
    expect(Number(headers.get('content-length'))).toBeGreaterThan(100);
  });

  it('a path that cannot be decoded is refused', async () => {
    expectProblem(await ask('/places/%E0%A4%A'), 400, /./);
  });
});

describe('GET /v1/events', () => {
  it('answers how likely events are, and how the hours were joined', async () => {
    const query = ['temperature_2m<0', 'precipitation_sum_6h>6', 'temperature_2m_max>13']
      .map((event) => `event=${encodeURIComponent(event)}`)
      .join('&');
    const { status, json } = await ask(`/v1/events?place=garden&until=${predictionAt(49)}&${query}`);
    expect(status).toBe(200);
    const { events, ...head } = json() as { events: Record<string, unknown>[] };
    expect(head).toMatchObject({ place: 'garden', zone: 'America/Los_Angeles' });
    // Nothing was observed for long, and the run is not there: all hours are taken in one order.
    expect(
      events.map(({ event, any_time }) => [event, (any_time as { probability: number }).probability]),
    ).toEqual([
      ['temperature_2m < 0 °C', 0.15],
      ['precipitation_sum_6h > 6 mm', 0.25],
      ['temperature_2m_max > 13 °C', 0.05],
    ]);
    expect(events[1]).toMatchObject({
      variable: 'precipitation',
      unit: 'mm',
      coupling: {
        method: 'comonotone',
        trajectories: 1000,
        template: 0,
        because: expect.stringMatching(/^no run has 5 members/),
      },
      issued_at: issued,
      provenance: { experts: [{ name: 'emos', weight: 0.75 }, {}, {}], trained_on: { rows: 1234 } },
    });
    const periods = events[1].periods as { from: string; to: string; probability: number }[];
    expect(periods.at(-1)).toMatchObject({ from: predictionAt(43), to: predictionAt(49), probability: 0.25 });
  });

  it('has local days, and the longest spell', async () => {
    const query = 'event=temperature_2m_min%3C0&event=precipitation%3C0.5%20for%2012h';
    const { events } = (await ask(`/v1/events?place=garden&${query}`)).json() as {
      events: Record<string, unknown>[];
    };
    expect((events[0].periods as unknown[])[0]).toMatchObject({
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      probability: 0.15,
    });
    expect(events[1]).toHaveProperty('longest_spell.levels', [0.05, 0.5, 0.95]);
  });

  it.each([
    ['place=garden', 400, /^give event, such as/],
    ['place=garden&event=rain', 400, /is not an event/],
    ['place=garden&event=temperature_3m%3C0', 404, /Did you mean temperature_2m\?/],
    ['place=gardn&event=temperature_2m%3C0', 404, /Did you mean garden\?/],
    ['place=garden&event=precipitation_sum_90h%3E0', 400, /hours in a row at most/],
    ['place=garden&event=precipitation%3E1furlong', 422, /Unknown unit/],
    ['event=temperature_2m%3C0', 400, /give place, or latitude and longitude/],
    [`place=garden${'&event=temperature_2m%3C0'.repeat(11)}`, 400, /10 times at most, not 11/],
    ['place=garden&evnt=temperature_2m%3C0', 400, /no parameter "evnt"\. Did you mean event\?/],
  ])('refuses %s', async (query, status, detail) =>
    expectProblem(await ask(`/v1/events?${query}`), status, detail),
  );
});

describe('GET /v1/predict with too much', () => {
  it.each([
    ['place=garden'.concat('&place=garden'.repeat(50)), /place may be given 50 times at most, not 51/],
    [
      `place=garden&levels=${Array.from({ length: 100 }, (_, k) => (k + 0.5) / 1.01).join(',')}`,
      /99 at most, not 100/,
    ],
  ])('refuses %#', async (query, message) => {
    expectProblem(await ask(`/v1/predict?${query}`), 400, message);
  });
});

describe('the reply cache', () => {
  it('answers nothing older than what was pushed, whichever process is asked', async () => {
    const path = `/places/${encodeURIComponent(hostileName)}`;
    const newest = async () => /newest outcome is of [^<]*, (\d\d:\d\d),/.exec((await ask(path)).text)?.[1];
    expect(await newest()).toBe(undefined);
    // Each push is seen by the very next request, though it may be another process that answers.
    for (let minute = 1; minute <= 40; minute++) {
      const time = hour - 2 * msPerHour + minute * 60_000;
      const seen = {
        place: hostileName,
        variable: 'temperature_2m',
        valid_time: formatInstant(time),
        value: 5,
      };
      expect((await push(seen)).status).toBe(201);
      const local = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO('Africa/Johannesburg');
      const expected = local.toPlainTime().toString({ smallestUnit: 'minute' });
      // What is asked for again is kept.
      for (let time = 1; time <= 3; time++) expect(await newest()).toBe(expected);
    }
  });

  it('answers what it has kept as it did at first, but for the clock', async () => {
    const path = '/v1/places';
    const [first, , kept] = [await ask(path), await ask(path), await ask(path)];
    expect(kept.text).toBe(first.text);
    expect(kept.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(kept.headers.get('content-security-policy')).toBe(first.headers.get('content-security-policy'));
  });
});

describe('a demo', () => {
  it('is served as of its own time, and says so everywhere', async () => {
    const asOf = Date.UTC(2015, 11, 31, 8, 30);
    await writeHandMadeStore(join(folder, 'demo.db'), asOf, { demo: 'sample', 'demo.as_of': String(asOf) });
    await using demo = await startServe('demo.db', folder);
    const { json } = await ask('/v1/predict?place=garden&hours=2&variable=temperature_2m', {}, demo);
    const { as_of, demo: labelled, predictions } = json() as Predicted;
    expect({ as_of, labelled }).toEqual({ as_of: '2015-12-31T08:30Z', labelled: true });
    expect(predictions.map(({ valid_time }) => valid_time)).toEqual([
      '2015-12-31T09:00Z',
      '2015-12-31T10:00Z',
    ]);
    expect((await ask('/v1/places', {}, demo)).json()).toMatchObject({ demo: true });
    for (const path of ['/', '/places/garden']) expect((await ask(path, {}, demo)).text).toContain('DEMO');
    const future = { place: 'garden', variable: 'temperature_2m', valid_time: '2016-01-02T00:00Z', value: 5 };
    expectProblem(await push(future, demo), 422, /future/);
  });
});
