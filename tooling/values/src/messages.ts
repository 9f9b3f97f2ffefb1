/** Messages of Protocol Buffers by example, for the codec that keeps such. */
import { type Message, create } from '@bufbuild/protobuf';
import type { ValueSample } from '@cache/core/conformance';
import { EverythingSchema } from './message-schemas.ts';
import { own } from './model.ts';

type Init = Readonly<Record<string, unknown>>;

function everything(init: Init): Message {
  return create(EverythingSchema, init as never);
}

function kept(name: string, init: () => Init): ValueSample {
  return { name: `a message: ${name}`, make: () => everything(init()), expect: 'equal' };
}

function refused(name: string, path: string, changed: () => Init): ValueSample {
  return {
    name: `a message: ${name}`,
    make: () => ({ ...everything({}), ...changed() }),
    expect: 'refused',
    path,
  };
}

/** Of the message `shop.Everything`. */
export const MESSAGES: readonly ValueSample[] = [
  kept('nothing set', () => ({})),
  kept('numbers', () => ({
    double: 1.5,
    float: 0.5,
    int32: -1,
    uint32: 2 ** 32 - 1,
    sint32: -(2 ** 31),
    fixed32: 7,
    sfixed32: -7,
  })),
  kept('odd numbers', () => ({ double: -0, float: -0 })),
  kept('no numbers', () => ({ double: NaN, float: Infinity })),
  kept('long integers', () => ({
    int64: -(2n ** 63n),
    uint64: 2n ** 64n - 1n,
    sint64: -1n,
    fixed64: 1n,
    sfixed64: -1n,
    digits: '-9223372036854775808',
  })),
  kept('text and bytes', () => ({ string: 'é漢👩\0', bytes: new Uint8Array([1, 2]), bool: true })),
  kept('an enum', () => ({ colour: 1 })),
  kept('a number that its open enum does not know', () => ({ colour: 99 })),
  kept('a message in a message', () => ({ self: everything({ self: everything({ int32: 1 }) }) })),
  kept('an empty message', () => ({ self: everything({}) })),
  kept('JSON', () => ({ json: { a: [1, null, { b: 'c', __proto__: 1 }], d: true, e: {}, f: [], g: -0 } })),
  kept('JSON with a member called __proto__', () => ({ json: own('__proto__', { a: 1 }) })),
  kept('empty JSON', () => ({ json: {} })),
  kept('wrappers', () => ({ wrapped: 5, wrappedBytes: new Uint8Array([3]) })),
  kept('wrapped defaults', () => ({ wrapped: 0, wrappedBytes: new Uint8Array() })),
  kept('a timestamp', () => ({ at: { seconds: 1_700_000_000n, nanos: 5 } })),
  kept('a value of JSON as a message', () => ({
    value: {
      kind: { case: 'structValue', value: { fields: { a: { kind: { case: 'nullValue', value: 0 } } } } },
    },
  })),
  kept('a default that is set', () => ({ maybe: 0 })),
  kept('a default that is chosen', () => ({ choice: { case: 'text', value: '' } })),
  kept('chosen bytes', () => ({ choice: { case: 'blob', value: new Uint8Array([1]) } })),
  kept('a chosen message', () => ({
    choice: { case: 'inner', value: everything({ bytes: new Uint8Array([1]) }) },
  })),
  kept('a chosen wrapper', () => ({ choice: { case: 'boxed', value: { value: 'x' } } })),
  kept('lists', () => ({
    ints: [0, -1, 5],
    blobs: [new Uint8Array([1]), new Uint8Array()],
    selves: [everything({}), everything({ int32: 1 })],
    longs: [0n, -5n],
    colours: [1, 0, 5],
    structs: [{ a: 1 }, {}],
  })),
  kept('maps', () => ({
    byName: { b: 1, a: 0 },
    byNumber: { 5: 'five', '-1': 'less' },
    byLong: { '18446744073709551615': new Uint8Array([1]), 0: new Uint8Array() },
    byTruth: { false: everything({}), true: everything({ int32: 1 }) },
    byEnum: { x: 1 },
  })),
  kept('a map with a member called __proto__', () => ({ byName: own('__proto__', 1) })),
  refused('a member that the schema does not have', 'value.more', () => ({ more: 1 })),
  refused('an undefined member', 'value.maybe', () => ({ maybe: undefined })),
  refused('a number out of range', 'value.uint32', () => ({ uint32: 2 ** 32 })),
  refused('-0 as an integer', 'value.int32', () => ({ int32: -0 })),
  refused('a number that does not fit a float', 'value.float', () => ({ float: 0.1 })),
  refused('lone surrogates', 'value.string', () => ({ string: 'a\uD800' })),
  refused('an odd element', 'value.ints[1]', () => ({ ints: [1, 1.5] })),
  refused('an odd member of a map', 'value.byName.a', () => ({ byName: { a: 1n } })),
  refused('a case that is none', 'value.choice', () => ({ choice: { case: 'none', value: 1 } })),
  refused('a fault in a message inside', 'value.self.int32', () => ({
    self: { ...everything({}), int32: 1.5 },
  })),
];
