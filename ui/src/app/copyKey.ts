import { commands } from '../ipc';

const SUFFIX = '-copy';

/** What a copy of an application is suggested to be called: cut where Rust says that it is too long. */
export async function copyKey(key: string): Promise<string> {
  const whole = `${key}${SUFFIX}`;
  const found = await commands.manifestCheck({ key: whole });
  const tooLong = found.find(({ code, field }) => code === 'too_long' && field === 'key');
  const most = Number(tooLong?.params['max'] ?? whole.length);
  return whole.length <= most ? whole : `${key.slice(0, most - SUFFIX.length)}${SUFFIX}`;
}
