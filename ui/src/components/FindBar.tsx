import { ArrowDown, ArrowUp, Search, X } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { closeFind, findIn, markFound, unmark } from '../app/find';
import { number } from '../i18n/format';
import { IconButton } from './Button';
import styles from './FindBar.module.css';
import { smallIcon } from './icon';

/** What was searched for last, for the next time. */
let last = '';

/** Searches the text of the page: Enter goes to the next, with Shift to the one before, Escape closes. */
export function FindBar({ asked }: { asked: number }) {
  const { t } = useTranslation();
  const [text, setText] = useState(last);
  const [found, setFound] = useState<Range[]>([]);
  const [at, setAt] = useState(0);
  const bar = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const from = useRef(document.activeElement);

  // Asked for once more, it has the cursor again.
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [asked]);

  const look = useCallback((words: string) => {
    const page = document.querySelector('main') ?? document.body;
    const next = findIn(page, words);
    setFound(next);
    setAt((before) => Math.min(before, Math.max(0, next.length - 1)));
    return next;
  }, []);
  useFollowedPage(text, look);

  useEffect(() => {
    markFound(found, at);
  }, [found, at]);
  useEffect(() => {
    const before = from.current;
    const element = bar.current;
    return () => {
      unmark();
      // Who went on by a click stays where that was.
      const active = document.activeElement;
      if (active !== document.body && !element?.contains(active)) return;
      if (before instanceof HTMLElement && before.isConnected && before !== document.body) before.focus();
      else document.querySelector<HTMLElement>('main')?.focus();
    };
  }, []);

  const go = (ranges: Range[], next: number) => {
    setAt(next);
    ranges[next]?.startContainer.parentElement?.scrollIntoView({ block: 'center', inline: 'nearest' });
  };
  const step = (by: 1 | -1) => {
    if (found.length > 0) go(found, (at + by + found.length) % found.length);
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  };
  useEscapeWithin(bar);

  return (
    <div ref={bar} role="search" aria-label={t('find.title')} className={styles.bar}>
      <Search {...smallIcon} size={13} />
      <input
        ref={input}
        className={styles.input}
        type="text"
        aria-label={t('find.title')}
        placeholder={t('find.title')}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          last = event.target.value;
          setText(last);
          go(look(last), 0);
        }}
        onKeyDown={keyDown}
      />
      <span role="status" className={styles.count}>
        {text.trim() !== '' &&
          (found.length === 0
            ? t('find.none')
            : t('find.count', { at: number(at + 1), total: number(found.length) }))}
      </span>
      <IconButton
        label={t('find.previous')}
        onClick={() => {
          step(-1);
        }}
      >
        <ArrowUp {...smallIcon} />
      </IconButton>
      <IconButton
        label={t('find.next')}
        onClick={() => {
          step(1);
        }}
      >
        <ArrowDown {...smallIcon} />
      </IconButton>
      <IconButton label={t('find.close')} onClick={closeFind}>
        <X {...smallIcon} />
      </IconButton>
    </div>
  );
}

/** Looks again when the page says something else, once a frame at most. */
function useFollowedPage(text: string, look: (words: string) => void): void {
  useEffect(() => {
    let frame = requestAnimationFrame(() => {
      look(text);
    });
    const observer = new MutationObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        look(text);
      });
    });
    const page = document.getElementById('root') ?? document.body;
    observer.observe(page, { childList: true, characterData: true, subtree: true });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
    };
  }, [text, look]);
}

/** Escape closes the bar that has the focus, and nothing that lies under it. */
function useEscapeWithin(bar: { current: HTMLElement | null }): void {
  useEffect(() => {
    const heard = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape' || !bar.current?.contains(document.activeElement)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      closeFind();
    };
    // Before the panels, which listen at the document.
    window.addEventListener('keydown', heard, true);
    return () => {
      window.removeEventListener('keydown', heard, true);
    };
  }, [bar]);
}
