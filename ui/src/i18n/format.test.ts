import { afterEach, describe, expect, it } from 'vitest';
import {
  ago,
  between,
  exactTime,
  isZone,
  logTime,
  memory,
  number,
  timeIn,
  timeOfDay,
  when,
  whenInWords,
  writeAs,
  type Look,
} from './format';
import { i18n, speak } from './i18n';

const USUAL: Look = { language: 'en', zone: 'Europe/Helsinki', hours: 'whole', exact: false, locale: null };
const as = (by: Partial<Look>) => {
  writeAs({ ...USUAL, ...by });
};
/** Spaces of whatever kind an engine writes. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

afterEach(async () => {
  await speak('en');
  as({});
});

describe('times', () => {
  it('are those of the chosen zone, in summer and in winter', () => {
    as({});
    expect(logTime('2026-01-15T12:00:00.007Z')).toBe('14:00:00.007');
    expect(logTime('2026-07-15T12:00:00.007Z')).toBe('15:00:00.007');
    as({ zone: 'America/New_York' });
    expect(logTime('2026-01-15T12:00:00.007Z')).toBe('07:00:00.007');
    as({ zone: 'Asia/Kolkata' });
    expect(logTime('2026-01-15T12:00:00.007Z')).toBe('17:30:00.007');
  });

  it('leave out the hour that summer time leaves out, and have the other one twice', () => {
    as({});
    expect(logTime('2026-03-29T00:59:59.000Z')).toBe('02:59:59.000');
    expect(logTime('2026-03-29T01:00:00.000Z')).toBe('04:00:00.000');
    expect(logTime('2026-10-25T00:30:00.000Z')).toBe('03:30:00.000');
    expect(logTime('2026-10-25T01:30:00.000Z')).toBe('03:30:00.000');
  });

  it('have the day where that is another one in the chosen zone', () => {
    const [evening, now] = ['2026-11-25T21:30:00Z', Date.parse('2026-11-25T22:30:00Z')];
    as({ zone: 'UTC' });
    expect(timeOfDay(evening, now)).toBe('21:30');
    as({});
    expect(timeOfDay(evening, now)).toBe('25 Nov 23:30');
  });

  it('count hours as was chosen, midnight and noon too', () => {
    const at = (hour: string) => timeOfDay(`2026-11-25T${hour}:05:00Z`, Date.parse('2026-11-25T12:00:00Z'));
    as({ zone: 'UTC' });
    expect(['00', '12', '13'].map(at)).toEqual(['00:05', '12:05', '13:05']);
    as({ zone: 'UTC', hours: 'half' });
    expect(['00', '12', '13'].map(at).map(plain)).toEqual(['12:05 am', '12:05 pm', '1:05 pm']);
  });

  it("count hours as the system's people do where nothing was chosen", () => {
    const noon = () => plain(timeOfDay('2026-11-25T13:05:00Z', Date.parse('2026-11-25T13:06:00Z')));
    as({ zone: 'UTC', hours: 'system', locale: 'en-US' });
    expect(noon()).toBe('1:05 pm');
    as({ zone: 'UTC', hours: 'system', locale: 'fi-FI' });
    expect(noon()).toBe('13:05');
    as({ zone: 'UTC', hours: 'system', locale: 'C' });
    expect(noon()).toBe('13:05');
  });

  it("are the system's where the zone is not known here", () => {
    as({ zone: null });
    const local = logTime('2026-01-15T12:00:00.000Z');
    as({ zone: 'Atlantis/Centre' });
    expect(logTime('2026-01-15T12:00:00.000Z')).toBe(local);
    expect(isZone('Atlantis/Centre')).toBe(false);
    expect(isZone('Europe/Helsinki')).toBe(true);
  });

  it('of some zone are shown beside its name', () => {
    as({});
    expect(timeIn('Asia/Tokyo', Date.parse('2026-01-15T12:00:00Z'))).toBe('21:00');
  });

  it('say how long ago or when, as was chosen', () => {
    const [at, now] = ['2026-11-25T12:00:00Z', Date.parse('2026-11-25T12:06:00Z')];
    as({ zone: 'UTC' });
    expect([when(at, now), whenInWords(at, now)]).toEqual(['6 min', '6 min ago']);
    as({ zone: 'UTC', exact: true });
    expect([when(at, now), whenInWords(at, now)]).toEqual(['12:00', '12:00']);
    expect(ago(at, now)).toBe('6 min ago');
  });

  it('that are none are shown as they came, or not at all', () => {
    as({});
    expect(logTime('yesterday')).toBe('yesterday');
    expect([timeOfDay(null, 0), exactTime('never'), when(null, 0)]).toEqual(['', '', '']);
  });
});

describe('in Finnish', () => {
  it('hours are counted to 24 whatever the system does, unless the others were chosen', async () => {
    await speak('fi');
    const afternoon = () => plain(timeOfDay('2026-11-25T13:05:00Z', Date.parse('2026-11-25T13:06:00Z')));
    as({ language: 'fi', zone: 'UTC', hours: 'system', locale: 'en-US' });
    expect(afternoon()).toBe('13.05');
    expect(timeIn('UTC', Date.parse('2026-11-25T13:05:00Z'))).toBe('13.05');
    as({ language: 'fi', zone: 'UTC', hours: 'half', locale: 'en-US' });
    expect(afternoon()).toMatch(/^1.05 ip\.?$/);
  });

  it('numbers, times and lengths are written as Finns write them', async () => {
    await speak('fi');
    as({ language: 'fi', zone: 'UTC' });
    expect(plain(number(1204551))).toBe('1 204 551');
    expect(plain(exactTime('2026-11-25T12:05:09Z'))).toBe('25.11.2026 klo 12.05.09');
    expect(timeOfDay('2026-11-24T12:05:00Z', Date.parse('2026-11-25T12:00:00Z'))).toBe('24.11. 12.05');
    expect(between('2026-11-25T12:00:00.000Z', '2026-11-25T12:00:00.300Z')).toBe('0,3 s');
    expect(memory(1_610_612_736)).toBe('1,5 GiB');
    expect(ago('2026-11-25T12:00:00Z', Date.parse('2026-11-27T12:00:00Z'))).toBe('2 pv sitten');
    expect(logTime('2026-11-25T12:05:09.250Z')).toBe('12:05:09.250');
  });

  it('one and several are told apart, and none is several', async () => {
    await speak('fi');
    const lines = (count: number) => i18n.t('logs.lines', { count, formatted: String(count) });
    expect([0, 1, 2].map(lines)).toEqual(['0 riviä', '1 rivi', '2 riviä']);
  });

  it('the page says so, and English comes back', async () => {
    await speak('fi');
    expect(document.documentElement.lang).toBe('fi');
    expect(i18n.t('settings.title')).toBe('Asetukset');
    await speak('en');
    expect(document.documentElement.lang).toBe('en');
    expect(i18n.t('settings.title')).toBe('Settings');
  });
});
