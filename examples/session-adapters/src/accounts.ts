/** Who may log in. A service asks its database, and keeps no password as it is. */
const PASSWORDS: ReadonlyMap<string, string> = new Map([['ann', 'correct horse battery staple']]);

/** The user of these credentials, which came from a client; `null`: they are wrong. */
export function userOf(credentials: unknown): string | null {
  const { user, password } = (credentials ?? {}) as { readonly user?: string; readonly password?: string };
  return user !== undefined && PASSWORDS.get(user) === password ? user : null;
}
