/** What a field holds that is no message. */
import { type DescEnum, ScalarType } from '@bufbuild/protobuf';

/** What a value has to be. */
export interface Kind {
  /** For messages: `an integer of 32 bits`. */
  readonly name: string;
  readonly holds: (value: unknown) => boolean;
}

const INTEGER: Kind = {
  name: 'an integer of 32 bits',
  holds: (value) => typeof value === 'number' && (value | 0) === value && !Object.is(value, -0),
};
const UNSIGNED: Kind = {
  name: 'an integer of 32 bits without a sign',
  holds: (value) => typeof value === 'number' && value >>> 0 === value && !Object.is(value, -0),
};
const LONG: Kind = {
  name: 'a bigint of 64 bits',
  holds: (value) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
};
const UNSIGNED_LONG: Kind = {
  name: 'a bigint of 64 bits without a sign',
  holds: (value) => typeof value === 'bigint' && BigInt.asUintN(64, value) === value,
};

const KINDS: ReadonlyMap<ScalarType, Kind> = /* @__PURE__ */ new Map<ScalarType, Kind>([
  [ScalarType.DOUBLE, { name: 'a number', holds: (value) => typeof value === 'number' }],
  [
    ScalarType.FLOAT,
    {
      name: 'a number of 32 bits',
      holds: (value) => typeof value === 'number' && Object.is(Math.fround(value), value),
    },
  ],
  [ScalarType.BOOL, { name: 'a boolean', holds: (value) => typeof value === 'boolean' }],
  [ScalarType.STRING, { name: 'a string without lone surrogates', holds: isText }],
  [ScalarType.BYTES, { name: 'a Uint8Array', holds: isBytes }],
  [ScalarType.UINT32, UNSIGNED],
  [ScalarType.FIXED32, UNSIGNED],
  [ScalarType.INT64, LONG],
  [ScalarType.SINT64, LONG],
  [ScalarType.SFIXED64, LONG],
  [ScalarType.UINT64, UNSIGNED_LONG],
  [ScalarType.FIXED64, UNSIGNED_LONG],
]);

export function scalarKind(type: ScalarType): Kind {
  return KINDS.get(type) ?? INTEGER;
}

/** Values of the kind as strings: how the names of the members of a map are, and integers of 64 bits where a field wants them so. */
export function textKind(type: ScalarType): Kind {
  const { name, holds } = scalarKind(type);
  const parse =
    type === ScalarType.STRING ? String : type === ScalarType.BOOL ? isTrue : isLong(type) ? BigInt : Number;
  return {
    name: `${name} as a string`,
    holds(text) {
      if (typeof text !== 'string') return false;
      try {
        const value = parse(text);
        return holds(value) && String(value) === text;
      } catch {
        // BigInt throws for what is none.
        return false;
      }
    },
  };
}

function isTrue(text: string): boolean {
  return text === 'true';
}

function isLong(type: ScalarType): boolean {
  const kind = scalarKind(type);
  return kind === LONG || kind === UNSIGNED_LONG;
}

/** The numbers of an enum; an open one may hold others, too. */
export function enumKind({ open, typeName, values }: DescEnum): Kind {
  if (open) return INTEGER;
  const numbers = new Set<unknown>(values.map(({ number }) => number));
  return {
    name: `a number of ${typeName}`,
    holds: (value) => INTEGER.holds(value) && numbers.has(value),
  };
}

export function isText(value: unknown): value is string {
  // Newer than the type library.
  return typeof value === 'string' && (value as string & { isWellFormed(): boolean }).isWellFormed();
}

export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && Object.getPrototypeOf(value) === Uint8Array.prototype;
}
