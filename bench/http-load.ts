import { Agent, request } from 'node:http';

/** Connections, each with one request under way at a time. */
export const CONNECTIONS = 64;

export interface Asked {
  readonly path: string;
  /** To be posted. */
  readonly body?: string;
}

/** The first so many of the requests. */
export function only(count: number, ask: (k: number) => Asked): (k: number) => Asked | undefined {
  return (k) => (k < count ? ask(k) : undefined);
}

export interface Load {
  readonly perSecond: number;
  /** Milliseconds that such a share of the requests took at most. */
  readonly milliseconds: (share: number) => number;
}

/**
 * Sends requests over kept connections and expects the same status of each.
 *
 * @param ask makes the k-th request; undefined ends the load
 */
export async function httpLoad(
  url: string,
  ask: (k: number) => Asked | undefined,
  status: number,
  connections = CONNECTIONS,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let next = 0;
  const lane = async () => {
    for (let asked = ask(next++); asked !== undefined; asked = ask(next++)) {
      const began = performance.now();
      const answer = await send(agent, url, asked);
      if (answer.status !== status)
        throw new Error(`${asked.path} answered ${answer.status}: ${answer.text}`);
      times.push(performance.now() - began);
    }
  };
  const began = performance.now();
  try {
    await Promise.all(Array.from({ length: connections }, lane));
  } finally {
    agent.destroy();
  }
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / seconds,
    milliseconds: (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))],
  };
}

function send(agent: Agent, url: string, { path, body }: Asked) {
  return new Promise<{ readonly status: number | undefined; readonly text: string }>((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(`${url}${path}`, { agent, method: body === undefined ? 'GET' : 'POST', headers });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, text }));
      response.on('error', reject);
    });
    sent.end(body);
  });
}
