/** Which lines of a log a selection of text goes over: from, to, one past the last; null where it is within one. */
export function selectedLines(): [from: number, to: number] | null {
  const selection = window.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const { startContainer, endContainer } = selection.getRangeAt(0);
  const [from, to] = [positionOf(startContainer), positionOf(endContainer)];
  if (from === null || to === null || from === to) return null;
  return [from, to + 1];
}

function positionOf(node: Node): number | null {
  const element = node instanceof Element ? node : node.parentElement;
  const row = element?.closest<HTMLElement>('[data-position]');
  return row?.dataset.position === undefined ? null : Number(row.dataset.position);
}
