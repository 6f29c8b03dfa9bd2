/**
 * What is dropped on the window goes nowhere: a file or a link would otherwise be opened in its place. Text may
 * be dropped where text is typed.
 */
export function refuseDrops(): () => void {
  const refuse = (event: DragEvent) => {
    // A page that takes files has said so by now.
    if (isTextForField(event) || event.defaultPrevented) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'none';
  };
  document.addEventListener('dragover', refuse);
  document.addEventListener('drop', refuse);
  return () => {
    document.removeEventListener('dragover', refuse);
    document.removeEventListener('drop', refuse);
  };
}

function isTextForField({ target, dataTransfer }: DragEvent): boolean {
  const typed =
    target instanceof Element && target.closest('input, textarea, [contenteditable="true"]') !== null;
  return typed && dataTransfer !== null && !dataTransfer.types.includes('Files');
}
