/** The answers of a server in RESP2, cut out of the bytes in which they arrive. */

/** Integers are numbers, errors are `ReplyError`s, also inside of arrays. */
export type Reply = string | number | null | ReplyError | readonly Reply[];

/** What the server refused, with its own words. */
export class ReplyError extends Error {
  override readonly name: string = 'ReplyError';
  /** The first word: `MOVED`, `NOAUTH`, `ERR`. */
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.code = message.split(' ', 1)[0] ?? '';
  }
}

/** How text and bytes stand for each other. `latin1` keeps every byte, and so keys that are not text. */
export type Encoding = 'utf8' | 'latin1';

/** The reply at an offset and the offset after it; `undefined` when it has not arrived in full. */
export function readReply(
  bytes: Buffer,
  at: number,
  encoding: Encoding,
): { readonly reply: Reply; readonly next: number } | undefined {
  const lineEnd = bytes.indexOf('\r\n', at);
  if (lineEnd === -1) return undefined;
  const line = bytes.toString(encoding, at + 1, lineEnd);
  const next = lineEnd + 2;
  const kind = String.fromCharCode(bytes[at] ?? 0);
  switch (kind) {
    case '+':
      return { reply: line, next };
    case '-':
      return { reply: new ReplyError(line), next };
    case ':':
      return { reply: Number(line), next };
    case '$': {
      const length = Number(line);
      if (length === -1) return { reply: null, next };
      const end = next + length;
      if (bytes.length < end + 2) return undefined;
      return { reply: bytes.toString(encoding, next, end), next: end + 2 };
    }
    case '*': {
      const length = Number(line);
      return length === -1 ? { reply: null, next } : readArray(bytes, next, length, encoding);
    }
    default:
      throw new Error(`not a reply of RESP2: ${JSON.stringify(kind + line)}`);
  }
}

function readArray(
  bytes: Buffer,
  at: number,
  length: number,
  encoding: Encoding,
): { readonly reply: Reply; readonly next: number } | undefined {
  const items: Reply[] = [];
  let next = at;
  for (let index = 0; index < length; index++) {
    const item = readReply(bytes, next, encoding);
    if (item === undefined) return undefined;
    items.push(item.reply);
    next = item.next;
  }
  return { reply: items, next };
}
