/** From values of the model to what JSON has a form for. */
import { digitsOf } from './bigints.ts';
import { textOfMemory } from './memory.ts';
import { isPlainNumber } from './plain.ts';
import { BARE, BIGINT, DATE, MAP, MARK, NUMBER, SET, UNDEFINED, markedName } from './tags.ts';
import { stranger } from './text.ts';

/** The Date of the machine, whatever a fake clock puts in its place later. */
const NativeDate: DateConstructor = Date;

/** The parts of a container, under their names or indices. */
type Parts = Record<string | number, unknown>;

/** A copy of a value with tags in the place of what JSON has no form for. Without recursion: a value may be nested deeply. */
export function tagged(value: unknown): unknown {
  const root: Parts = { value };
  // Those at the end still hold parts of the original.
  const holders: Parts[] = [root];
  const hold = <Container extends object>(container: Container): Container => {
    holders.push(container as unknown as Parts);
    return container;
  };
  for (const holder of holders) {
    if (Array.isArray(holder))
      for (let at = 0; at < holder.length; at++) holder[at] = formOf(holder[at], hold);
    else for (const name of Object.keys(holder)) holder[name] = formOf(holder[name], hold);
  }
  return root['value'];
}

/** The form of one part. What is handed to `hold` holds parts that have no form yet. */
function formOf(part: unknown, hold: <Container extends object>(container: Container) => Container): unknown {
  switch (typeof part) {
    case 'number':
      return isPlainNumber(part) ? part : { [NUMBER]: Object.is(part, -0) ? '-0' : String(part) };
    case 'undefined':
      return { [UNDEFINED]: true };
    case 'bigint':
      return { [BIGINT]: digitsOf(part) };
    case 'string':
    case 'boolean':
      return part;
    case 'object':
      break;
    case 'function':
    case 'symbol':
      throw stranger();
  }
  if (part === null) return null;
  switch (Object.getPrototypeOf(part)) {
    case Object.prototype:
      return hold(escaped({ ...part }));
    case Array.prototype:
      return hold([...(part as readonly unknown[])]);
    case null:
      return { [BARE]: hold(escaped({ ...part })) };
    case Map.prototype:
      return { [MAP]: Array.from(part as ReadonlyMap<unknown, unknown>, hold) };
    case Set.prototype:
      return { [SET]: hold([...(part as ReadonlySet<unknown>)]) };
  }
  if (part instanceof NativeDate) return { [DATE]: part.toJSON() };
  const [name, base64] = textOfMemory(part);
  return { [`${MARK}${name}`]: base64 };
}

/** The same object, or one that is not taken for a tag. */
function escaped(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const name = markedName(object);
  return name === undefined ? object : { [`${MARK}${name}`]: object[name] };
}
