/** What plain JSON does not keep, and where in a value it is. */
import { isPlain, isPlainContainer } from './plain.ts';

/** A part that was not looked at yet. */
interface Part {
  readonly value: unknown;
  readonly holder: Part | undefined;
  readonly key: string | number;
}

/** Throws a `TypeError` that names the place of the first part which plain JSON does not keep. Returns when there is none. */
export function refuseOthers(value: unknown): void {
  const left: Part[] = [{ value, holder: undefined, key: '' }];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    const { value: container } = part;
    if (typeof container !== 'object' || container === null || !isPlainContainer(container)) {
      if (!isPlain(container)) throw refusal(part);
      continue;
    }
    const names: readonly (string | number)[] = Array.isArray(container)
      ? [...container.keys()]
      : Object.keys(container);
    // The first part is looked at first.
    for (const key of names.toReversed())
      left.push({ value: Reflect.get(container, key), holder: part, key });
  }
}

function refusal(part: Part): TypeError {
  const remedy = part.value === undefined ? 'leave it out, store null' : 'store it as text or plain data';
  return new TypeError(
    `${pathTo(part)} is ${kindOf(part.value)}, which plain JSON does not keep: ${remedy}, or use taggedJsonCodec`,
  );
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object') return typeof value;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null ? 'without a prototype' : `of type ${prototype.constructor.name}`;
}

function pathTo(part: Part): string {
  const steps: string[] = [];
  for (let at = part; at.holder !== undefined; at = at.holder) steps.push(stepOf(at.key));
  const shown = steps.length <= 24 ? steps : [...steps.slice(0, 12), '…', ...steps.slice(-12)];
  return `value${shown.toReversed().join('')}`;
}

function stepOf(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  const name = key.length > 60 ? `${key.slice(0, 59)}…` : key;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
