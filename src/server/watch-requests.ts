import type { FastifyInstance } from 'fastify';
import { errorTable } from '../errors.ts';
import { systemClock } from '../runtime/clock.ts';
import { section } from '../runtime/event-loop.ts';
import { exhibit, type RouteView, requestBounds } from '../runtime/inspection.ts';
import { openTask } from '../runtime/tasks.ts';

/** Milliseconds after which a request is shown as stuck. */
const LONGEST = 30_000;

interface Count {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  count: number;
  seconds: number;
  readonly withinBounds: number[];
}

/**
 * Makes every request a task from its arrival to the end of its reply, or until its client has gone, which counts as
 * status 499; its log lines carry its id. Counts requests by route and status, with how long they took, and names what a
 * route does before it first waits as a section of the event loop; what it computes later has sections of its own.
 */
export function watchRequests(app: FastifyInstance): void {
  const isLogged = ['trace', 'debug', 'info'].includes(app.log.level);
  /** By status, for each task's name. */
  const counts = new Map<string, Map<number, Count>>();
  const exhibited = exhibit(
    'routes',
    () => [...counts.values()].flatMap((own) => [...own.values()]) satisfies RouteView[],
  );

  function count(name: string, route: string, method: string, status: number, seconds: number): void {
    let own = counts.get(name);
    if (own === undefined) counts.set(name, (own = new Map()));
    let one = own.get(status);
    if (one === undefined) {
      const withinBounds = requestBounds.map(() => 0);
      one = { route, method, status, count: 0, seconds: 0, withinBounds };
      own.set(status, one);
    }
    one.count++;
    one.seconds += seconds;
    for (let k = requestBounds.length - 1; k >= 0 && seconds <= requestBounds[k]; k--) one.withinBounds[k]++;
  }

  app.addHook('onRequest', (request, reply, done) => {
    const { method, url, log } = request;
    const route = routeOf(request.routeOptions.url);
    const name = `${method} ${route}`;
    const task = openTask(name, {
      labels: { request: request.id },
      deadlineAt: systemClock.monotonic() + LONGEST,
    });
    // Not fastify's onResponse, which never comes when the client has gone.
    reply.raw.on('close', () => {
      const status = reply.raw.writableFinished ? reply.statusCode : errorTable.Cancelled.status;
      const ms = reply.elapsedTime;
      count(name, route, method, status, ms / 1000);
      if (isLogged)
        task.run(() =>
          log.info(
            { method, url: withoutSecrets(url), status, ms: Math.round(1000 * ms) / 1000 },
            'answered',
          ),
        );
      task[Symbol.dispose]();
    });
    task.run(done);
  });
  app.addHook('onRoute', (route) => {
    const { handler, url } = route;
    route.handler = function (request, reply) {
      return section(`${request.method} ${url}`, () => handler.call(this, request, reply)) as unknown;
    };
  });
  app.addHook('onClose', (_, done) => {
    exhibited[Symbol.dispose]();
    done();
  });
}

/** An address without what consoles of weather stations send in it beside their values. */
function withoutSecrets(url: string): string {
  return url.replaceAll(/([?&](?:password|passkey)=)[^&]*/gi, '$1…');
}

/** Paths that are no route count as one: whoever asks for a thousand of them must not make a thousand counters. */
function routeOf(url: string | undefined): string {
  return url ?? 'no route';
}
