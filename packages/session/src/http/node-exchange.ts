/** A request and response of `node:http`, as a session needs them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Exchange } from './http-session.ts';

export function nodeExchange(
  request: IncomingMessage,
  response: ServerResponse,
  ip: string | undefined,
): Exchange {
  let last: string | undefined;
  return {
    cookies: request.headers.cookie,
    ip,
    userAgent: request.headers['user-agent'],
    isAnswered: () => response.headersSent,
    setCookie(value) {
      const others = [response.getHeader('set-cookie') ?? []].flat().filter((other) => other !== last);
      response.setHeader('set-cookie', [...others.map(String), value]);
      response.setHeader('cache-control', 'no-store');
      last = value;
    },
  };
}
