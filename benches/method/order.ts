/** What is cached: an order of a shop, a document of some 4 kB of JSON, with addresses, prices and texts. */
export interface Order {
  readonly id: string;
  readonly customer: {
    readonly name: string;
    readonly email: string;
    readonly street: string;
    readonly city: string;
  };
  readonly placedAt: Date;
  readonly notes: string;
  readonly items: readonly {
    readonly sku: string;
    readonly title: string;
    readonly count: number;
    readonly price: number;
    readonly delivered: boolean;
  }[];
}

const WORDS = (
  'amber bolt canvas drawer edge felt glass handle iron joint kettle lamp marble needle oak paper quilt rope ' +
  'steel tile upper velvet wool yarn zinc basket copper dish engine frame'
).split(' ');

const ITEMS = 34;

/** The order number `at`: like the others in its form, with words and numbers of its own, the same in every process. */
export function order(at: number): Order {
  let state = (at + 1) * 0x9e37_79b9;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const words = (count: number): string =>
    Array.from({ length: count }, () => WORDS[below(WORDS.length)]).join(' ');
  return {
    id: `order-${below(2 ** 32)
      .toString(16)
      .padStart(8, '0')}`,
    customer: {
      name: words(2),
      email: `${words(1)}.${below(10_000)}@mail.example`,
      street: `${words(1)} street ${below(200)}`,
      city: words(1),
    },
    placedAt: new Date(1_700_000_000_000 + below(2 ** 31)),
    notes: words(60),
    items: Array.from({ length: ITEMS }, () => ({
      sku: `${below(2 ** 32).toString(36)}-${below(1_000)}`,
      title: words(5),
      count: 1 + below(9),
      price: below(100_000) / 100,
      delivered: below(2) === 0,
    })),
  };
}
