/** In the place of a database's adapter for Auth.js: users, and nothing of their sessions. */
import type { Adapter, AdapterUser } from '@auth/core/adapters';

export function usersInMemory(): Adapter {
  const users = new Map<string, AdapterUser>();
  return {
    createUser(user) {
      users.set(user.id, user);
      return user;
    },
    getUser: (id) => users.get(id) ?? null,
    getUserByEmail: (email) => [...users.values()].find((user) => user.email === email) ?? null,
    getUserByAccount: () => null,
    updateUser(change) {
      const user = { ...(users.get(change.id) as AdapterUser), ...change };
      users.set(user.id, user);
      return user;
    },
    linkAccount: (account) => account,
  };
}
