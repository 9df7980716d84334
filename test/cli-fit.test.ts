import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../src/scores/random.ts';
import { weatherglass } from './command-line.ts';
import { describeWithData } from './development-data.ts';
import { csvText, simulatedObservations, simulatedPairs } from './simulated-tables.ts';

/** `weatherglass fit`: what a model learned, in numbers. */

const folder = mkdtempSync(join(tmpdir(), 'weatherglass-fit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => weatherglass(['fit', ...args], { cwd: folder });

async function fits(...args: string[]) {
  const { exitCode, stdout, stderr } = await run(...args, '--json');
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${stderr}`);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout);
}

const number = expect.any(Number);

/** Forecasts that are 2 °C too cold where a predictor is far from 0, and as much too warm where it is not; another tells nothing. */
function crookedPairs(): string {
  const random = seededRandom('crooked');
  const times = (day: number) => new Date(Date.UTC(2020, 0, day)).toISOString();
  const rows = Array.from({ length: 800 }, (_, i) => {
    const [a, b, forecast] = [random() - 0.5, random() - 0.5, 20 * random()];
    const day = 1 + Math.floor(i / 5);
    const outcome = forecast + 2 * Math.sign(Math.abs(a) - 0.25) + random() - 0.5;
    return [
      `p${i % 5}`,
      '50',
      '8',
      '100',
      times(day),
      times(day + 1),
      'temperature_2m',
      '°C',
      forecast,
      a,
      b,
      outcome,
    ].map(String);
  });
  const header =
    'place,latitude,longitude,elevation,init_time,valid_time,variable,unit,model_a,x_a,x_b,observation'.split(
      ',',
    );
  return csvText([header, ...rows]);
}

describe('fit', () => {
  beforeAll(() => {
    writeFileSync(join(folder, 'pairs.csv'), csvText(simulatedPairs({ leads: [24, 72] })));
    writeFileSync(join(folder, 'few.csv'), csvText(simulatedPairs({ dates: 4 })));
    writeFileSync(join(folder, 'observations.csv'), csvText(simulatedObservations(400)));
  });

  it('of auto is refused: it has no parameters, and what to do instead', async () => {
    const { exitCode, stdout, stderr } = await run('pairs.csv', '--model', 'auto');
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toMatch(
      /^weatherglass: auto .* no parameters to print: fit one .*`weatherglass backtest --model auto`/,
    );
  });

  it('prints parameters, standard errors, log-likelihood and mean CRPS', async () => {
    const chosen = ['--law', 'logistic', '--prior', '0', '--score', 'ml'];
    const result = await fits('pairs.csv', '--model', 'emos', ...chosen);
    expect(result).toEqual({
      files: ['pairs.csv'],
      model: 'emos',
      fits: [24, 72].map((lead) => ({
        variable: 'temperature_2m',
        unit: '°C',
        lead,
        model: 'emos',
        refusals: [],
        law: 'logistic',
        spread: 'variance',
        score: 'ml',
        rows: 120,
        parameters: { location: { one: number, mean: number }, scale: { one: number, variance: number } },
        byLead: null,
        importance: null,
        // A variance at its bound of 0 has no standard error.
        standardErrors: { location: { one: number, mean: number }, scale: expect.any(Object) },
        logLikelihood: number,
        crps: number,
      })),
    });
    const [near, far] = result.fits;
    // The members are 1 °C too warm, and three days ahead know less than one day.
    expect(near.parameters.location.mean).toBeCloseTo(0.95, 0);
    expect(near.parameters.location.one).toBeLessThan(0);
    expect(near.crps).toBeLessThan(far.crps);
    expect(near.logLikelihood).toBeGreaterThan(far.logLikelihood);

    const { stdout } = await run('pairs.csv', ...chosen);
    expect(stdout).toMatch(
      /^temperature_2m in °C, 24 h ahead: emos, logistic, 120 rows\n {2}mean CRPS \d\.\d{4} °C, log-likelihood -/,
    );
    expect(stdout).toMatch(/^ +term +estimate +standard error$/m);
    expect(stdout).toMatch(/^location +mean +\d\.\d{4} +\d\.\d{4}$/m);
    expect(stdout).toMatch(/^scale² +one /m);
    expect(stdout).toMatch(/^temperature_2m in °C, 72 h ahead/m);
  });

  it('prints no standard errors where the fit is not by plain maximum likelihood', async () => {
    for (const how of [
      ['--score', 'crps'],
      ['--prior', '50'],
    ]) {
      const [near] = (await fits('pairs.csv', ...how)).fits;
      expect(near).toMatchObject({
        standardErrors: null,
        logLikelihood: number,
        parameters: { location: { mean: number } },
      });
    }
    const { stdout } = await run('pairs.csv', '--score', 'crps');
    expect(stdout).toMatch(/^location +mean +\d\.\d{4} +–$/m);
  });

  it('fits places alone with --pool place', async () => {
    const result = await fits('pairs.csv', '--pool', 'place');
    expect(result.fits.map(({ place, lead, rows }: Record<string, unknown>) => [place, lead, rows])).toEqual([
      ['Harbour', 24, 60],
      ['Hill, upper', 24, 60],
      ['Harbour', 72, 60],
      ['Hill, upper', 72, 60],
    ]);
  });

  it('uses no outcome known after --train-until', async () => {
    const [near, far] = (await fits('pairs.csv', '--train-until', '2020-01-31')).fits;
    // Valid on 1 … 31 January, at two places; 31 January is known at its beginning.
    expect([near.rows, far.rows]).toEqual([62, 62]);
  });

  it('says why a simpler model stands in', async () => {
    const [only] = (await fits('few.csv')).fits;
    expect(only).toMatchObject({ model: 'dressed', rows: 8, parameters: null, standardErrors: null });
    expect(only.refusals).toEqual([
      expect.stringMatching(/^emos: 8 usable rows are too few for 4 coefficients/),
    ]);
    const { stdout } = await run('few.csv');
    expect(stdout).toMatch(/: dressed, ensemble, 8 rows\n {2}not emos: 8 usable rows are too few/);
  });

  it('of one model for all leads prints its coefficients by lead', async () => {
    const [{ lead, parameters, byLead, importance, rows }, ...others] = (
      await fits('pairs.csv', '--model', 'regional')
    ).fits;
    expect({ lead, parameters, importance, rows, others }).toEqual({
      lead: null,
      parameters: null,
      importance: null,
      rows: 240,
      others: [],
    });
    expect(byLead.leads).toEqual([24, 72]);
    // Forecasts are 1 °C too warm; part of it is told by recent errors.
    const biases = byLead.location.one;
    expect(biases).toHaveLength(2);
    expect(Math.max(...biases)).toBeLessThan(0);
    const { stdout } = await run('pairs.csv', '--model', 'regional');
    expect(stdout).toMatch(/^temperature_2m in °C, all leads: regional, normal, 240 rows\n {2}mean CRPS /);
    expect(stdout).toMatch(/^ +term +24 h +72 h\nlocation +one +-\d\.\d{4} +-\d\.\d{4}$/m);
    expect(stdout).toMatch(/^log scale +one +/m);
  });

  it('of trees prints what they look at', async () => {
    writeFileSync(join(folder, 'crooked.csv'), crookedPairs());
    const [{ importance }] = (await fits('crooked.csv', '--model', 'trees')).fits;
    expect(Object.keys(importance.location)[0]).toBe('x_a');
    expect(importance.location.x_a).toBeGreaterThan(0.5);
    const shares: number[] = Object.values(importance.location);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    const { stdout } = await run('crooked.csv', '--model', 'trees');
    expect(stdout).toMatch(/^ {2}trees shift by x_a \d\d%(, [\w* ]+ \d+%){0,9}$/m);
    expect(stdout).toMatch(/^ {2}trees widen or narrow by /m);
    const [{ importance: ofForest }] = (await fits('crooked.csv', '--model', 'forest')).fits;
    expect(Object.keys(ofForest)).toEqual(['outcome']);
    expect(Object.keys(ofForest.outcome)[0]).toBe('x_a');
  });

  it('learns from observations alone', async () => {
    const [day] = (await fits('observations.csv', '--model', 'harmonic', '--leads', '24')).fits;
    expect(day).toMatchObject({ model: 'harmonic', variable: 'temperature_2m_max', lead: 24, spread: 'log' });
    expect(Object.keys(day.parameters.location)).toContain('last');
  });
});

describeWithData('fit to rain in Innsbruck', ['pairs/innsbruck-rain-5-8d.csv.gz'], ([file]) => {
  // The coefficients that the R package crch finds.
  it('finds what crch finds', async () => {
    const args = ['--model', 'emos', '--law', 'censored-logistic', '--transform', 'sqrt', '--score', 'ml'];
    const [only] = (await fits(file, ...args)).fits;
    const { parameters, standardErrors } = only;
    expect(only).toMatchObject({ law: 'censored-logistic(sqrt)', spread: 'log', rows: 4959 });
    expect(parameters.location.one).toBeCloseTo(-0.8527, 4);
    expect(parameters.location.mean).toBeCloseTo(0.7869, 4);
    expect(parameters.scale.one).toBeCloseTo(0.1174, 4);
    expect(parameters.scale.log_sd).toBeCloseTo(0.2705, 4);
    expect(only.logLikelihood).toBeCloseTo(-8921.15, 2);
    for (const error of [...Object.values(standardErrors.location), ...Object.values(standardErrors.scale)]) {
      expect(error).toBeGreaterThan(0.01);
      expect(error).toBeLessThan(0.1);
    }
    expect(only.crps).toBeLessThan(4.6);
  });
});
