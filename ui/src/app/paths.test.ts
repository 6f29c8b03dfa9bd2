import { describe, expect, it } from 'vitest';
import { connectionOf, panelFrom, paths, sameAddress } from './paths';

describe('paths', () => {
  it('have connection, application and environment in the address', () => {
    expect(paths.home('team')).toBe('/c/team');
    expect(paths.application('team', 'orders-api', 'prod')).toBe('/c/team/applications/orders-api/prod');
    expect(paths.application('team', 'orders-api', 'prod', 'logs')).toBe(
      '/c/team/applications/orders-api/prod/logs',
    );
  });

  it('carry the panel', () => {
    expect(paths.application('team', 'a', 'dev', 'now', { form: true })).toBe(
      '/c/team/applications/a/dev?deploy=new',
    );
    expect(paths.application('team', 'a', 'dev', 'logs', { deployment: 'd 1' })).toBe(
      '/c/team/applications/a/dev/logs?deploy=d%201',
    );
    expect(panelFrom('new')).toEqual({ form: true });
    expect(panelFrom('dep-1')).toEqual({ deployment: 'dep-1' });
    expect(panelFrom(undefined)).toBeNull();
  });

  it('are the same however the words of a link are written', () => {
    const page = paths.application('team', 'a', 'dev', 'now', { form: true, image: 'r.example/a:1 0' });
    expect(sameAddress('/c/team/applications/a/dev?deploy=new&image=r.example/a:1+0', page)).toBe(true);
    expect(sameAddress(paths.application('team', 'a', 'dev', 'now', { form: true }), page)).toBe(false);
    expect(sameAddress(page.replace('/dev?', '/test?'), page)).toBe(false);
  });

  it('let no name break out of its place', () => {
    expect(paths.application('a/b', '../x', 'd?e#f')).toBe('/c/a%2Fb/applications/..%2Fx/d%3Fe%23f');
    expect(connectionOf(paths.applications('a/b'))).toBe('a/b');
    expect(connectionOf('/settings')).toBeNull();
    expect(connectionOf('/c/%E0%A4%A')).toBeNull();
  });
});
