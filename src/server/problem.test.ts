import { expect, it } from 'vitest';
import { type ErrorName, errorTable, WeatherglassError } from '../errors.ts';
import { problemOf } from './problem.ts';

it.each(Object.keys(errorTable) as ErrorName[])('%s has the status of the table', (name) => {
  const problem = problemOf(new WeatherglassError(name, 'why'), 'r1');
  expect(problem.status).toBe(errorTable[name].status);
  expect(problem.type).toBe(`urn:weatherglass:error:${name}`);
});

it('keeps the insides of a defect to itself', () => {
  for (const defect of [
    new Error('secret'),
    new WeatherglassError('Internal', 'secret'),
    'secret',
    undefined,
  ]) {
    const problem = problemOf(defect, '17-4');
    expect(problem).toMatchObject({ status: 500, request_id: '17-4' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  }
});

it('takes the status of a refusal of the framework, but not of its failures', () => {
  expect(problemOf(Object.assign(new Error('too long'), { statusCode: 414 }), 'r1')).toEqual({
    type: 'about:blank',
    title: 'URI Too Long',
    status: 414,
    detail: 'too long',
  });
  expect(problemOf(Object.assign(new Error('secret'), { statusCode: 503 }), 'r1').status).toBe(500);
});
