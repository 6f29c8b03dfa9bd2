import { beforeEach, describe, expect, it } from 'vitest';
import { replaceIpc } from '../ipc';
import { createFake } from '../ipc/fake/fake';
import type { Fake } from '../ipc/fake/options';
import { callsOf } from '../test/renderApp';
import { followNewWindows } from './newWindows';

followNewWindows();

describe('a link in a window of its own', () => {
  let fake: Fake;
  let followed: number;

  beforeEach(() => {
    fake = createFake();
    replaceIpc(fake);
    followed = 0;
    document.body.innerHTML = `
      <a href="#/c/one/applications/shop/dev?deploy=new"><b>shop</b></a>
      <a href="https://example.com/#/c/one">elsewhere</a>
      <a href="#rows">rows</a>
      <button>no link</button>`;
    for (const link of document.querySelectorAll('a'))
      link.addEventListener('click', (event) => {
        event.preventDefault();
        followed += 1;
      });
  });

  const click = (selector: string, how: MouseEventInit, type = 'click') => {
    const event = new MouseEvent(type, { bubbles: true, cancelable: true, ...how });
    document.querySelector(selector)?.dispatchEvent(event);
    return event;
  };
  const opened = () => callsOf(fake, 'windowOpen').map(([address]) => address as string);

  it.each([
    ['with Ctrl', { ctrlKey: true }, 'click'],
    ['with ⌘', { metaKey: true }, 'click'],
    ['with the middle button', { button: 1 }, 'auxclick'],
  ])('is opened %s, and not here', (_, how, type) => {
    expect(click('b', how, type).defaultPrevented).toBe(true);
    expect(opened()).toEqual(['/c/one/applications/shop/dev?deploy=new']);
    expect(followed).toBe(0);
  });

  it('is followed here by a plain click', () => {
    click('b', {});
    expect([opened(), followed]).toEqual([[], 1]);
  });

  it('is none of what leads to no page of the app', () => {
    for (const other of ['a[href^=https]', 'a[href="#rows"]', 'button']) click(other, { ctrlKey: true });
    click('b', { button: 2 }, 'auxclick');
    expect(opened()).toEqual([]);
  });
});
