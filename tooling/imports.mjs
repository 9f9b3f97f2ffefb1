// What a source file asks other modules for: every form of import, types and comments in plain JavaScript included.
import { readFileSync } from 'node:fs';
import { Visitor, parseSync } from 'oxc-parser';

/**
 * @typedef {object} ImportRef
 * @property {string | undefined} specifier `undefined` when the path is computed at run time.
 * @property {number} line counted from 1
 */

/**
 * @typedef {object} SourceFile
 * @property {ImportRef[]} imports in the order of the text
 * @property {number} lines
 * @property {{ message: string, line: number }[]} errors what the parser could not read
 * @property {number[]} otherThanNamedReExports lines of the statements that are not `export { a, b } from '…'`
 */

/** @param {string} path @returns {SourceFile} */
export function readSourceFile(path) {
  return parseSource(path, readFileSync(path, 'utf8'));
}

/** @param {string} path decides the dialect by its ending @param {string} text @returns {SourceFile} */
export function parseSource(path, text) {
  const { program, comments, errors } = parseSync(path, text);
  const lineOf = lineCounter(text);
  /** @type {ImportRef[]} */
  const imports = [];

  /** @param {any} source the node that holds the path @param {number} start */
  const add = (source, start) => imports.push({ specifier: literalOf(source), line: lineOf(start) });

  new Visitor({
    ImportDeclaration: (node) => void add(node.source, node.start),
    ExportNamedDeclaration: (node) => void (node.source && add(node.source, node.start)),
    ExportAllDeclaration: (node) => void add(node.source, node.start),
    ImportExpression: (node) => void add(node.source, node.start),
    TSImportType: (node) => void add(node.source, node.start),
    TSExternalModuleReference: (node) => void add(node.expression, node.start),
    CallExpression: (node) => void (isRequire(node.callee) && add(node.arguments[0], node.start)),
  }).visit(program);

  for (const { value, start } of comments) {
    if (/^\/\s*<reference\s/.test(value)) {
      const target = /\spath=["']([^"']+)["']/.exec(value)?.[1];
      if (target !== undefined)
        imports.push({ specifier: target.replace(/^(?!\.)/, './'), line: lineOf(start) });
    }
    if (!/\.[cm]?js$/.test(path)) continue; // only in JavaScript does a comment carry types
    for (const match of value.matchAll(/\bimport\(\s*(['"])(.+?)\1\s*\)/g)) {
      imports.push({ specifier: match[2], line: lineOf(start + match.index) });
    }
  }

  return {
    imports: imports.toSorted((a, b) => a.line - b.line),
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    errors: errors.map((error) => ({ message: error.message, line: lineOf(error.labels[0]?.start ?? 0) })),
    otherThanNamedReExports: program.body
      .filter(
        (node) => !(node.type === 'ExportNamedDeclaration' && node.source) && !isNamespaceReExport(node),
      )
      .map((node) => lineOf(node.start)),
  };
}

/** @param {any} node */
function isNamespaceReExport(node) {
  return node.type === 'ExportAllDeclaration' && node.exported !== null;
}

/** `require(…)`, `require.resolve(…)` and `import.meta.resolve(…)`. @param {any} callee */
function isRequire(callee) {
  if (callee.type === 'Identifier') return callee.name === 'require';
  if (callee.type !== 'MemberExpression' || callee.property.name !== 'resolve') return false;
  return callee.object.type === 'MetaProperty' || callee.object.name === 'require';
}

/** @param {any} node @returns {string | undefined} */
function literalOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return undefined;
}

/** @param {string} text @returns {(offset: number) => number} */
function lineCounter(text) {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const next = starts.findIndex((start) => start > offset);
    return next === -1 ? starts.length : next;
  };
}
