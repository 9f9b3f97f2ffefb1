/** What codecs are compared on: plain data, which all of them keep. */
import { order } from '../method/order.ts';
import { session } from '../method/session.ts';

/** `session`: some 200 bytes of JSON. `document`: some 4 kB. */
export type ValueForm = 'session' | 'document';

/** Different values of one form, so that nothing is learned by heart. */
export const VALUES = 64;

export function valuesOf(form: ValueForm): readonly object[] {
  return Array.from({ length: VALUES }, (_, at) => {
    if (form === 'session') return session(at, 'plain');
    const { placedAt, ...rest } = order(at);
    return { ...rest, placedAt: placedAt.getTime() };
  });
}

/** Values of other shapes. A service has many: code that has seen one shape alone is faster than it will be there. */
export function assortment(): readonly object[] {
  return Array.from({ length: 48 }, (_, at) =>
    Object.fromEntries(
      Array.from({ length: 2 + (at % 9) }, (__, member): [string, unknown] => [
        `${'abcdefgh'[at % 8]}${member}`,
        [member, `text ${at}`, member % 2 === 0, null, { inner: at, more: [at] }, member / 3][
          (at + member) % 6
        ],
      ]),
    ),
  );
}
