/** Fields that a schema does not know, and the one in which the order of a message's members is kept. */
import { type DescMessage, type UnknownField } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { isPlain } from './parts.ts';
import { type Place, unexpected } from './refusal.ts';
import { isBytes } from './scalars.ts';

/** Of those that no schema may have. */
const ORDER = 19_999;

/** Refuses what is no list of fields that the library would read again as they are. */
export function checkUnknown(
  value: unknown,
  holder: Place | undefined,
  desc: DescMessage,
): readonly UnknownField[] {
  const fields: readonly unknown[] = Array.isArray(value) ? value : [];
  const known = new Set([ORDER, ...desc.fields.map(({ number }) => number)]);
  if (fields.length > 0 && fields.every((field) => isUnknown(field) && !known.has(field.no)))
    return fields as readonly UnknownField[];
  throw unexpected(
    holder,
    '$unknown',
    'absent, or fields as the library reads them, none of which the schema has',
  );
}

function isUnknown(field: unknown): field is UnknownField {
  if (!isPlain(field) || Object.keys(field).join() !== 'no,wireType,data') return false;
  const { no, wireType, data } = field;
  if (!isBytes(data)) return false;
  try {
    // As it will be written and read.
    const bytes = new BinaryWriter()
      .tag(no as number, wireType as WireType)
      .raw(data)
      .finish();
    const reader = new BinaryReader(bytes);
    const [number, type] = reader.tag();
    return (
      number === no &&
      type === wireType &&
      reader.skip(type, number).length === data.length &&
      reader.pos === bytes.length
    );
  } catch {
    return false;
  }
}

/** What says in which order members are: where each of them stands in the order of the schema. */
export function orderField(positions: readonly number[]): UnknownField {
  const list = new BinaryWriter();
  for (const position of positions) list.uint32(position);
  return {
    no: ORDER,
    wireType: WireType.LengthDelimited,
    data: new BinaryWriter().bytes(list.finish()).finish(),
  };
}

/** The positions that such a field told; `undefined` where there is none. The others are in memory of their own. */
export function split(
  fields: readonly UnknownField[],
): readonly [others: readonly UnknownField[], positions: readonly number[] | undefined] {
  const others: UnknownField[] = [];
  let positions: number[] | undefined;
  for (const { no, wireType, data } of fields) {
    if (no !== ORDER) {
      others.push({ no, wireType, data: new Uint8Array(data) });
      continue;
    }
    const reader = new BinaryReader(new BinaryReader(data).bytes());
    positions = [];
    while (reader.pos < reader.len) positions.push(reader.uint32());
  }
  return [others, positions];
}
