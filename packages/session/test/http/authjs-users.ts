import type { Adapter, AdapterUser } from '@auth/core/adapters';

/** A database of users. */
export function usersIn(table: Map<string, AdapterUser>): Adapter {
  return {
    createUser(user) {
      table.set(user.id, user);
      return user;
    },
    getUser: (id) => table.get(id) ?? null,
    getUserByEmail: (email) => [...table.values()].find((user) => user.email === email) ?? null,
    getUserByAccount: () => null,
    updateUser(change) {
      const user = { ...(table.get(change.id) as AdapterUser), ...change };
      table.set(user.id, user);
      return user;
    },
    deleteUser(id) {
      table.delete(id);
    },
    linkAccount: (account) => account,
  };
}
