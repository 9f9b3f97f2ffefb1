/** What a request has to look like before anything is done for it. Refusals say what would be right. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';

/** The cache takes keys of up to 8 KiB, but nobody's id is that long: the narrower rule is the service's own. */
const LONGEST_ID = 64;
const LONGEST_TEXT = 200;

/** The id in the path. */
export function idIn(context: Context): string {
  const id = context.req.param('id') ?? '';
  if (id.length <= LONGEST_ID) return id;
  throw new HTTPException(400, { message: `the id has ${id.length} characters: give at most ${LONGEST_ID}` });
}

export type Body = Readonly<Record<string, unknown>>;

/** The body: a JSON object that has no other fields than `fields`. */
export async function bodyOf(context: Context, fields: readonly string[]): Promise<Body> {
  let body: unknown;
  try {
    body = await context.req.json();
  } catch {
    throw new HTTPException(400, { message: `the body is not JSON: give an object with ${list(fields)}` });
  }
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new HTTPException(400, { message: `the body is not an object: give one with ${list(fields)}` });
  }
  const unknown = Object.keys(body).find((field) => !fields.includes(field));
  if (unknown === undefined) return body as Body;
  throw new HTTPException(400, { message: `there is no field '${unknown}': give ${list(fields)}` });
}

export function textIn(body: Body, field: string): string {
  const text = optionalTextIn(body, field);
  if (text !== undefined) return text;
  throw new HTTPException(400, { message: `the field '${field}' is missing` });
}

export function optionalTextIn(body: Body, field: string): string | undefined {
  const text = body[field];
  if (text === undefined) return undefined;
  if (typeof text === 'string' && text.length > 0 && text.length <= LONGEST_TEXT) return text;
  throw new HTTPException(400, {
    message: `the field '${field}' has to be a text of 1 to ${LONGEST_TEXT} characters`,
  });
}

function list(fields: readonly string[]): string {
  return fields.map((field) => `'${field}'`).join(', ');
}
