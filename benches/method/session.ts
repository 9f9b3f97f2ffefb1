/** What is cached: a login session of some 200 bytes of JSON, with a nested object and an array; with `date`, also a `Date`. */
export interface Session {
  readonly id: string;
  readonly user: { readonly id: number; readonly email: string };
  readonly roles: readonly string[];
  readonly createdAt: Date | number;
  readonly visits: number;
}

export type Variant = 'date' | 'plain';

export function session(at: number, variant: Variant): Session {
  const createdAt = 1_700_000_000_000 + at;
  return {
    id: `7d0b2c1e-94a1-4b52-8a55-${String(at).padStart(12, '0')}`,
    user: { id: at, email: `somebody.${at}@mail.example` },
    roles: ['reader', 'editor', 'billing'],
    createdAt: variant === 'date' ? new Date(createdAt) : createdAt,
    visits: at + 1,
  };
}
