/** Cloners compiled for the shapes of the values that are read again and again. */
import { cloneValue } from './copying.ts';
import { renewFrozen } from './freezing.ts';
import { fits, type Outline, outlineOf } from './outlines.ts';
import { NativeDate, knownKind } from './values.ts';

export type Cloner = (value: object) => object;

/** Values that look alike, and the function that clones them. */
export interface Shape {
  clone: Cloner;
  /** By which its values are known at little cost, once it is compiled. */
  outline?: Outline | undefined;
}

export interface ClonersOptions {
  /** Values went through `freezeValue`: their frozen parts are shared, and clones are frozen too. */
  readonly frozen: boolean;
  /** Clones of a shape before its cloner is compiled. */
  readonly compileAfter?: number;
  /** Shapes that are counted, and as many that are compiled. */
  readonly maxShapes?: number;
}

/** One value in this many is looked at for its shape, which costs about as much as to clone that many by walking. */
const WALKED = 8;
/** The longest source of a shape. Larger values gain little. */
const MAX_SOURCE = 4_096;
/** How many members of a value are looked at, and how deep. */
const MAX_EFFORT = 1_024;
const MAX_DEPTH = 16;
/** The longest array whose elements are looked at for a common shape. */
const MAX_ALIKE = 128;

/**
 * Gives shapes to private, checked values. A shape is known by the source text of its cloner: text is only ever made of member names,
 * quoted, and of fixed code, and values of one text are cloned right by it, whatever they hold.
 *
 * Where code cannot be made from text (a content security policy, an edge runtime) every shape clones by walking.
 */
export class Cloners {
  /** The shape of values that are cloned by walking. */
  readonly walked: Shape;
  readonly #walk: Cloner;
  readonly #frozen: boolean;
  readonly #compileAfter: number;
  readonly #maxShapes: number;
  readonly #compiled = new Map<string, Shape>();
  readonly #counted = new Map<string, Shape>();
  #canCompile = true;
  /** The compiled shape that was found last. */
  #latest: Shape | undefined;
  #walks = 0;

