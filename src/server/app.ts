import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { cacheReplies } from './cache-replies.ts';
import { eventsRoute } from './events.ts';
import { healthRoutes } from './health.ts';
import { homePage } from './home-page.ts';
import { observationsRoute } from './observations.ts';
import { contentSecurityPolicy } from './page.ts';
import { placePage } from './place-page.ts';
import { placesRoute } from './places.ts';
import { predictRoute } from './predict.ts';
import { runtimeRoutes } from './runtime.ts';
import { clientProblem, refuse, sendProblem } from './send-problem.ts';
import { sensorRoutes } from './sensors.ts';
import type { Serving } from './serving.ts';
import { skillRoute } from './skill.ts';
import { watchRequests } from './watch-requests.ts';

const MEGABYTE = 1_048_576;
const SECOND = 1000;

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // A browser may keep a reply, but asks again: the data may have changed.
  'cache-control': 'no-cache',
};

/**
 * The HTTP service, not yet listening. The order of its hooks is written here: headers, then the request as a task, then
 * the moment and the reply cache, then the route.
 *
 * @param log for defects; at level `info` for every request
 */
export function createApp(serving: Serving, log: FastifyBaseLogger): FastifyInstance {
  let requests = 0;
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    // `watchRequests` logs requests, in one line each; their labels have the id.
    logController: new LogController({ disableRequestLogging: true }),
    // Nor needs a request a logger of its own: its lines have the id from its task.
    childLoggerFactory: (logger) => logger,
    bodyLimit: MEGABYTE,
    // A whole request must have come within this time; proxies keep idle connections for a minute.
    requestTimeout: 30 * SECOND,
    keepAliveTimeout: 65 * SECOND,
    http: { headersTimeout: 15 * SECOND, connectionsCheckingInterval: 5 * SECOND },
    // Whoever was connected when the process began to drain is still answered, and told to connect anew.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1000 },
    genReqId: () => `${process.pid}-${++requests}`,
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(clientProblem(error.code));
    },
  });
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('moment');
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => refuse(app, request, reply));
  app.addHook('onRequest', (_, reply, done) => {
    reply.headers(securityHeaders);
    done();
  });
  // So a request that was under way when draining began does not keep its connection.
  app.addHook('onSend', (_, reply, payload, done) => {
    if (serving.draining()) reply.header('connection', 'close');
    done(null, payload);
  });
  watchRequests(app);
  healthRoutes(app, serving);
  runtimeRoutes(app, serving);
  void app.register((scope, _, done) => {
    cacheReplies(scope, serving);
    placesRoute(scope, serving);
    predictRoute(scope, serving);
    eventsRoute(scope, serving);
    observationsRoute(scope, serving);
    skillRoute(scope, serving);
    homePage(scope, serving);
    placePage(scope, serving);
    done();
  });
  // Not above: one of them is a GET that writes, which no cache may answer.
  void app.register((scope, _, done) => {
    sensorRoutes(scope, serving);
    done();
  });
  return app;
}
