/** The values as messages of Protocol Buffers, and their schemas as a compiler would give them. */
import { type DescMessage, create, createFileRegistry } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import type { ValueForm } from './values.ts';

/** Of each message its fields in order; `[]` behind a type: many of it. */
const MESSAGES = {
  Session: { id: 'text', user: 'User', roles: 'text[]', createdAt: 'double', visits: 'int' },
  User: { id: 'int', email: 'text' },
  Order: {
    id: 'text',
    customer: 'Customer',
    notes: 'text',
    items: 'Item[]',
    placedAt: 'double',
  },
  Customer: { name: 'text', email: 'text', street: 'text', city: 'text' },
  Item: { sku: 'text', title: 'text', count: 'int', price: 'double', delivered: 'truth' },
} as const satisfies Record<string, Record<string, string>>;

const SCALARS: Readonly<Record<string, Type>> = {
  text: Type.STRING,
  int: Type.INT32,
  double: Type.DOUBLE,
  truth: Type.BOOL,
};

const FILE = create(FileDescriptorProtoSchema, {
  name: 'bench.proto',
  package: 'bench',
  syntax: 'proto3',
  messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
    name,
    field: Object.entries(fields).map(([field, kind], at) => {
      const type = kind.replace('[]', '');
      return {
        name: field,
        number: at + 1,
        type: SCALARS[type] ?? Type.MESSAGE,
        typeName: type in SCALARS ? '' : `.bench.${type}`,
        label: kind.endsWith('[]') ? Label.REPEATED : Label.OPTIONAL,
      };
    }),
  })),
});

const REGISTRY = createFileRegistry(create(FileDescriptorSetSchema, { file: [FILE] }));

export function schemaOf(form: ValueForm): DescMessage {
  const name = `bench.${form === 'session' ? 'Session' : 'Order'}`;
  const schema = REGISTRY.getMessage(name);
  if (schema === undefined) throw new Error(`no message ${name}`);
  return schema;
}

/** A value as its message. */
export function messageOf(form: ValueForm, value: object): object {
  return create(schemaOf(form), { ...value });
}