  constructor({ frozen, compileAfter = 256, maxShapes = 256 }: ClonersOptions) {
    this.#frozen = frozen;
    this.#walk = frozen ? renewFrozen : cloneValue;
    this.walked = { clone: this.#walk };
    this.#compileAfter = compileAfter;
    this.#maxShapes = maxShapes;
  }

  /** The shape of a value, if it is found at little cost or it is this value's turn. */
  guess(value: object): Shape | undefined {
    const latest = this.#latest;
    if (latest?.outline !== undefined && fits(value, latest.outline)) return latest;
    return ++this.#walks % WALKED === 0 ? this.shapeOf(value) : undefined;
  }

  /** The shape of a value. It stays right as long as the value is not changed. */
  shapeOf(value: object): Shape {
    const source = this.#canCompile ? new Source(this.#frozen).of(value) : undefined;
    if (source === undefined) return this.walked;
    const compiled = this.#compiled.get(source);
    if (compiled === undefined) return this.#counted.get(source) ?? this.#count(source);
    this.#latest = compiled;
    return compiled;
  }

  #count(source: string): Shape {
    if (this.#compiled.size >= this.#maxShapes) return this.walked;
    let left = this.#compileAfter;
    const shape: Shape = {
      clone: (value) => {
        if (--left < 0) this.#compile(source, shape, value);
        return this.#walk(value);
      },
    };
    this.#counted.set(source, shape);
    if (this.#counted.size > this.#maxShapes) {
      // The oldest one; it goes on for the values that have it.
      const [oldest] = this.#counted.keys();
      this.#counted.delete(oldest as string);
    }
    return shape;
  }

  #compile(source: string, shape: Shape, value: object): void {
    shape.clone = this.#walk;
    this.#counted.delete(source);
    if (this.#compiled.size >= this.#maxShapes) return;
    try {
      // oxlint-disable-next-line no-implied-eval, no-new-func -- the text is made by Source from fixed code and quoted names
      const make = new Function('Date', 'walk', source) as (date: DateConstructor, walk: Cloner) => Cloner;
      shape.clone = make(NativeDate, this.#walk);
      this.#compiled.set(source, shape);
      // What is frozen is shared where nothing in it can be changed, which is not seen at little cost.
      if (!this.#frozen) shape.outline = outlineOf(value);
      this.#latest = shape;
    } catch {
      this.#canCompile = false;
    }
  }
}

/** Writes the source of the cloner of one value. */
class Source {
  readonly #frozen: boolean;
  #depth: number;
  /** How many more members are looked at. */
  readonly #effort: { left: number };
  /** Functions for the elements of arrays. */
  #helpers = '';
  /** Nested objects, each read once. */
  #locals = '';
  #names = 0;

  constructor(frozen: boolean, depth = 0, effort: { left: number } = { left: MAX_EFFORT }) {
    this.#frozen = frozen;
    this.#depth = depth;
    this.#effort = effort;
  }

  /** `undefined`: the walk is as good, or the only way. */
  of(value: object): string | undefined {
    const result = this.#object(value, 'v');
    if (result === undefined || result === 'walk(v)') return undefined;
    const source = `"use strict";${this.#helpers}return function(v){${this.#locals}return ${result}}`;
    return source.length > MAX_SOURCE ? undefined : source;
  }

  /** An expression for the clone of what `path` gives; `path` itself when that is shared. `undefined`: give up. */
  #object(value: object, path: string): string | undefined {
    const kind = knownKind(value);
    if (kind === 'date') return `new Date(${path}.getTime())`;
    if (kind !== 'plain' && this.#frozen && renewFrozen(value) === value) return path;
    if (kind !== 'plain' && kind !== 'array') return `walk(${path})`;
    if (this.#depth === MAX_DEPTH) return undefined;
    this.#depth++;
    const result =
      kind === 'plain' ? this.#plain(value, path) : this.#array(value as readonly unknown[], path);
    this.#depth--;
    return result;
  }

  #plain(value: object, path: string): string | undefined {
    const local = path === 'v' ? path : this.#name('o');
    const before = this.#locals;
    if (local !== path) this.#locals += `const ${local}=${path};`;
    let text = '';
    let shared = this.#frozen;
    for (const name of Object.keys(value)) {
      if (name === '__proto__' || --this.#effort.left < 0) return undefined;
      // JSON's text of a string is a string literal that nothing in the name can end.
      const quoted = JSON.stringify(name);
      const place = `${local}[${quoted}]`;
      const member: unknown = value[name as keyof typeof value];
      const copy = typeof member === 'object' && member !== null ? this.#object(member, place) : place;
      if (copy === undefined || text.length > MAX_SOURCE) return undefined;
      if (copy !== place) shared = false;
      text += `${quoted}:${copy},`;
    }
    if (!this.#frozen) return `{${text}}`;
    if (!shared) return `Object.freeze({${text}})`;
    this.#locals = before;
    return path;
  }

  #array(value: readonly unknown[], path: string): string | undefined {
    if (value.every((element) => typeof element !== 'object' || element === null)) return `${path}.slice()`;
    const source = this.#common(value);
    if (source === undefined) return `walk(${path})`;
    const [one, all] = [this.#name('f'), this.#name('f')];
    this.#helpers += `const ${one}=(()=>{${source}})();`;
    const text = `const c=a.slice();for(let i=0;i<c.length;i++)c[i]=${one}(c[i]);return c`;
    this.#helpers += `function ${all}(a){${text}}`;
    return this.#frozen ? `Object.freeze(${all}(${path}))` : `${all}(${path})`;
  }

  /** The source all elements have in common. */
  #common(elements: readonly unknown[]): string | undefined {
    if (elements.length > MAX_ALIKE) return undefined;
    let common: string | undefined;
    for (const element of elements) {
      if (typeof element !== 'object' || element === null) return undefined;
      const source = new Source(this.#frozen, this.#depth, this.#effort).of(element);
      if (source === undefined || (common !== undefined && source !== common)) return undefined;
      common = source;
    }
    return common;
  }

  #name(letter: string): string {
    return `${letter}${this.#names++}`;
  }
}
