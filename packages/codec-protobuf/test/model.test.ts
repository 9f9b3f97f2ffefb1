import { type DescMessage, type Message, create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { context, isSame, trialOf } from '@cache/test-values/trial';
import { describe, expect, it } from 'vitest';
import { protobufCodec } from '../src/index.ts';
import {
  EverythingSchema,
  ItemSchema,
  NoteSchema,
  UserNextSchema,
  UserSchema,
} from '@cache/test-values/message-schemas';

type Init = Readonly<Record<string, unknown>>;
const make = (schema: DescMessage, init: Init): Message => create(schema, init as never);
const everything = (init: Init): Message => make(EverythingSchema, init);
const user = (init: Init): Message => make(UserSchema, init);

const users = trialOf(protobufCodec(UserSchema));
const all = trialOf(protobufCodec(EverythingSchema));

describe('messages', () => {
  it('writes what the library writes', () => {
    const message = user({ id: 'u1', roles: ['a'], visits: 3, nickname: '', address: { city: 'Graz' } });
    expect(users.encode(message)).toEqual(toBinary(UserSchema, message));
  });

  it('reads what the library writes, and what others write in another way', () => {
    const message = user({ id: 'u1', address: { city: 'Graz' } });
    expect(isSame(users.decode(toBinary(UserSchema, message)), message)).toBe(true);
    // A default on the wire, a field in two parts, the last of two values.
    const bytes = Buffer.from(
      '2000 1206 0a04 47726172 1206 0a04 4772617a 0a0178 0a027531'.replaceAll(' ', ''),
      'hex',
    );
    expect(isSame(users.decode(bytes), message)).toBe(true);
  });

  it('keeps the order of members, whoever made the message', () => {
    const made = user({ nickname: 'n', id: 'u1', address: { zip: '1' } });
    expect(Object.keys(made)).toEqual([
      '$typeName',
      'id',
      'address',
      'roles',
      'visits',
      'nickname',
      'createdAt',
    ]);
    const read = fromBinary(UserSchema, toBinary(UserSchema, made));
    expect(Object.keys(read)).not.toEqual(Object.keys(made));
    const { $typeName, ...rest } = made;
    for (const message of [made, read, { ...rest, $typeName }, { nickname: 'n', ...read }]) {
      expect(users.keeps(message)).toBe(true);
      expect(isSame(users.decode(users.encode(message)), message)).toBe(true);
    }
    const nested = { ...read, address: { zip: '1', $typeName: 'shop.Address', city: 'Graz' } };
    expect(users.keeps(nested)).toBe(true);
    // The order is kept where no other reader looks.
    const plain = fromBinary(UserSchema, users.encode(nested), { readUnknownFields: false });
    expect(plain).toEqual(
      fromBinary(UserSchema, toBinary(UserSchema, nested as never), { readUnknownFields: false }),
    );
  });

  it('keeps fields that its schema does not know', () => {
    const next = make(UserNextSchema, {
      id: 'u1',
      later: new Uint8Array([1, 2]),
      next: { id: 'u2', later: new Uint8Array([3]) },
    });
    const message = fromBinary(UserSchema, toBinary(UserNextSchema, next));
    expect(message.$unknown).toHaveLength(2);
    const bytes = users.encode(message);
    const again = users.decode(bytes) as Message;
    expect(again).toEqual(message);
    expect(fromBinary(UserNextSchema, bytes)).toEqual(next);
    expect(users.keeps(again)).toBe(true);
    expect(users.keeps({ $unknown: again.$unknown, ...again })).toBe(true);
  });

  it('takes messages of other editions when they are plain objects, and keeps what is set in them', () => {
    const items = trialOf(protobufCodec(ItemSchema));
    const notes = trialOf(protobufCodec(NoteSchema));
    const item = { ...make(ItemSchema, { sku: 'a', size: 2, part: { note: 'x' } }) } as Record<
      string,
      unknown
    >;
    item['part'] = { ...(item['part'] as object) };
    expect(items.keeps(item)).toBe(true);
    expect(items.decode(items.encode(item))).toEqual({
      $typeName: 'old.Item',
      sku: 'a',
      size: 2,
      part: { $typeName: 'old.Item.Part', note: 'x' },
    });
    expect(items.keeps({ $typeName: 'old.Item', sku: '', count: 0 })).toBe(true);
    expect(notes.keeps({ ...make(NoteSchema, { text: '' }) })).toBe(true);
    expect(fromBinary(NoteSchema, notes.encode({ ...make(NoteSchema, { stars: 0 }) })).$typeName).toBe(
      'fresh.Note',
    );
    // Those with a prototype of their own are none of the value model.
    expect(() => notes.encode(make(NoteSchema, { text: 'a' }))).toThrow('value is an instance of');
  });

  it.each<[string, DescMessage, unknown, string]>([
    [
      'what is no message',
      UserSchema,
      5,
      'value is not what its schema holds: it has to be a message shop.User, as create() makes it',
    ],
    ['an array', UserSchema, [], 'value is not what its schema holds'],
    ['null', UserSchema, null, 'value is not what its schema holds'],
    [
      'another message',
      UserSchema,
      make(UserNextSchema, {}),
      "value.$typeName is not what its schema holds: it has to be 'shop.User'",
    ],
    [
      'a message without its name',
      UserSchema,
      { id: 'u1', roles: [], visits: 0, createdAt: 0n },
      'value.$typeName is missing: make the message with create()',
    ],
    [
      'a message without a field',
      UserSchema,
      { $typeName: 'shop.User', id: 'u1', roles: [], createdAt: 0n },
      'value.visits is missing',
    ],
    [
      'a member of its own',
      UserSchema,
      { ...user({}), more: 1 },
      'value.more is no member of shop.User: leave it out',
    ],
    [
      'an undefined member',
      UserSchema,
      { ...user({}), nickname: undefined },
      'value.nickname is undefined: leave it out, or give it a value',
    ],
    [
      'an undefined member that is always there',
      UserSchema,
      { ...user({}), id: undefined },
      'value.id is undefined',
    ],
    [
      'null in the place of a message',
      UserSchema,
      { ...user({}), address: null },
      'value.address is not what its schema holds: it has to be a message shop.Address',
    ],
    [
      'a number as text',
      UserSchema,
      { ...user({}), visits: '1' },
      'value.visits is not what its schema holds: it has to be an integer of 32 bits without a sign',
    ],
    ['a number out of range', UserSchema, { ...user({}), visits: 2 ** 32 }, 'value.visits is not'],
    ['a negative number', UserSchema, { ...user({}), visits: -1 }, 'value.visits is not'],
    ['a fraction', UserSchema, { ...user({}), visits: 1.5 }, 'value.visits is not'],
    ['-0', UserSchema, { ...user({}), visits: -0 }, 'value.visits is not'],
    [
      'a number for a bigint',
      UserSchema,
      { ...user({}), createdAt: 5 },
      'value.createdAt is not what its schema holds: it has to be a bigint of 64 bits',
    ],
    ['a bigint out of range', UserSchema, { ...user({}), createdAt: 2n ** 63n }, 'value.createdAt is not'],
    [
      'lone surrogates',
      UserSchema,
      { ...user({}), id: '\uD800' },
      'value.id is not what its schema holds: it has to be a string without lone surrogates',
    ],
    [
      'a list that is none',
      UserSchema,
      { ...user({}), roles: 'a' },
      'value.roles is not what its schema holds: it has to be an array',
    ],
    [
      'an odd element',
      UserSchema,
      { ...user({}), roles: ['a', 1] },
      'value.roles[1] is not what its schema holds: it has to be a string',
    ],
    [
      'a fault far down',
      UserSchema,
      { ...user({}), address: { $typeName: 'shop.Address', city: 1, zip: '' } },
      'value.address.city is not',
    ],
    ['a Date', UserSchema, { ...user({}), createdAt: new Date(0) }, 'value.createdAt is not'],
    [
      'a map of JavaScript',
      EverythingSchema,
      { ...everything({}), byName: new Map() },
      'value.byName is not what its schema holds: it has to be a plain object',
    ],
    [
      'a number that does not fit 32 bits of a float',
      EverythingSchema,
      { ...everything({}), float: 0.1 },
      'value.float is not what its schema holds: it has to be a number of 32 bits',
    ],
    [
      'digits with a zero before them',
      EverythingSchema,
      { ...everything({}), digits: '01' },
      'value.digits is not what its schema holds: it has to be a bigint of 64 bits as a string',
    ],
    [
      'digits out of range',
      EverythingSchema,
      { ...everything({}), digits: '9223372036854775808' },
      'value.digits is not',
    ],
    [
      'a Buffer',
      EverythingSchema,
      { ...everything({}), bytes: Buffer.from('a') },
      'value.bytes is not what its schema holds: it has to be a Uint8Array',
    ],
    ['a fraction in an enum', EverythingSchema, { ...everything({}), colour: 0.5 }, 'value.colour is not'],
    [
      'a name of a map that is no number',
      EverythingSchema,
      { ...everything({}), byNumber: { x: '' } },
      'value.byNumber.x is not what its schema holds: it has to be under an integer of 32 bits as a string',
    ],
    [
      'a name of a map in another form',
      EverythingSchema,
      { ...everything({}), byNumber: { '01': '' } },
      'value.byNumber["01"] is not what its schema holds: it has to be under',
    ],
    [
      'a name of a map out of range',
      EverythingSchema,
      { ...everything({}), byLong: { '18446744073709551616': new Uint8Array() } },
      'value.byLong["18446744073709551616"] is not',
    ],
    [
      'a name of a map with lone surrogates',
      EverythingSchema,
      { ...everything({}), byName: { '\uD800': 1 } },
      'it has to be under a string without lone surrogates',
    ],
    [
      'a name of a map that is no truth',
      EverythingSchema,
      { ...everything({}), byTruth: { yes: everything({}) } },
      'value.byTruth.yes is not what its schema holds: it has to be under a boolean',
    ],
    [
      'an odd member of a map',
      EverythingSchema,
      { ...everything({}), byName: { a: 1n } },
      'value.byName.a is not',
    ],
    [
      'an unknown case',
      EverythingSchema,
      { ...everything({}), choice: { case: 'none', value: 1 } },
      'value.choice is not what its schema holds: it has to be { case: undefined }, or { case, value } with one of text, blob, inner, boxed',
    ],
    [
      'a case with an odd value',
      EverythingSchema,
      { ...everything({}), choice: { case: 'text', value: 1 } },
      'value.choice.value is not',
    ],
    [
      'a case without a value',
      EverythingSchema,
      { ...everything({}), choice: { case: 'text' } },
      'value.choice is not',
    ],
    [
      'no case with a value',
      EverythingSchema,
      { ...everything({}), choice: { case: undefined, value: undefined } },
      'value.choice is not',
    ],
    [
      'a case from the prototype of maps',
      EverythingSchema,
      { ...everything({}), choice: { case: 'constructor', value: 1 } },
      'value.choice is not',
    ],
    [
      'JSON with undefined',
      EverythingSchema,
      { ...everything({}), json: { a: undefined } },
      'value.json.a is not what its schema holds: it has to be JSON',
    ],
    [
      'JSON with a date',
      EverythingSchema,
      { ...everything({}), json: { a: [new Date(0)] } },
      'value.json.a[0] is not',
    ],
    ['JSON with a bigint', EverythingSchema, { ...everything({}), json: { a: 1n } }, 'value.json.a is not'],
    [
      'JSON with an odd name',
      EverythingSchema,
      { ...everything({}), json: { '\uD800': 1 } },
      'it has to be under a well-formed name',
    ],
    [
      'JSON that is no object',
      EverythingSchema,
      { ...everything({}), json: [] },
      'value.json is not what its schema holds: it has to be an object of JSON',
    ],
    [
      'an unknown field that is known',
      UserSchema,
      { ...user({}), $unknown: [{ no: 1, wireType: 0, data: new Uint8Array([1]) }] },
      'value.$unknown is not what its schema holds',
    ],
    ['unknown fields that are none', UserSchema, { ...user({}), $unknown: [] }, 'value.$unknown is not'],
    [
      'an unknown field whose data go on',
      UserSchema,
      { ...user({}), $unknown: [{ no: 99, wireType: 0, data: new Uint8Array([1, 1]) }] },
      'value.$unknown is not',
    ],
    [
      'an unknown field whose data are cut off',
      UserSchema,
      { ...user({}), $unknown: [{ no: 99, wireType: 2, data: new Uint8Array([5, 1]) }] },
      'value.$unknown is not',
    ],
    [
      'an unknown field that would be the order',
      UserSchema,
      { ...user({}), $unknown: [{ no: 19_999, wireType: 2, data: new Uint8Array([0]) }] },
      'value.$unknown is not',
    ],
    [
      'an unknown field in another form',
      UserSchema,
      { ...user({}), $unknown: [{ wireType: 0, no: 99, data: new Uint8Array([1]) }] },
      'value.$unknown is not',
    ],
    ['a field that is required', ItemSchema, { $typeName: 'old.Item' }, 'value.sku is missing'],
    [
      'a number that its closed enum does not know',
      ItemSchema,
      { $typeName: 'old.Item', sku: '', size: 3 },
      'value.size is not what its schema holds: it has to be a number of old.Size',
    ],
  ])('refuses %s', (_, schema, value, message) => {
    const trial = trialOf(protobufCodec(schema));
    expect(() => trial.encode(value)).toThrow(message);
    expect(() => trial.encode(value)).toThrow(TypeError);
  });

  it('keeps 100 messages in each other, and refuses more', () => {
    const deep = (levels: number): Message => {
      let message = everything({});
      for (let level = 1; level < levels; level++)
        message = everything(
          level % 2 === 0 ? { self: message } : { choice: { case: 'inner', value: message } },
        );
      return message;
    };
    expect(all.keeps(deep(100))).toBe(true);
    expect(() => all.encode(deep(101))).toThrow('is nested deeper than 100 messages: flatten it');
    const json = (levels: number): Message => {
      let value: unknown = 1;
      for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
      return everything({ json: { a: value } });
    };
    for (let levels = 40; levels < 60; levels++) {
      let bytes: Uint8Array;
      try {
        bytes = all.encode(json(levels));
      } catch (error) {
        expect((error as Error).message).toContain('is nested deeper than 100 messages');
        expect(levels).toBe(49);
        break;
      }
      expect(isSame(all.decode(bytes), json(levels))).toBe(true);
    }
  });

  it('has an id of its own for each message, unless it is given one', () => {
    const codec = protobufCodec(UserSchema);
    expect(codec.id).toMatch(/^pb[\da-f]{6}$/);
    expect(protobufCodec(UserSchema).id).toBe(codec.id);
    expect(protobufCodec(EverythingSchema).id).not.toBe(codec.id);
    expect(protobufCodec(UserSchema, { id: 'users' }).id).toBe('users');
    expect(codec.checks).toBeUndefined();
  });

  it.each<[unknown, unknown, string]>([
    [undefined, {}, 'protobufCodec: schema: expected that of a message'],
    [create(UserSchema), {}, 'protobufCodec: schema: expected that of a message'],
    [{ kind: 'enum', typeName: 'shop.Colour' }, {}, 'protobufCodec: schema: expected that of a message'],
    [UserSchema, null, 'protobufCodec: options: give an object'],
    [UserSchema, { name: 'users' }, "protobufCodec: the option 'name': there is none of this name"],
    [UserSchema, { id: '' }, 'protobufCodec: id: expected 1 to 16 printable ASCII characters'],
    [UserSchema, { id: 'a name too long for it' }, 'protobufCodec: id: expected'],
    [UserSchema, { id: 5 }, 'protobufCodec: id: expected'],
  ])('refuses misuse: %#', (schema, options, message) => {
    const misused = (): unknown => protobufCodec(schema as never, options as never);
    expect(misused).toThrow(TypeError);
    expect(misused).toThrow(message);
  });

  it('shares nothing with what it wrote or read, nor changes it', () => {
    const value = everything({
      bytes: new Uint8Array([1]),
      blobs: [new Uint8Array([2])],
      byLong: { 1: new Uint8Array([3]) },
      wrappedBytes: new Uint8Array([4]),
      choice: { case: 'blob', value: new Uint8Array([5]) },
      $unknown: undefined,
    });
    const unordered = {
      int32: 5,
      ...value,
      $unknown: [{ no: 99, wireType: 2, data: new Uint8Array([1, 9]) }],
    } as unknown as Record<string, unknown>;
    const before = structuredClone(unordered);
    const bytes = protobufCodec(EverythingSchema).encode(unordered, context);
    expect(unordered).toEqual(before);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    const [one, two] = [all.decode(Buffer.from(bytes)), all.decode(bytes)];
    bytes.fill(0xff);
    expect(isSame(one, unordered)).toBe(true);
    expect(isSame(two, unordered)).toBe(true);
  });
});
