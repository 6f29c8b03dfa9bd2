import { alt, modifier } from './platform';

/** What the sheet of shortcuts shows; `keys.ts` does it. */
export const shortcutGroups = [
  {
    heading: 'shortcuts.go',
    shortcuts: [
      { keys: [`${modifier} K`], what: 'shortcuts.palette' },
      { keys: ['g', 'h'], what: 'shortcuts.home' },
      { keys: ['g', 'a'], what: 'shortcuts.applications' },
      { keys: ['g', 'd'], what: 'shortcuts.deployments' },
      { keys: ['g', 'p'], what: 'shortcuts.promote' },
      { keys: ['g', 'l'], what: 'shortcuts.logs' },
      { keys: ['g', 'e'], what: 'shortcuts.environments' },
      { keys: ['g', 'c'], what: 'shortcuts.access' },
      { keys: ['g', 'i'], what: 'shortcuts.api' },
      { keys: [`${alt} ←`], what: 'shortcuts.back' },
      { keys: [`${alt} →`], what: 'shortcuts.forward' },
    ],
  },
  {
    heading: 'shortcuts.lists',
    shortcuts: [
      { keys: ['j', '↓'], what: 'shortcuts.down' },
      { keys: ['k', '↑'], what: 'shortcuts.up' },
      { keys: ['h', 'l', '←', '→'], what: 'shortcuts.sideways' },
      { keys: ['⏎'], what: 'shortcuts.open' },
      { keys: ['d'], what: 'shortcuts.deploy' },
      { keys: ['r'], what: 'shortcuts.rollBack' },
      { keys: ['x'], what: 'shortcuts.select' },
      { keys: ['Shift F10'], what: 'shortcuts.menu' },
      { keys: ['n'], what: 'shortcuts.newApplication' },
      { keys: ['/'], what: 'shortcuts.filter' },
      { keys: ['y'], what: 'shortcuts.copyLink' },
      { keys: ['Y'], what: 'shortcuts.copyForChat' },
    ],
  },
  {
    heading: 'shortcuts.application',
    shortcuts: [
      { keys: ['1', '2', '3', '…'], what: 'shortcuts.tabs' },
      { keys: ['['], what: 'shortcuts.leftEnvironment' },
      { keys: [']'], what: 'shortcuts.rightEnvironment' },
      { keys: ['d'], what: 'shortcuts.deploy' },
      { keys: ['r'], what: 'shortcuts.rollBack' },
      { keys: ['R'], what: 'shortcuts.restart' },
      { keys: [`${modifier} ⏎`], what: 'shortcuts.send' },
      { keys: [`${modifier} S`], what: 'shortcuts.review' },
      { keys: [`${modifier} Z`], what: 'shortcuts.undo' },
    ],
  },
  {
    heading: 'shortcuts.log',
    shortcuts: [
      { keys: ['⏎'], what: 'shortcuts.fields' },
      { keys: ['n'], what: 'shortcuts.nextMatch' },
      { keys: ['N'], what: 'shortcuts.previousMatch' },
      { keys: ['m'], what: 'shortcuts.onlyFound' },
      { keys: ['t'], what: 'shortcuts.goToTime' },
      { keys: ['w'], what: 'shortcuts.wrap' },
      { keys: ['J', 'K'], what: 'shortcuts.pickLines' },
      { keys: ['x'], what: 'shortcuts.mark' },
      { keys: [`${modifier} C`], what: 'shortcuts.copyLines' },
      { keys: ['Home'], what: 'shortcuts.oldest' },
      { keys: ['End', 'G'], what: 'shortcuts.newest' },
    ],
  },
  {
    heading: 'shortcuts.timeline',
    shortcuts: [
      { keys: ['←', '→'], what: 'shortcuts.moments' },
      { keys: ['⏎'], what: 'shortcuts.pickMoment' },
      { keys: ['+', '−', '0'], what: 'shortcuts.closer' },
    ],
  },
  {
    heading: 'shortcuts.window',
    shortcuts: [
      { keys: ['F5', `${modifier} R`], what: 'shortcuts.refresh' },
      { keys: [`${modifier} F`], what: 'shortcuts.find' },
      { keys: [`${modifier} +`, `${modifier} −`, `${modifier} 0`], what: 'shortcuts.zoom' },
      { keys: [modifier], what: 'shortcuts.newWindow' },
      { keys: [`${modifier} B`], what: 'shortcuts.sidebar' },
      { keys: ['Esc'], what: 'shortcuts.close' },
      { keys: [`${modifier} Q`], what: 'shortcuts.quit' },
      { keys: ['?'], what: 'shortcuts.sheet' },
    ],
  },
] as const;
