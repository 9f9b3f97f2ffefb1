/** What is still to be undone when the process ends before its owner undid it. */

const leftovers = new Set<() => void>();

/** Has `undo` run when the process ends, unless the function that is returned is called before. */
export function undoAtExit(undo: () => void): () => void {
  if (leftovers.size === 0) process.on('exit', undoAll);
  leftovers.add(undo);
  return () => {
    if (leftovers.delete(undo) && leftovers.size === 0) process.off('exit', undoAll);
  };
}

function undoAll(): void {
  for (const undo of leftovers) undo();
}
