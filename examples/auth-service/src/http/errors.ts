/** What a client is told when a request fails. */
import { isCacheError } from '@cache/core';
import { isSessionError } from '@cache/session';
import { statusOf } from '@cache/session/hono';
import type { Context, MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { DatabaseError } from '../database/database.ts';

export function answerToError(error: Error, context: Context): Response {
  if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
  if (error instanceof DatabaseError && error.reason === 'refused') {
    return context.json({ error: `the change contradicts what is stored: ${error.message}` }, 409);
  }
  if (isSessionError(error))
    return context.json({ error: error.message, code: error.code }, statusOf(error) ?? 500);
  // A loader's error reaches everyone who shares the load as it is. Of both it is true that a later request may succeed.
  if (error instanceof DatabaseError || isCacheError(error))
    return context.json({ error: error.message }, 503);
  console.error(error);
  return context.json({ error: 'the service failed' }, 500);
}

/** Ends the handling of a request whose client has gone. The adapter gives a text as the reason, which Hono does not take for an error. */
export const departures: MiddlewareHandler = async (context, next) => {
  try {
    return await next();
  } catch (error) {
    if (context.req.raw.signal.aborted) return new Response(null, { status: 499 });
    throw error;
  }
};
