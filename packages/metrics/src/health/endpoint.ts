/** Health over HTTP, for servers of Node and for those that speak `Request` and `Response`. */
import type { Health, Part } from './health.ts';

export interface HealthEndpointOptions {
  /** Where it is: liveness at `<path>/live`, readiness at `<path>/ready` and at the path itself. Default `/health`. */
  readonly path?: string | undefined;
  /** Whether the body says why, with the names of providers and caches, to whoever asks. Default true. */
  readonly reasons?: boolean | undefined;
}

/** A request as servers of Node have it, of HTTP/1.1 or HTTP/2. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

/** A response as servers of Node have it. */
export interface NodeResponse {
  /** Whether somebody else has answered. */
  readonly headersSent?: boolean | undefined;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  end(body: string): unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers requests for health, and gives false for all others, which it leaves alone. Ready: 200, degraded included; down: 503. */
export function nodeHealth(
  health: Health,
  options?: HealthEndpointOptions,
): (request: NodeRequest, response: NodeResponse) => boolean {
  const answerTo = answering(health, options);
  return ({ method = 'GET', url = '/' }, response) => {
    const answer = answerTo(method, url.split('?', 1)[0] as string);
    if (answer === undefined) return false;
    // Never rejects.
    void answer.then(({ status, headers, body }) => {
      // A server that waits for less than a check may take has answered by itself.
      if (response.headersSent === true) return;
      response.writeHead(status, headers);
      response.end(body);
    });
    return true;
  };
}

/** Like `nodeHealth`, for a handler that gives a `Response`: `undefined` for requests that are not for health. */
export function webHealth(
  health: Health,
  options?: HealthEndpointOptions,
): (request: Request) => Promise<Response> | undefined {
  const answerTo = answering(health, options);
  return ({ method, url }) =>
    answerTo(method, new URL(url).pathname)?.then(
      ({ status, headers, body }) => new Response(body, { status, headers }),
    );
}

function answering(
  health: Health,
  { path = '/health', reasons = true }: HealthEndpointOptions = {},
): (method: string, path: string) => Promise<Answer> | undefined {
  if (typeof path !== 'string' || !/^\/[^?#]*[^?#/]$/.test(path))
    throw new TypeError(`option path is '${path}': give one that begins with a slash, such as '/health'`);
  const parts = new Map<string, () => Part | Promise<Part>>([
    [path, () => health.ready()],
    [`${path}/ready`, () => health.ready()],
    [`${path}/live`, () => health.live()],
  ]);
  return (method, asked) => {
    const part = parts.get(asked);
    return part === undefined ? undefined : answerOf(method, part, reasons);
  };
}

async function answerOf(method: string, part: () => Part | Promise<Part>, reasons: boolean): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, headers: { ...headers, allow: 'GET, HEAD' }, body: '' };
  const found = await judged(part);
  const body = JSON.stringify(reasons ? found : { status: found.status });
  return { status: found.status === 'down' ? 503 : 200, headers, body: method === 'HEAD' ? '' : body };
}

/** What cannot be judged is down: whoever asks wants an answer. */
async function judged(part: () => Part | Promise<Part>): Promise<Part> {
  try {
    return await part();
  } catch (error) {
    return { status: 'down', reasons: [`health: ${error instanceof Error ? error.name : typeof error}`] };
  }
}
