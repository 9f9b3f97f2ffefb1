import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService, type Service } from '../src/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ provider: 'memory', port: 0, latency: 0, http2: false, probe: false });
});
afterAll(() => service.close());

test.each([
  ['/', 'text/html; charset=utf-8'],
  ['/my-devices.js', 'text/javascript; charset=utf-8'],
  ['/my-devices.css', 'text/css; charset=utf-8'],
])('%s comes with rules that let nothing else run', async (path, type) => {
  const response = await fetch(`${service.url}${path}`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(type);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  const rules = (response.headers.get('content-security-policy') ?? '').split('; ');
  expect(rules).toEqual(expect.arrayContaining(["default-src 'none'", "frame-ancestors 'none'"]));
  expect(rules.join(' ')).not.toMatch(/unsafe|\*|http/);
  expect(response.headers.getSetCookie()).toEqual([]);
});

test('the page needs no exception from its rules, and is made for everybody', async () => {
  const html = await (await fetch(`${service.url}/`)).text();
  expect(html).not.toMatch(/\son\w+=|\sstyle=|<style|javascript:|<script(?![^>]*\ssrc="\/)/i);
  expect(html).toMatch(/<html lang="en">/);
  // Every field is in a label of its own, and what is said is said aloud.
  const fields = html.match(/<input\b/g)?.length;
  const labelled = html.match(/<label>(?:(?!<\/label>)[\s\S])*<input\b/g)?.length;
  expect(fields).toBeGreaterThan(5);
  expect(labelled).toBe(fields);
  expect(html).toContain('role="status"');
});

test('its script writes text, and never markup', async () => {
  const script = await (await fetch(`${service.url}/my-devices.js`)).text();
  expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/);
});
