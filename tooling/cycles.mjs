// Cycles among the files of one unit.

/** @typedef {{ from: string, to: string, line: number }} Edge an import of one file by another */

/**
 * A shortest cycle for every group of files that reach each other.
 *
 * @param {Map<string, Edge[]>} graph
 * @returns {[Edge, ...Edge[]][]}
 */
export function cyclesIn(graph) {
  /** @type {[Edge, ...Edge[]][]} */
  const cycles = [];
  const told = new Set();
  for (const start of graph.keys()) {
    if (told.has(start)) continue;
    const cycle = shortestWayBack(graph, start);
    if (cycle === undefined) continue;
    for (const file of mutuallyReachable(graph, start)) told.add(file);
    cycles.push(cycle);
  }
  return cycles;
}

/** @param {Map<string, Edge[]>} graph @param {string} start @returns {[Edge, ...Edge[]] | undefined} */
function shortestWayBack(graph, start) {
  /** @type {Map<string, Edge>} */
  const cameBy = new Map();
  const queue = [start];
  for (const from of queue) {
    for (const edge of graph.get(from) ?? []) {
      if (edge.to === start) {
        /** @type {[Edge, ...Edge[]]} */
        const way = [edge];
        for (let back = edge; back.from !== start;) {
          back = /** @type {Edge} */ (cameBy.get(back.from));
          way.unshift(back);
        }
        return way;
      }
      if (cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, edge);
      queue.push(edge.to);
    }
  }
  return undefined;
}

/** @param {Map<string, Edge[]>} graph @param {string} start */
function mutuallyReachable(graph, start) {
  const reach = (/** @type {string} */ from) => {
    const seen = new Set([from]);
    for (const file of seen) for (const { to } of graph.get(file) ?? []) seen.add(to);
    return seen;
  };
  return [...reach(start)].filter((file) => reach(file).has(start));
}
