import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WeatherglassError } from '../errors.ts';
import { html } from './html.ts';
import { page, pageType } from './page.ts';
import { problemOf, problemType, statusProblem } from './problem.ts';

/** Methods that a route might have. */
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** What is not there, or not with this method. */
export function refuse(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?')[0];
  const allowed = methods.filter((method) => app.findRoute({ method, url: path }) !== null);
  if (allowed.length === 0)
    return sendProblem(
      new WeatherglassError(
        'NotFound',
        `there is nothing at ${path}; / lists the places, docs/http-api.md the routes`,
      ),
      request,
      reply,
    );
  const problem = statusProblem(405, `${request.method} is not possible here; use ${allowed.join(', ')}`);
  return reply.code(405).header('allow', allowed.join(', ')).type(problemType).send(JSON.stringify(problem));
}

/** An error as the problem it is: JSON; as a page to a browser that looks for a page. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request.id);
  // A query may hold the password of somebody's weather station.
  const [path] = request.url.split('?');
  if (problem.status >= 500) request.log.error({ err: error, path }, problem.title);
  if (problem.status === 503) reply.header('retry-after', '1');
  reply.code(problem.status);
  if (request.url.startsWith('/v1/') || !(request.headers.accept ?? '').includes('text/html'))
    return reply.type(problemType).send(JSON.stringify(problem));
  return reply.type(pageType).send(
    page(
      problem.title,
      false,
      html`<h1>${problem.title}</h1>
<p>${problem.detail}</p>
<p><a href="/">All places</a></p>`,
    ),
  );
}

/** The whole reply to bytes that are no request, or come too slowly. */
export function clientProblem(code: string): string {
  const status = code === 'HPE_HEADER_OVERFLOW' ? 431 : code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const details = {
    400: 'this is not HTTP',
    408: 'the request took too long to arrive',
    431: 'the headers are too large',
  };
  const problem = statusProblem(status, details[status]);
  const body = JSON.stringify(problem);
  return `HTTP/1.1 ${status} ${problem.title}\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`;
}
