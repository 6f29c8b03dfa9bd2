import { age, ago, between, duration, memory, number, percent } from '../i18n/format';
import type { Translate } from '../i18n/i18n';
import type { Answer, AnswerPart, ConnectionId, Evidence } from '../ipc';
import { imageWords } from './image';
import { shownPattern } from './logNews';
import { paths } from './paths';
import { oneLine } from './printable';

type Fact = AnswerPart['fact'];

/** A piece of the sentence: a part of the answer, or what stands between two of them. */
export type Piece = { text: string; part: AnswerPart | null };

/** Where a part stands: how it is; what is wrong; what was before; what the log says. */
const PLACES = {
  well: 0,
  stopped: 0,
  deploying: 0,
  unknown: 0,
  stoppedWithError: 0,
  health: 0,
  runsOn: 0,
  failed: 0,
  turned: 0,
  check: 1,
  says: 1,
  noAnswer: 1,
  item: 1,
  memory: 1,
  otherToo: 1,
  afterOther: 2,
  afterDeployment: 2,
  afterConfiguration: 2,
  errors: 3,
  most: 3,
} satisfies Record<Fact['code'], number>;

/** What stands before the first part of a place; within one there is a comma. */
const BEFORE = ['', ': ', ', ', '; '];
const MEBIBYTE = 2 ** 20;
/** Characters of what others say: a sentence is read at a glance, and its evidence has the whole. */
const LONGEST = 300;

/**
 * The answer as the sentence it is, in pieces, each with the part it is made of. A deployment that `waits` has not
 * begun.
 */
export function answerPieces(answer: Answer, t: Translate, now: number, waits = false): Piece[] {
  const parts = [...answer.parts].sort((a, b) => PLACES[a.fact.code] - PLACES[b.fact.code]);
  const pieces: Piece[] = [];
  let last: number | null = null;
  for (const part of parts) {
    const place = PLACES[part.fact.code];
    const text = oneLine(factWords(part.fact, t, now, waits));
    if (last === null) pieces.push({ text: text.charAt(0).toUpperCase() + text.slice(1), part });
    else pieces.push({ text: last === place ? ', ' : (BEFORE[place] ?? ', '), part: null }, { text, part });
    last = place;
  }
  if (pieces.length > 0) pieces.push({ text: '.', part: null });
  return pieces;
}

/** The answer as plain text, to copy and to tell. */
export function answerText(answer: Answer, t: Translate, now = Date.now()): string {
  return answerPieces(answer, t, now)
    .map(({ text }) => text)
    .join('');
}

/** The page that shows where a part is from. */
export function evidencePath(
  connection: ConnectionId,
  application: string,
  environment: string,
  evidence: Evidence,
): string {
  switch (evidence.kind) {
    case 'check':
    case 'span':
      return paths.application(connection, application, environment);
    case 'deployment':
      return paths.application(connection, application, environment, 'now', { deployment: evidence.id });
    case 'configuration':
      return paths.configuration(connection, application, environment, 'table');
    case 'place':
      return paths.application(connection, evidence.application, evidence.environment);
    case 'log': {
      const { from, words } = evidence;
      return paths.logs(connection, application, environment, {
        levels: 'errors',
        from,
        ...(words === null ? {} : { text: words }),
      });
    }
  }
}

function factWords(fact: Fact, t: Translate, now: number, waits: boolean): string {
  switch (fact.code) {
    case 'well':
      return t('answer.well');
    case 'stopped':
      return t('answer.stopped');
    case 'unknown':
      return t('answer.unknown');
    case 'stoppedWithError':
      return t('answer.stoppedWithError');
    case 'noAnswer':
      return t('answer.noAnswer');
    case 'deploying': {
      const tag = imageWords(fact.from, fact.to).to;
      if (waits) return t('answer.waits', { tag });
      // Before its first step is done there is nothing to count.
      if (fact.progress === null || fact.progress <= 0) return t('answer.deployingPlain', { tag });
      return t('answer.deploying', { tag, percent: percent(fact.progress) });
    }
    case 'health': {
      const state = t(`state.${fact.state}`);
      return fact.since === null ? state : t('answer.healthFor', { state, age: age(fact.since, now) });
    }
    case 'runsOn':
      return t('answer.runsOn', { tag: imageWords(null, fact.image).to });
    case 'failed': {
      const change = changeWords(fact.from, fact.to);
      return fact.at === null
        ? t('answer.failed', { change })
        : t('answer.failedAgo', { change, ago: ago(fact.at, now) });
    }
    case 'turned': {
      const words = { count: fact.count, time: age(fact.first, now) };
      return fact.ended ? t('answer.ended', words) : t('answer.turned', words);
    }
    case 'check': {
      const { name, message } = fact;
      return message === null
        ? t('answer.checkFails', { name })
        : t('answer.check', { name, message: unended(message) });
    }
    case 'says':
      return unended(fact.words);
    case 'item': {
      const { name } = fact;
      if (!fact.set) return t('answer.itemUnset', { name });
      return fact.changed ? t('answer.itemChanged', { name }) : t('answer.item', { name });
    }
    case 'memory':
      return t('answer.memory', {
        first: memory(fact.first * MEBIBYTE),
        last: memory(fact.last * MEBIBYTE),
        time: duration(fact.seconds * 1000),
      });
    case 'afterDeployment':
      return t('answer.afterDeployment', {
        time: between(fact.at, fact.began),
        change: changeWords(fact.from, fact.to),
      });
    case 'afterConfiguration':
      return t('answer.afterConfiguration', { time: between(fact.at, fact.began) });
    case 'afterOther':
      return t('answer.afterOther', {
        time: between(fact.at, fact.began),
        application: fact.application,
      });
    case 'otherToo':
      return t(fact.stopped ? 'answer.otherStopped' : 'answer.otherToo', { application: fact.application });
    case 'errors': {
      const words = { count: fact.count, formatted: number(fact.count) };
      return fact.since === null
        ? t('answer.errors', words)
        : t('answer.errorsIn', { ...words, time: age(fact.since, now) });
    }
    case 'most':
      return t(fact.newly ? 'answer.mostNew' : 'answer.most', { pattern: shownPattern(fact.pattern) });
  }
}

/** "1.3.9 → 1.4.0" */
function changeWords(before: string | null, after: string | null): string {
  const { from, to } = imageWords(before, after);
  return from === '' || from === to ? to : `${from} → ${to}`;
}

/** Words without the stop at their end: the sentence has its own. */
function unended(words: string): string {
  const said = words.trim().replace(/[.…]+$/, '');
  return said.length > LONGEST ? `${said.slice(0, LONGEST).trimEnd()}…` : said;
}
