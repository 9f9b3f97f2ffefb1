/** The page "my devices", and what a browser is told about it. */
import { readFileSync } from 'node:fs';
import { Hono } from 'hono';

const FILES = [
  { path: '/', file: 'my-devices.html', type: 'text/html; charset=utf-8' },
  { path: '/my-devices.js', file: 'my-devices.js', type: 'text/javascript; charset=utf-8' },
  { path: '/my-devices.css', file: 'my-devices.css', type: 'text/css; charset=utf-8' },
] as const;

/** Nothing but the page's own files runs or is loaded, no text becomes markup, and nobody puts the page into a frame. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
} as const;

export function pageRoutes(): Hono {
  const routes = new Hono();
  for (const { path, file, type } of FILES) {
    const content = readFileSync(new URL(`../page/${file}`, import.meta.url), 'utf8');
    routes.get(path, (context) => context.body(content, 200, { ...HEADERS, 'content-type': type }));
  }
  return routes;
}
