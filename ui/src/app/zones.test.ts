import { describe, expect, it } from 'vitest';
import { minuteOf, minuteWords } from './minutes';
import { foundZones, systemZone } from './zones';

describe('time zones', () => {
  it('are found by a city, and by words in any order', () => {
    expect(foundZones('helsinki')).toEqual(['Europe/Helsinki']);
    expect(foundZones('new york')[0]).toBe('America/New_York');
    expect(foundZones('york america')).toContain('America/New_York');
    expect(foundZones('nowhere at all')).toEqual([]);
  });

  it('have what begins as it is typed first', () => {
    expect(foundZones('tok')[0]).toBe('Asia/Tokyo');
  });

  it('are all there before anything is typed, each once, and the system has one', () => {
    const all = foundZones('');
    expect(all.length).toBeGreaterThan(200);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toContain('UTC');
    expect(systemZone()).not.toBe('');
  });
});

describe('a time of day', () => {
  it.each([
    ['22:00', 1320],
    ['7', 420],
    ['7.30', 450],
    [' 00:00 ', 0],
    ['23:59', 1439],
  ])('is read: %s', (typed, minute) => {
    expect(minuteOf(typed)).toBe(minute);
  });

  it.each(['', '24:00', '12:60', '7:5', '-1', 'noon', '123', '12:00:00'])('is not read: "%s"', (typed) => {
    expect(minuteOf(typed)).toBeNull();
  });

  it('is read as it is written, every minute of a day', () => {
    const all = Array.from({ length: 1440 }, (_, minute) => minute);
    expect(all.filter((minute) => minuteOf(minuteWords(minute)) !== minute)).toEqual([]);
  });
});
