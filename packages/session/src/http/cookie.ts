/** The cookie that carries a token. This file imports nothing. */

export interface CookieOptions {
  /** Default `'__Host-sid'`: sent to this host alone, over TLS alone, and not to be set by another one. */
  readonly name?: string | undefined;
  /** Default `'/'`. */
  readonly path?: string | undefined;
  /** Default: the host that sets it, and no other. Not with a name that begins with `__Host-`. */
  readonly domain?: string | undefined;
  /** Default `'lax'`. */
  readonly sameSite?: 'lax' | 'strict' | 'none' | undefined;
  /** Default true. False is for development without TLS, and needs another name. */
  readonly secure?: boolean | undefined;
}

/** How the cookie of one service is read and written. */
export interface SessionCookie {
  /** What a request brings; `undefined`: no such cookie. Of several of one name the first, which is that of the longest path. */
  read(header: string | null | undefined): string | undefined;
  /** The value of `Set-Cookie`. Without `maxAge`, in seconds, it ends with the browser. */
  write(token: string, maxAge: number | undefined): string;
  /** The value of `Set-Cookie` that takes it away. */
  clear(): string;
}

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** No separator of attributes, no control character. */
const ATTRIBUTE = /^[\x20-\x3a\x3c-\x7e]+$/;
const SAME_SITE = { lax: 'Lax', strict: 'Strict', none: 'None' } as const;
const OPTIONS: ReadonlySet<string> = new Set<keyof CookieOptions>([
  'name',
  'path',
  'domain',
  'sameSite',
  'secure',
]);

/** Throws a `TypeError` for a cookie that browsers would refuse, or that would be less safe than its name says. */
export function sessionCookie(options: CookieOptions = {}): SessionCookie {
  for (const name of Object.keys(options))
    if (!OPTIONS.has(name)) throw new TypeError(`cookie: there is no option '${name}'`);
  const { name = '__Host-sid', path = '/', domain, sameSite = 'lax', secure = true } = options;
  if (!NAME.test(name)) throw new TypeError(`cookie: name is '${name}': give a token such as '__Host-sid'`);
  for (const [what, value] of Object.entries({ path, domain }))
    if (value !== undefined && !ATTRIBUTE.test(value))
      throw new TypeError(`cookie: ${what} has a character that a cookie cannot have`);
  if (!Object.hasOwn(SAME_SITE, sameSite))
    throw new TypeError(`cookie: sameSite is '${sameSite}': give 'lax', 'strict' or 'none'`);
  if (name.startsWith('__Host-') && (domain !== undefined || path !== '/'))
    throw new TypeError(`cookie: '${name}' must have no domain and the path '/': choose another name`);
  if (!secure && (name.startsWith('__Host-') || name.startsWith('__Secure-')))
    throw new TypeError(`cookie: '${name}' must be secure: choose another name for development`);
  if (!secure && sameSite === 'none') throw new TypeError("cookie: sameSite 'none' needs secure");
  const attributes = [
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(secure ? ['Secure'] : []),
    'HttpOnly',
    `SameSite=${SAME_SITE[sameSite]}`,
  ].join('; ');
  return {
    read: (header) => valueIn(header, name),
    write: (token, maxAge) =>
      `${name}=${token}; ${attributes}${maxAge === undefined ? '' : `; Max-Age=${maxAge}`}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
  };
}

/** The first cookie `name` of the header `Cookie`, as it came. */
export function valueIn(header: string | null | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
