import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { expressSessions } from '../../src/http/express.ts';
import { fastifySessions } from '../../src/http/fastify.ts';
import { honoSessions, type SessionEnv } from '../../src/http/hono.ts';
import { koaSessions } from '../../src/http/koa.ts';
import { nodeSessions } from '../../src/http/node.ts';
import { sessionHandler } from '../../src/http/web.ts';
import { answer, describeAdapter, type Site, type SiteData } from './scenario.ts';

const HOST = '127.0.0.1';

async function listening(server: Server): Promise<Site> {
  if (!server.listening) await once(server, 'listening');
  return { server };
}

describeAdapter('node:http', (sessions, adopt) => {
  const sessionOf = nodeSessions(sessions, { adopt });
  const server = createServer((request, response) => {
    response.setHeader('set-cookie', 'seen=1');
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    answer(sessionOf(request, response), pathname).then(
      ({ status, body }) => response.writeHead(status).end(body),
      (error: unknown) => response.destroy(error as Error),
    );
  });
  return listening(server.listen(0, HOST));
});

describeAdapter('Request and Response', (sessions, adopt) => {
  const handle = sessionHandler(sessions, { adopt });
  const fetch = (request: Request): Promise<Response> =>
    handle(request, async (session) => {
      const { status, body } = await answer(session, new URL(request.url).pathname);
      return new Response(body, { status, headers: { 'set-cookie': 'seen=1' } });
    });
  return listening(serve({ fetch, port: 0, hostname: HOST }) as Server);
});

describeAdapter('Hono', (sessions, adopt) => {
  const app = new Hono<SessionEnv<SiteData>>();
  app.use(honoSessions(sessions, { adopt }));
  app.get('*', async (context) => {
    const { status, body } = await answer(context.get('session'), context.req.path);
    context.header('set-cookie', 'seen=1');
    return context.body(body, status as 200);
  });
  return listening(serve({ fetch: app.fetch, port: 0, hostname: HOST }) as Server);
});

describeAdapter('Express', (sessions, adopt) => {
  const app = express();
  const session = expressSessions(sessions, { adopt });
  app.use(session);
  app.use((request, response) => {
    response.append('set-cookie', 'seen=1');
    answer(session.of(response), request.path).then(
      ({ status, body }) => response.status(status).send(body),
      (error: unknown) => response.destroy(error as Error),
    );
  });
  return listening(app.listen(0, HOST));
});

describeAdapter('Fastify', async (sessions, adopt) => {
  const app = fastify();
  const { plugin, of } = fastifySessions(sessions, { adopt });
  await app.register(plugin);
  app.get('*', async (request, reply) => {
    void reply.header('set-cookie', 'seen=1');
    const { pathname } = new URL(request.url, 'http://host');
    const { status, body } = await answer(of(request), pathname);
    return reply.code(status).send(body);
  });
  await app.listen({ port: 0, host: HOST });
  return { server: app.server, close: () => app.close() };
});

describeAdapter('Koa', (sessions, adopt) => {
  const app = new Koa();
  const session = koaSessions(sessions, { adopt });
  app.use(session);
  app.use(async (context) => {
    context.append('set-cookie', 'seen=1');
    const { status, body } = await answer(session.of(context), context.path);
    context.status = status;
    context.body = body;
  });
  return listening(app.listen(0, HOST));
});
