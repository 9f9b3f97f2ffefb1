/** Messages, by their schemas. */
import { type DescField, type DescMessage, ScalarType, type UnknownField } from '@bufbuild/protobuf';
import { isWrapperDesc } from '@bufbuild/protobuf/wkt';
import {
  JSON_PART,
  type Part,
  checkDepth,
  isPlain,
  kindPart,
  listPart,
  mapPart,
  oneofPart,
} from './parts.ts';
import { type Place, placeOf, refusal, unexpected } from './refusal.ts';
import { enumKind, scalarKind, textKind } from './scalars.ts';
import { checkUnknown, orderField, split } from './unknown-fields.ts';

/** A member of a message. */
interface Member {
  readonly name: string;
  /** Where it stands among the members, in the order in which `create` makes them. */
  readonly position: number;
  /** It is there in each message; others are absent when they are not set. */
  readonly always: boolean;
  readonly part: Part;
}

type Message = Readonly<Record<string, unknown>>;
type PartOf = (desc: DescMessage) => Part;

const UNKNOWN = '$unknown';

/** `FieldPresence.EXPLICIT`: what is not set is absent. */
const EXPLICIT = 1;

/** Makes the part of messages of this schema. */
export function messagePart(schema: DescMessage): Part {
  const parts = new Map<DescMessage, Part>();
  const partOf: PartOf = (desc) => {
    let part = parts.get(desc);
    if (part === undefined) {
      let made: Part | undefined;
      // Made when it is used: a message may hold messages like itself.
      const ready = (): Part => (made ??= partOfMessage(desc, partOf));
      part = {
        draftOf: (value, holder, key, depth) => ready().draftOf(value, holder, key, depth),
        restored: (read) => ready().restored?.(read),
      };
      parts.set(desc, part);
    }
    return part;
  };
  return partOf(schema);
}

function partOfMessage(desc: DescMessage, partOf: PartOf): Part {
  const { typeName } = desc;
  const members = membersOf(desc, partOf);
  const byName = new Map(members.map((member) => [member.name, member]));
  const always = members.filter((member) => member.always);
  const changing = always.filter(({ part }) => part.restored !== undefined);

  return {
    draftOf(value, holder, key, depth) {
      if (!isPlain(value)) throw unexpected(holder, key, `a message ${typeName}, as create() makes it`);
      checkDepth(holder, key, depth);
      const place = placeOf(holder, key);
      const names = Object.keys(value);
      let draft: Record<string, unknown> | undefined;
      let [next, isOrdered, missing] = [0, true, always.length];
      for (let at = 0; at < names.length; at++) {
        const name = names[at] as string;
        // Nearly always it is the one after the last.
        const member = members[next]?.name === name ? members[next] : byName.get(name);
        const part = value[name];
        if (member === undefined) throw refusal(place, name, `is no member of ${typeName}: leave it out`);
        if (part === undefined) throw refusal(place, name, 'is undefined: leave it out, or give it a value');
        if (member.position < next) isOrdered = false;
        next = member.position + 1;
        if (member.always) missing--;
        if (member.part.holds?.(part) === true) continue;
        const drafted = member.part.draftOf(part, place, name, depth + 1);
        if (!Object.is(drafted, part)) (draft ??= { ...value })[name] = drafted;
      }
      if (missing > 0) {
        const first = always.find(({ name }) => !Object.hasOwn(value, name))?.name;
        throw refusal(place, first, 'is missing: make the message with create()');
      }
      if (isOrdered) return draft ?? value;
      const positions = names.map((name) => (byName.get(name) as Member).position);
      return { ...value, ...draft, [UNKNOWN]: [...unknownOf(value), orderField(positions)] };
    },
    restored(read) {
      const message = read as Record<string, unknown>;
      // What is always there comes first; the rest is added in the order in which it is read.
      if (!isPlain(message) || Object.keys(message).length !== always.length) return reordered(message);
      for (const { name, part } of changing) message[name] = part.restored?.(message[name]);
      return message;
    },
  };

  /** A plain object with the members in their order. */
  function reordered(message: Message): Message {
    const [fields, positions] = split(unknownOf(message));
    const order =
      positions === undefined ? members : positions.map((position) => members[position] as Member);
    const into: Record<string, unknown> = {};
    for (const { name, part } of order) {
      const own = Object.hasOwn(message, name) ? message[name] : undefined;
      if (name === UNKNOWN && fields.length > 0) into[name] = fields;
      else if (name !== UNKNOWN && own !== undefined)
        into[name] = part.restored === undefined ? own : part.restored(own);
    }
    if (positions !== undefined) {
      const told = Object.keys(into).length;
      const others =
        Object.keys(message).filter((name) => name !== UNKNOWN).length + (fields.length > 0 ? 1 : 0);
      if (told !== positions.length || told !== others)
        throw new TypeError('the order is that of other members');
    }
    return into;
  }
}

function unknownOf(message: Message): readonly UnknownField[] {
  return (message[UNKNOWN] as readonly UnknownField[] | undefined) ?? [];
}

/** In the order in which `create` makes them, with those that are no fields at the beginning and at the end. */
function membersOf(desc: DescMessage, partOf: PartOf): Member[] {
  const { typeName } = desc;
  const members: Omit<Member, 'position'>[] = [
    {
      name: '$typeName',
      always: true,
      part: kindPart({ name: `'${typeName}'`, holds: (value) => value === typeName }, false),
    },
  ];
  for (const member of desc.members) {
    const { localName: name } = member;
    if (member.kind === 'field') {
      members.push({ name, always: isAlways(member), part: fieldPart(member, partOf) });
      continue;
    }
    const cases = new Map(member.fields.map((field) => [field.localName, valuePart(field, partOf)]));
    members.push({ name, always: true, part: oneofPart(cases) });
  }
  const unknown = {
    draftOf: (value: unknown, holder: Place | undefined) => checkUnknown(value, holder, desc),
    restored: undefined,
  };
  members.push({ name: UNKNOWN, always: false, part: unknown });
  return members.map(({ name, always, part }, position) => ({ name, position, always, part }));
}

function isAlways(field: DescField): boolean {
  return field.fieldKind === 'list' || field.fieldKind === 'map' || (field.presence as number) !== EXPLICIT;
}

function fieldPart(field: DescField, partOf: PartOf): Part {
  const part = valuePart(field, partOf);
  if (field.fieldKind === 'list') return listPart(part);
  return field.fieldKind === 'map' ? mapPart(textKind(field.mapKey), part) : part;
}

/** The part of a single value, of the elements of a list, or of the members of a map. */
function valuePart(field: DescField, partOf: PartOf): Part {
  const { message } = field;
  if (message === undefined) {
    const asText = field.fieldKind !== 'map' && 'longAsString' in field && field.longAsString;
    const kind =
      field.enum === undefined ? (asText ? textKind : scalarKind)(field.scalar) : enumKind(field.enum);
    return kindPart(kind, field.scalar === ScalarType.BYTES);
  }
  if (message.typeName === 'google.protobuf.Struct' && field.parent.typeName !== 'google.protobuf.Value')
    return JSON_PART;
  const [inner] = message.fields;
  // To the library a wrapper that stands by itself is what it wraps.
  return field.fieldKind === 'message' &&
    field.oneof === undefined &&
    inner !== undefined &&
    isWrapperDesc(message)
    ? valuePart(inner, partOf)
    : partOf(message);
}
