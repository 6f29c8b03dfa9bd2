/** The nonce that the window's policy gave the inline style of the page; asked before anything else reads it. */
export const nonce: string | undefined = document.querySelector('style')?.nonce || undefined;
