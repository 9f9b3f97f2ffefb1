/** From what JSON has a form for to values of the model. */
import { bigintOf } from './bigints.ts';
import { memoryIn } from './memory.ts';
import { BARE, BIGINT, DATE, MAP, MARK, NUMBER, SET, UNDEFINED, markedName } from './tags.ts';
import { malformed } from './text.ts';

/** The Date of the machine, whatever a fake clock puts in its place later. */
const NativeDate: DateConstructor = Date;

type Parts = Record<string | number, unknown>;

/** Puts what they stand for in the place of tags, and gives the value. Without recursion: a text may be nested deeply. */
export function untagged(json: unknown): unknown {
  const root: Parts = { value: json };
  const holders: Parts[] = [root];
  for (const holder of holders) {
    const parts = Array.isArray(holder) ? (holder as readonly unknown[]) : Object.values(holder);
    for (const part of parts) if (isObject(part)) holders.push(part);
  }
  // Inner ones first: a part is looked at when there are no tags left in it.
  for (const holder of holders.toReversed()) {
    if (Array.isArray(holder)) for (let at = 0; at < holder.length; at++) untag(holder, at);
    else for (const name of Object.keys(holder)) untag(holder, name);
  }
  return root['value'];
}

function untag(holder: Parts, key: string | number): void {
  const part = holder[key];
  if (!isObject(part) || isArray(part)) return;
  const mark = markedName(part);
  if (mark !== undefined) holder[key] = valueOf(mark, part[mark]);
}

function isObject(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null;
}

/** Throws for a tag that does not go with its form. */
function valueOf(mark: string, form: unknown): unknown {
  if (mark.startsWith(MARK, 1)) return { [mark.slice(1)]: form };
  switch (mark) {
    case NUMBER:
      if (typeof form === 'string' && /^(?:NaN|-?Infinity|-0)$/.test(form)) return Number(form);
      break;
    case UNDEFINED:
      if (form === true) return undefined;
      break;
    case BIGINT: {
      const value = typeof form === 'string' ? bigintOf(form) : undefined;
      if (value !== undefined) return value;
      break;
    }
    case DATE: {
      const date = new NativeDate((form ?? Number.NaN) as string);
      // The parser of dates guesses.
      if (date.toJSON() === form) return date;
      break;
    }
    case MAP: {
      const map = new Map(isArray(form) && form.every(isPair) ? form : []);
      if (isArray(form) && map.size === form.length) return map;
      break;
    }
    case SET: {
      const set = new Set(isArray(form) ? form : []);
      if (isArray(form) && set.size === form.length) return set;
      break;
    }
    case BARE:
      if (isObject(form) && Object.getPrototypeOf(form) === Object.prototype)
        return { __proto__: null, ...form };
      break;
    default:
      return memoryIn(mark.slice(1), form);
  }
  throw malformed('a misplaced tag');
}

function isArray(form: unknown): form is readonly unknown[] {
  return Array.isArray(form);
}

function isPair(entry: unknown): entry is readonly [unknown, unknown] {
  return isArray(entry) && entry.length === 2;
}
