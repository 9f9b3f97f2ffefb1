/** Schemas as a compiler of Protocol Buffers would give them, from descriptors written by hand. */
import { type DescMessage, type MessageInitShape, create, createFileRegistry } from '@bufbuild/protobuf';
import {
  Edition,
  FieldDescriptorProto_Label as Label,
  FieldOptions_JSType as JsType,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from '@bufbuild/protobuf/wkt';

type FileInit = MessageInitShape<typeof FileDescriptorProtoSchema>;
type MessageInit = NonNullable<FileInit['messageType']>[number];
type FieldInit = NonNullable<MessageInit['field']>[number];

const IMPORTS = [file_google_protobuf_struct, file_google_protobuf_timestamp, file_google_protobuf_wrappers];

function schemasOf(file: FileInit): (name: string) => DescMessage {
  const set = create(FileDescriptorSetSchema, {
    file: [
      ...IMPORTS.map(({ proto }) => proto),
      create(FileDescriptorProtoSchema, { dependency: IMPORTS.map(({ proto }) => proto.name), ...file }),
    ],
  });
  const registry = createFileRegistry(set);
  return (name) => {
    const message = registry.getMessage(`${file.package}.${name}`);
    if (message === undefined) throw new Error(`no message ${name}`);
    return message;
  };
}

const one = (name: string, number: number, type: Type, more: Partial<FieldInit> = {}): FieldInit =>
  ({ name, number, type, label: Label.OPTIONAL, ...more }) as FieldInit;
const many = (name: string, number: number, type: Type, more: Partial<FieldInit> = {}): FieldInit =>
  one(name, number, type, { label: Label.REPEATED, ...more });
const message = (name: string, number: number, typeName: string, more: Partial<FieldInit> = {}): FieldInit =>
  one(name, number, Type.MESSAGE, { typeName, ...more });

/** The entry of a map, and the field that has it. */
function map(
  parent: string,
  name: string,
  number: number,
  key: Type,
  value: FieldInit,
): [MessageInit, FieldInit] {
  const entry = `${name[0]?.toUpperCase()}${name.slice(1)}Entry`;
  return [
    {
      name: entry,
      field: [one('key', 1, key), { ...value, name: 'value', number: 2 }],
      options: { mapEntry: true },
    },
    many(name, number, Type.MESSAGE, { typeName: `.shop.${parent}.${entry}` }),
  ];
}

const MAPS = [
  map('Everything', 'byName', 40, Type.STRING, one('value', 2, Type.INT32)),
  map('Everything', 'byNumber', 41, Type.INT32, one('value', 2, Type.STRING)),
  map('Everything', 'byLong', 42, Type.UINT64, one('value', 2, Type.BYTES)),
  map('Everything', 'byTruth', 43, Type.BOOL, message('value', 2, '.shop.Everything')),
  map('Everything', 'byEnum', 44, Type.STRING, one('value', 2, Type.ENUM, { typeName: '.shop.Colour' })),
];

const proto3 = schemasOf({
  name: 'shop.proto',
  package: 'shop',
  syntax: 'proto3',
  enumType: [
    {
      name: 'Colour',
      value: [
        { name: 'COLOUR_NONE', number: 0 },
        { name: 'COLOUR_RED', number: 1 },
      ],
    },
  ],
  messageType: [
    {
      name: 'User',
      field: [
        one('id', 1, Type.STRING),
        message('address', 2, '.shop.Address'),
        many('roles', 3, Type.STRING),
        one('visits', 4, Type.UINT32),
        one('nickname', 5, Type.STRING, { proto3Optional: true, oneofIndex: 0 }),
        one('created_at', 6, Type.INT64),
      ],
      oneofDecl: [{ name: '_nickname' }],
    },
    { name: 'Address', field: [one('city', 1, Type.STRING), one('zip', 2, Type.STRING)] },
    {
      name: 'UserNext',
      field: [one('id', 1, Type.STRING), one('later', 9, Type.BYTES), message('next', 10, '.shop.UserNext')],
    },
    {
      name: 'Everything',
      nestedType: MAPS.map(([entry]) => entry),
      field: [
        one('double', 1, Type.DOUBLE),
        one('float', 2, Type.FLOAT),
        one('int32', 3, Type.INT32),
        one('uint32', 4, Type.UINT32),
        one('sint32', 5, Type.SINT32),
        one('fixed32', 6, Type.FIXED32),
        one('sfixed32', 7, Type.SFIXED32),
        one('int64', 8, Type.INT64),
        one('uint64', 9, Type.UINT64),
        one('sint64', 10, Type.SINT64),
        one('fixed64', 11, Type.FIXED64),
        one('sfixed64', 12, Type.SFIXED64),
        one('bool', 13, Type.BOOL),
        one('string', 14, Type.STRING),
        one('bytes', 15, Type.BYTES),
        one('colour', 16, Type.ENUM, { typeName: '.shop.Colour' }),
        one('digits', 17, Type.INT64, { options: { jstype: JsType.JS_STRING } }),
        message('self', 18, '.shop.Everything'),
        message('json', 19, '.google.protobuf.Struct'),
        message('wrapped', 20, '.google.protobuf.Int32Value'),
        message('wrappedBytes', 21, '.google.protobuf.BytesValue'),
        message('at', 22, '.google.protobuf.Timestamp'),
        message('value', 23, '.google.protobuf.Value'),
        one('maybe', 24, Type.INT32, { proto3Optional: true, oneofIndex: 1 }),
        one('text', 25, Type.STRING, { oneofIndex: 0 }),
        one('blob', 26, Type.BYTES, { oneofIndex: 0 }),
        message('inner', 27, '.shop.Everything', { oneofIndex: 0 }),
        message('boxed', 28, '.google.protobuf.StringValue', { oneofIndex: 0 }),
        many('ints', 30, Type.INT32),
        many('blobs', 31, Type.BYTES),
        many('selves', 32, Type.MESSAGE, { typeName: '.shop.Everything' }),
        many('longs', 33, Type.SINT64),
        many('structs', 34, Type.MESSAGE, { typeName: '.google.protobuf.Struct' }),
        many('colours', 35, Type.ENUM, { typeName: '.shop.Colour' }),
        ...MAPS.map(([, field]) => field),
      ],
      oneofDecl: [{ name: 'choice' }, { name: '_maybe' }],
    },
  ],
});

export const UserSchema: DescMessage = proto3('User');
export const UserNextSchema: DescMessage = proto3('UserNext');
export const EverythingSchema: DescMessage = proto3('Everything');

const proto2 = schemasOf({
  name: 'old.proto',
  package: 'old',
  syntax: 'proto2',
  enumType: [
    {
      name: 'Size',
      value: [
        { name: 'SMALL', number: 1 },
        { name: 'LARGE', number: 2 },
      ],
    },
  ],
  messageType: [
    {
      name: 'Item',
      field: [
        one('sku', 1, Type.STRING, { label: Label.REQUIRED }),
        one('count', 2, Type.INT32, { defaultValue: '7' }),
        one('size', 3, Type.ENUM, { typeName: '.old.Size' }),
        one('part', 4, Type.GROUP, { typeName: '.old.Item.Part' }),
      ],
      nestedType: [{ name: 'Part', field: [one('note', 1, Type.STRING)] }],
    },
  ],
});

export const ItemSchema: DescMessage = proto2('Item');

const editions = schemasOf({
  name: 'new.proto',
  package: 'fresh',
  syntax: 'editions',
  edition: Edition.EDITION_2023,
  messageType: [{ name: 'Note', field: [one('text', 1, Type.STRING), one('stars', 2, Type.INT32)] }],
});

export const NoteSchema: DescMessage = editions('Note');
