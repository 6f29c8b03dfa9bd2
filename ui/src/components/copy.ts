/** Puts a text on the clipboard. Where the window may not use the clipboard, a selection does it. */
export function copyText(text: string): void {
  if (navigator.clipboard as Clipboard | undefined) {
    navigator.clipboard.writeText(text).catch(() => {
      copyBySelection(text);
    });
    return;
  }
  copyBySelection(text);
}

function copyBySelection(text: string): void {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'visually-hidden';
  document.body.append(area);
  const before = document.activeElement;
  area.select();
  document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
}
