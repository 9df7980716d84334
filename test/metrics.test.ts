import { describe, expect, it } from 'vitest';
import { metricsOf } from '../src/server/metrics.ts';
import { handMadeSnapshot } from './hand-made-snapshot.ts';

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Reads the text format of Prometheus 0.0.4, and nothing that is not in it: HELP, TYPE, then the samples of that name.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
function parse(text: string) {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  let current = '';
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, help] = /^# HELP ([a-z_]+) \S.*$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE ([a-z_]+) (gauge|counter|histogram)$/.exec(line) ?? [];
    if (help !== undefined) {
      expect(types, `${help} begins twice`).not.toHaveProperty(help);
      current = help;
    } else if (typed !== undefined) {
      expect(typed).toBe(current);
      types.set(typed, type);
    } else {
      const [, name, labels, value] =
        /^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\["\\n])*",?)*)\})? (\S+)$/.exec(line) ?? [];
      expect(name, `no sample: ${line}`).toBeDefined();
      const endings = types.get(current) === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      expect(endings.map((ending) => current + ending)).toContain(name);
      samples.push({
        name,
        labels: Object.fromEntries(
          Array.from((labels ?? '').matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g), ([, key, text]) => [
            key,
            text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter)),
          ]),
        ),
        value: value === '+Inf' ? Infinity : Number(value),
      });
    }
  }
  const keys = samples.map(({ name, labels }) =>
    JSON.stringify([name, Object.entries(labels).map(String).sort()]),
  );
  expect(new Set(keys).size, 'each sample once').toBe(keys.length);
  return {
    types,
    samples,
    /** The value of the one sample of the name with these labels. */
    value(name: string, labels: Sample['labels']) {
      const found = samples.filter(
        (one) =>
          one.name === `weatherglass_${name}` &&
          Object.entries(labels).every(([key, text]) => one.labels[key] === text),
      );
      expect(found, name).toHaveLength(1);
      return found[0].value;
    },
  };
}

describe('GET /metrics', async () => {
  const { contentType, text } = await metricsOf(handMadeSnapshot);
  const metrics = parse(text);

  it('is the text format of Prometheus, each sample with its process', () => {
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const { name, labels, value } of metrics.samples) {
      expect(value, name).not.toBeNaN();
      if (name !== 'weatherglass_processes_silent')
        expect(['primary', 'worker 1'], name).toContain(labels.process);
    }
    for (const [name, type] of metrics.types) expect(name.endsWith('_total'), name).toBe(type === 'counter');
  });

  it('has the numbers of the snapshot, in base units', () => {
    const primary = { process: 'primary' };
    expect(metrics.value('processes_silent', {})).toBe(1);
    expect(metrics.value('uptime_seconds', primary)).toBe(3725);
    expect(metrics.value('event_loop_delay_seconds', { ...primary, quantile: '0.99' })).toBe(0.00234);
    expect(metrics.value('event_loop_stalls_total', primary)).toBe(2);
    expect(metrics.value('tasks', primary)).toBe(3);
    expect(metrics.value('late', primary)).toBe(1);
    expect(metrics.value('tasks_stuck', primary)).toBe(1);
    expect(metrics.value('pool_threads', { pool: 'compute' })).toBe(2);
    expect(metrics.value('pool_threads_busy', { pool: 'compute' })).toBe(1);
    expect(metrics.value('pool_queue', { pool: 'compute' })).toBe(3);
    expect(metrics.value('pool_chunks_total', { pool: 'compute', result: 'completed' })).toBe(40);
    expect(metrics.value('pool_chunks_total', { pool: 'compute', result: 'retried' })).toBe(2);
    expect(metrics.value('pool_threads_replaced_total', { pool: 'compute' })).toBe(4);
    expect(metrics.value('store_slowest_commit_seconds', primary)).toBe(0.00825);
    expect(metrics.value('cache_lookups_total', { cache: 'replies', result: 'miss' })).toBe(9);
    expect(metrics.value('source_requests_total', { source: 'open-meteo', result: 'answered' })).toBe(8);
    expect(metrics.value('breaker_state', { breaker: 'open-meteo' })).toBe(2);
    expect(metrics.value('breaker_state', { breaker: 'nws' })).toBe(1);
    expect(metrics.value('budget_used_ratio', { budget: 'open-meteo day' })).toBe(0.25);
    expect(metrics.value('semaphore_waiting', { semaphore: 'open-meteo' })).toBe(2);
  });

  it('has histograms whose buckets rise to the count', () => {
    const name = 'weatherglass_http_request_duration_seconds';
    const buckets = (route: string) =>
      metrics.samples
        .filter((one) => one.name === `${name}_bucket` && one.labels.route === route)
        .map(({ labels, value }) => [labels.le, value]);
    expect(buckets('/v1/places')).toEqual([
      ...[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5].map((le, k) => [String(le), [1, 2, 2, 4, 4, 4, 4, 4][k]]),
      ['+Inf', 4],
    ]);
    expect(buckets('no route').at(-1)).toEqual(['+Inf', 2]);
    const route = { route: '/v1/places', status: '200', method: 'GET', process: 'worker 1' };
    expect(metrics.value('http_request_duration_seconds_count', route)).toBe(4);
    expect(metrics.value('http_request_duration_seconds_sum', route)).toBe(0.05);
  });
});

it('names with quotes, backslashes and line breaks come through whole', async () => {
  const name = 'my "C:\\new"\nstore';
  const [primary] = handMadeSnapshot.processes;
  const stores = [{ ...primary.stores[0], name }];
  const { text } = await metricsOf({ ...handMadeSnapshot, processes: [{ ...primary, stores }] });
  expect(parse(text).value('store_bytes', { store: name })).toBe(12.3e6);
});

it('a service of which nothing is known yet has metrics all the same', async () => {
  const { text } = await metricsOf({ at: 0, processes: [], silent: [] });
  expect(parse(text).samples).toEqual([{ name: 'weatherglass_processes_silent', labels: {}, value: 0 }]);
});
