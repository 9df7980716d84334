import type { ServedRun } from './simulated-reply.ts';

/** The most that arrived within any span; spans are open at their older end and closed at the other. */
export interface Most {
  readonly requests: number;
  /** By the provider's own weights. */
  readonly calls: number;
}

export interface Busiest {
  readonly second: Most;
  readonly minute: Most;
  readonly hour: Most;
}

/** What a simulated provider was asked, and what it sent. */
export interface SimulatedCalls {
  readonly requests: number;
  readonly calls: number;
  readonly statuses: Readonly<Record<number, number>>;
  /** Most requests that were under way at once; without a latency hardly any are, as replies are made at once. */
  readonly mostAtOnce: number;
  /** By the clock on the wall, to the millisecond. */
  readonly real: Busiest;
  readonly simulated: Busiest;
  /** How often each fault was sent. */
  readonly faults: Readonly<Record<string, number>>;
  /** How often each `place|model|ISO time of issue` was sent whole and unspoiled. */
  readonly served: ReadonlyMap<string, number>;
  /** Replies that the client did not wait for. */
  readonly abandoned: number;
}

/** A provider's counter. */
export interface CallCounter extends SimulatedCalls {
  readonly arrived: () => void;
  /** A request has been understood and counts for so many calls. */
  readonly counted: (calls: number, realTime: number, simulatedTime: number) => void;
  readonly sent: (status: number, served: readonly ServedRun[]) => void;
  readonly faulted: (fault: string) => void;
  readonly ended: (whole: boolean) => void;
}

export function openCallCounter(): CallCounter {
  let requests = 0;
  let calls = 0;
  let atOnce = 0;
  let mostAtOnce = 0;
  let abandoned = 0;
  const statuses: Record<number, number> = {};
  const faults: Record<string, number> = {};
  const served = new Map<string, number>();
  const real = openBusiest();
  const simulated = openBusiest();
  return {
    get requests() {
      return requests;
    },
    get calls() {
      return calls;
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    get abandoned() {
      return abandoned;
    },
    get real() {
      return real.busiest();
    },
    get simulated() {
      return simulated.busiest();
    },
    statuses,
    faults,
    served,
    arrived() {
      requests++;
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    },
    counted(weight, realTime, simulatedTime) {
      calls += weight;
      real.add(realTime, weight);
      simulated.add(simulatedTime, weight);
    },
    sent(status, runs) {
      statuses[status] = (statuses[status] ?? 0) + 1;
      for (const { place, model, issuedAt } of runs) {
        const key = `${place}|${model}|${new Date(issuedAt).toISOString()}`;
        served.set(key, (served.get(key) ?? 0) + 1);
      }
    },
    faulted(fault) {
      faults[fault] = (faults[fault] ?? 0) + 1;
    },
    ended(whole) {
      atOnce--;
      if (!whole) abandoned++;
    },
  };
}

/** A copy of what a counter has counted, which stays as it is and can be sent to another process. */
export function copyCalls(counter: SimulatedCalls): SimulatedCalls {
  const { requests, calls, mostAtOnce, real, simulated, abandoned } = counter;
  return {
    requests,
    calls,
    mostAtOnce,
    real,
    simulated,
    abandoned,
    statuses: { ...counter.statuses },
    faults: { ...counter.faults },
    served: new Map(counter.served),
  };
}

function openBusiest() {
  const spans = [slidingMost(1000), slidingMost(60_000), slidingMost(3_600_000)] as const;
  return {
    add(time: number, calls: number) {
      for (const span of spans) span.add(time, calls);
    },
    busiest(): Busiest {
      const [second, minute, hour] = spans.map((span) => span.most());
      return { second, minute, hour };
    },
  };
}

/** The most of any span of so many milliseconds, times coming in order; one entry for all of a millisecond. */
export function slidingMost(spanMs: number) {
  let times: number[] = [];
  let requests: number[] = [];
  let calls: number[] = [];
  let first = 0;
  let requestsNow = 0;
  let callsNow = 0;
  let most: Most = { requests: 0, calls: 0 };
  return {
    add(time: number, weight: number) {
      const last = times.length - 1;
      // A clock that was set back stands still until it has caught up.
      const at = last < 0 ? Math.floor(time) : Math.max(Math.floor(time), times[last]);
      if (last >= 0 && times[last] === at) {
        requests[last]++;
        calls[last] += weight;
      } else {
        times.push(at);
        requests.push(1);
        calls.push(weight);
      }
      requestsNow++;
      callsNow += weight;
      for (; times[first] <= at - spanMs; first++) {
        requestsNow -= requests[first];
        callsNow -= calls[first];
      }
      if (first > 4096 && first * 2 > times.length) {
        times = times.slice(first);
        requests = requests.slice(first);
        calls = calls.slice(first);
        first = 0;
      }
      if (requestsNow > most.requests || callsNow > most.calls)
        most = {
          requests: Math.max(requestsNow, most.requests),
          // Weights are fractions: sums of them keep a trace of what has been taken off again.
          calls: Math.max(Math.round(callsNow * 1e6) / 1e6, most.calls),
        };
    },
    most: () => most,
  };
}
