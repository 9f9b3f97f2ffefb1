/** The prototypes that all objects of a process share, which no bytes may change. */
import { Broken } from '../assert.ts';

const SHARED: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Map.prototype,
  Set.prototype,
  Date.prototype,
  String.prototype,
  Number.prototype,
  Boolean.prototype,
  BigInt.prototype,
  Function.prototype,
  Error.prototype,
  ArrayBuffer.prototype,
  Uint8Array.prototype,
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Object,
  Array,
];

const { getPrototypeOf, setPrototypeOf, getOwnPropertyDescriptor, defineProperty } = Object;

interface Snapshot {
  readonly object: object;
  readonly prototype: object | null;
  readonly members: ReadonlyMap<string | symbol, PropertyDescriptor>;
}

/** How the shared prototypes are when this is made. */
export class Prototypes {
  readonly #snapshots: readonly Snapshot[] = SHARED.map((object) => ({
    object,
    prototype: getPrototypeOf(object) as object | null,
    members: new Map(Reflect.ownKeys(object).map((name) => [name, descriptorOf(object, name)])),
  }));
  #changed: string | undefined;

  /** Undoes every change since then, and remembers one. */
  restore(): void {
    for (const { object, prototype, members } of this.#snapshots) {
      for (const name of Reflect.ownKeys(object)) {
        if (members.has(name)) continue;
        this.#changed = `a shared prototype has a new member, ${String(name)}`;
        Reflect.deleteProperty(object, name);
      }
      for (const [name, descriptor] of members) {
        const now = descriptorOf(object, name);
        if (Object.is(now.value, descriptor.value) && now.get === descriptor.get) continue;
        this.#changed = `a member of a shared prototype was changed, ${String(name)}`;
        defineProperty(object, name, descriptor);
      }
      if (getPrototypeOf(object) === prototype) continue;
      this.#changed = 'a shared prototype has another prototype';
      setPrototypeOf(object, prototype);
    }
  }

  demandUnchanged(): void {
    if (this.#changed !== undefined) throw new Broken(this.#changed);
  }
}

function descriptorOf(object: object, name: string | symbol): PropertyDescriptor {
  return getOwnPropertyDescriptor(object, name) ?? {};
}
