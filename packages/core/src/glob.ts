/** Globs over keys: `*` any text, `?` one code point, `[a-z]` and `[^a-z]` one of a set, `\` before a literal. */
import type { Pattern } from './engine.ts';

/**
 * Parses a glob. Throws a `TypeError` that names the place for an unclosed `[`, an empty or backward set and a `\` at the end.
 * Matching takes at most the product of both lengths: a pattern from a user cannot hang the process, as a regular expression could.
 */
export function parseGlob(glob: unknown): Pattern {
  if (typeof glob !== 'string' || glob === '') {
    throw new TypeError(
      `the pattern is ${glob === '' ? 'empty' : `a ${typeof glob}`}: give a glob such as 'user:*'`,
    );
  }
  const steps = parse(glob);
  let prefix = '';
  for (const step of steps) {
    if (step.kind !== 'literal') break;
    prefix += step.character;
  }
  return { glob, prefix, matches: (key) => key.startsWith(prefix) && matches(steps, Array.from(key)) };
}

type Step =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'many' }
  | {
      readonly kind: 'set';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [from: number, to: number])[];
    };

function parse(glob: string): readonly Step[] {
  const characters = Array.from(glob);
  const steps: Step[] = [];
  let at = 0;
  const fault = (what: string): never => {
    throw new TypeError(
      `the pattern '${glob}' ${what}: escape the character with \\ if it is meant as it is`,
    );
  };
  const literal = (): string => {
    if (characters[at] === '\\') at += 1;
    return characters[at++] ?? fault('ends in the middle of a character');
  };
  while (at < characters.length) {
    const character = characters[at];
    if (character === '*') {
      if (steps.at(-1)?.kind !== 'many') steps.push({ kind: 'many' });
      at += 1;
    } else if (character === '?') {
      steps.push({ kind: 'one' });
      at += 1;
    } else if (character === '[') {
      at += 1;
      const negated = characters[at] === '^';
      if (negated) at += 1;
      const ranges: [number, number][] = [];
      while (characters[at] !== ']') {
        if (at >= characters.length) fault("has a '[' without ']'");
        const from = literal();
        const ranged = characters[at] === '-' && characters[at + 1] !== ']' && at + 1 < characters.length;
        if (ranged) at += 1;
        const to = ranged ? literal() : from;
        if (codePoint(from) > codePoint(to)) fault(`has the backward range '${from}-${to}'`);
        ranges.push([codePoint(from), codePoint(to)]);
      }
      if (ranges.length === 0) fault('has an empty set');
      at += 1;
      steps.push({ kind: 'set', negated, ranges });
    } else {
      steps.push({ kind: 'literal', character: literal() });
    }
  }
  return steps;
}

/** Greedy matching with one point of return: after a later `*` an earlier one need not be tried again. */
function matches(steps: readonly Step[], key: readonly string[]): boolean {
  let step = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < key.length) {
    const current = steps[step];
    if (current?.kind === 'many') {
      star = step++;
      starAt = at;
    } else if (current !== undefined && accepts(current, key[at] as string)) {
      step += 1;
      at += 1;
    } else if (star >= 0) {
      step = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (steps[step]?.kind === 'many') step += 1;
  return step === steps.length;
}

function accepts(step: Step, character: string): boolean {
  if (step.kind === 'literal') return step.character === character;
  if (step.kind !== 'set') return step.kind === 'one';
  const point = codePoint(character);
  return step.ranges.some(([from, to]) => from <= point && point <= to) !== step.negated;
}

function codePoint(character: string): number {
  return character.codePointAt(0) as number;
}
