import { expect, it } from 'vitest';
import { duration, runtimeText } from '../src/cli/runtime-text.ts';
import { handMadeSnapshot } from './hand-made-snapshot.ts';

it('shows everything that is in a snapshot', () => {
  expect(runtimeText(handMadeSnapshot)).toBe(`2026-05-06T07:08:09Z
no answer from worker 2

process   pid  up         memory   heap     loop busy  delay p99  worst    stalls
primary   100  1 h 2 min  80.0 MB  20.0 MB         5%  2.3 ms     12.0 ms       2
worker 1  101  59.9 s     80.0 MB  20.0 MB         5%  2.3 ms     12.0 ms       0

process  task              age     left                 waits for
primary  turn of the loop  4.2 s   –                    –
primary    fetch           900 ms  29.1 s               semaphore open-meteo
primary      read "a\\b"    250 ms  STUCK for 1 min 1 s  –

process  thread   busy  works on                                              for        done
primary  compute        40 done, 1 failed, 2 tried again, 4 threads replaced             3 of 1000 wait
primary    1       98%  fitChunk garden, roof                                 1 min 5 s  50%
primary    2        0%  –                                                     –          –

process  stall  ended     cause
primary  82 ms  07:08:04  COMMIT

process   store            size     commits     slowest  waiting
primary   weatherglass.db  12.3 MB  17          8.3 ms         1
worker 1  weatherglass.db  12.3 MB  only reads  –              –

process   cache    entries  size    hits  misses
worker 1  replies        7  0.0 MB     5       9

process  late
primary  met-norway has sent no new forecast for 13 h

process  source      requests  failed  last success  last error
primary  open-meteo        10       2  07:07:09      timed out after 30 s

process  breaker     state      failures  next probe
primary  open-meteo  open              5  in 1.5 s
primary  nws         half-open         3  –

process  budget          used     of  anew in
primary  open-meteo day  2500  10000  1 d 1 h

process  semaphore   in use  of  waiting
primary  open-meteo       4   4        2

process   requests        status  count  mean
worker 1  GET /v1/places     200      4  12.50 ms
worker 1  GET no route       404      2  6000.00 ms
`);
});

it('leaves out what is not there', () => {
  const text = runtimeText({ at: 0, processes: [], silent: [] });
  expect(text).not.toMatch(/no answer|task|breaker|requests/);
});

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [999.6, '1.0 s'],
  [4200, '4.2 s'],
  [59_949, '59.9 s'],
  [59_960, '1 min 0 s'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
  [273_600_000, '3 d 4 h'],
])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));
