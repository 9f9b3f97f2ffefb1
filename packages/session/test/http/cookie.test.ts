import { describe, expect, test } from 'vitest';
import { sessionCookie, type CookieOptions } from '../../src/http/cookie.ts';

describe('the cookie', () => {
  test('ASVS 3.3, NIST 5.1: is safe by default, and ends with the browser', () => {
    const cookie = sessionCookie();
    expect(cookie.write('token', undefined)).toBe('__Host-sid=token; Path=/; Secure; HttpOnly; SameSite=Lax');
    expect(cookie.write('token', 60)).toBe(
      '__Host-sid=token; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60',
    );
    expect(cookie.clear()).toBe('__Host-sid=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0');
  });

  test('ASVS 3.3.5: is far below the 4,096 bytes of a browser', () => {
    expect(sessionCookie().write('x'.repeat(71), 2_592_000).length).toBeLessThan(200);
  });

  test('is what the options say', () => {
    const options: CookieOptions = {
      name: 'sid',
      path: '/app',
      domain: 'example.org',
      sameSite: 'strict',
      secure: false,
    };
    expect(sessionCookie(options).write('token', undefined)).toBe(
      'sid=token; Path=/app; Domain=example.org; HttpOnly; SameSite=Strict',
    );
  });

  test.each([
    ['__Host-sid=a', 'a'],
    ['x=1; __Host-sid=a; y=2', 'a'],
    ['x=1;__Host-sid=a', 'a'],
    ['__Host-sid=a; __Host-sid=b', 'a'],
    ['__Host-sid=', ''],
    ['__host-sid=a', undefined],
    ['x__Host-sid=a', undefined],
    ['__Host-sid', undefined],
    ['=a', undefined],
    ['', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('of the header %j is %j', (header, token) => {
    expect(sessionCookie().read(header)).toBe(token);
  });

  test.each<[object, RegExp]>([
    [{ domain: 'example.org' }, /must have no domain/],
    [{ path: '/app' }, /the path '\/'/],
    [{ secure: false }, /must be secure/],
    [{ name: '__Secure-sid', secure: false }, /must be secure/],
    [{ name: 'sid', secure: false, sameSite: 'none' }, /'none' needs secure/],
    [{ name: 'a b' }, /give a token/],
    [{ name: '' }, /give a token/],
    [{ name: 'sid', path: '/; Domain=evil' }, /a character that a cookie cannot have/],
    [{ name: 'sid', domain: 'a\r\nb' }, /a character that a cookie cannot have/],
    [{ sameSite: 'loose' }, /give 'lax'/],
    [{ httpOnly: false }, /no option 'httpOnly'/],
  ])('is refused with %j', (options, message) => {
    expect(() => sessionCookie(options)).toThrow(message);
    expect(() => sessionCookie(options)).toThrow(TypeError);
  });
});
