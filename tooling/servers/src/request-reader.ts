/** The commands of a client, cut out of the bytes in which they arrive. */

export interface Request {
  /** In capitals, without arguments: `EVALSHA`. Empty in a stream that is not made of RESP commands, as that of TLS. */
  readonly command: string;
  /** Also the arguments, as text. */
  readonly args: readonly string[];
  /** The whole of it, as it was sent. */
  readonly bytes: Buffer;
}

const LINE = /^([*$])(\d+)\r\n/;
const LONGEST_LINE = 32;

export class RequestReader {
  #chunks: Buffer[] = [];
  #size = 0;
  /** How many bytes there have to be before another look is worth while. */
  #needed = 1;
  #opaque = false;

  /** The commands that are complete with this chunk. A stream that does not start as RESP does comes through chunk by chunk. */
  read(chunk: Buffer): Request[] {
    if (this.#opaque) return [{ command: '', args: [], bytes: chunk }];
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return [];
    let bytes = Buffer.concat(this.#chunks);
    const requests: Request[] = [];
    while (bytes.length > 0) {
      if (bytes[0] !== 0x2a) {
        this.#opaque = true;
        requests.push({ command: '', args: [], bytes });
        bytes = bytes.subarray(bytes.length);
        break;
      }
      const found = this.#readOne(bytes);
      if (found === undefined) break;
      requests.push(found);
      bytes = bytes.subarray(found.bytes.length);
    }
    this.#chunks = [bytes];
    this.#size = bytes.length;
    return requests;
  }

  #readOne(bytes: Buffer): Request | undefined {
    this.#needed = bytes.length + 1;
    const head = readLength(bytes, 0);
    if (head === undefined) return undefined;
    const parts: string[] = [];
    let at = head.next;
    for (let part = 0; part < head.length; part++) {
      const size = readLength(bytes, at);
      if (size === undefined) return undefined;
      at = size.next + size.length + 2;
      if (at > bytes.length) {
        this.#needed = at;
        return undefined;
      }
      parts.push(bytes.toString('utf8', size.next, at - 2));
    }
    this.#needed = 1;
    const [command = '', ...args] = parts;
    return { command: command.toUpperCase(), args, bytes: bytes.subarray(0, at) };
  }
}

function readLength(
  bytes: Buffer,
  at: number,
): { readonly length: number; readonly next: number } | undefined {
  const match = LINE.exec(bytes.toString('latin1', at, at + LONGEST_LINE));
  return match === null ? undefined : { length: Number(match[2]), next: at + match[0].length };
}
