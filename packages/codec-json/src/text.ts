/** JSON as text. */

/** Reads a text that is one JSON value, with nothing around it. */
export function parsed(text: string): unknown {
  // White space within is of no meaning; around the value it would hide that bytes were appended.
  if (text.charCodeAt(0) > 0x20 && text.charCodeAt(text.length - 1) > 0x20) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // The error of the parser quotes the text.
    }
  }
  throw malformed('no JSON');
}

/** `what`: what stands where. */
export function malformed(what: string): TypeError {
  return new TypeError(`not a value that this codec wrote: ${what}`);
}

/** The text of what JSON has a form for, and nothing else. */
export function stringified(json: unknown): string {
  try {
    return JSON.stringify(json);
  } catch (error) {
    // How deep a value is nested must not decide whether the stack is deep enough.
    if (error instanceof RangeError) return deepTextOf(json);
    throw error;
  }
}

/** What `JSON.stringify` gives, without recursion. */
function deepTextOf(json: unknown): string {
  let text = '';
  // What is to be written, the next at the end: text as it is, and values each in an array.
  const left: (string | readonly [value: unknown])[] = [[json]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const value = next[0];
    if (typeof next === 'string') text += next;
    else if (typeof value !== 'object' || value === null) text += JSON.stringify(value);
    else {
      const isArray = Array.isArray(value);
      const members = Object.entries(value);
      text += isArray ? '[' : '{';
      left.push(isArray ? ']' : '}');
      for (let at = members.length - 1; at >= 0; at--) {
        const [name, member] = members[at] as [string, unknown];
        left.push([member], (at > 0 ? ',' : '') + (isArray ? '' : `${JSON.stringify(name)}:`));
      }
    }
  }
  return text;
}

/** For what core lets no codec see. */
export function stranger(): TypeError {
  return new TypeError('not of the value model');
}
