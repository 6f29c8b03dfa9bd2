const agent = navigator.userAgent;

export const os: 'linux' | 'mac' | 'windows' = agent.includes('Mac')
  ? 'mac'
  : agent.includes('Windows')
    ? 'windows'
    : 'linux';

/** How the modifier of commands is written on this system's keys. */
export const modifier = os === 'mac' ? '⌘' : 'Ctrl';

/** The same of the key beside it. */
export const alt = os === 'mac' ? '⌥' : 'Alt';
