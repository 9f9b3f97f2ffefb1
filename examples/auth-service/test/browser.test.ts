/** The page in a real browser: two contexts are two devices. */
import { CHROMIUM_ARGUMENTS, findChromium } from '@cache/test-servers/chromium';
import axe, { type AxeResults } from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { PASSWORD } from '../src/database/seed.ts';
import { startService, type Service } from '../src/service.ts';
import { authenticator } from './authenticator.ts';

// Milliseconds: a bound for a machine that is busy with other tests, and for one that has to fetch the browser.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const isLong = process.env['CACHE_LONG'] === '1';
const found = await findChromium(isLong ? 600_000 : 45_000);
if (found.missing !== undefined && !isLong)
  console.warn(`the page is not tried in a browser: ${found.missing}; npm run test:all insists on it`);

const PHONE = {
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
  viewport: { width: 390, height: 844 },
};
const LAPTOP = { viewport: { width: 820, height: 900 }, locale: 'en-GB', timezoneId: 'UTC' };

// `npm run test:all` fails where there is no browser; an ordinary run goes on and says so.
describe.skipIf(found.missing !== undefined && !isLong)('the page "my devices"', () => {
  const stack = new AsyncDisposableStack();
  let browser: Browser;
  let service: Service;
  let contexts: BrowserContext[];
  /** What went wrong in a page that nobody saw. */
  let faults: string[];

  beforeAll(async () => {
    if (found.path === undefined) throw new Error(found.missing);
    browser = await chromium.launch({ executablePath: found.path, args: [...CHROMIUM_ARGUMENTS] });
    stack.defer(() => browser.close());
    service = await startService({ provider: 'memory', port: 0, latency: 0, http2: false, probe: false });
    stack.defer(() => service.close());
  });
  afterAll(() => stack.disposeAsync());
  beforeEach(() => {
    contexts = [];
    faults = [];
  });
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    expect(faults).toEqual([]);
  });

  /** A device that looks at the page. */
  async function device(options: Parameters<Browser['newContext']>[0] = LAPTOP): Promise<Page> {
    const context = await browser.newContext(options);
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      // What its rules forbid is told there; an answer of 401 is, too, and is expected.
      if (message.type() === 'error' && !message.text().includes('status of 401'))
        faults.push(message.text());
    });
    await page.goto(service.url);
    return page;
  }

  async function logIn(page: Page, email: string, password = PASSWORD): Promise<void> {
    const form = page.getByRole('form', { name: 'Log in' });
    await form.getByLabel('E-mail').fill(email);
    await form.getByLabel('Password').fill(password);
    await form.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Where you are logged in' }).waitFor();
  }

  const devicesOn = (page: Page): Promise<readonly string[]> => page.getByRole('listitem').allInnerTexts();
  const said = (page: Page, text: string): Promise<void> =>
    page.getByRole('status').filter({ hasText: text }).waitFor();

  test('one device logs out the other, which learns of it with its next look', async () => {
    const [laptop, phone] = [await device(), await device(PHONE)];
    await logIn(laptop, 'user41@example.com');
    await logIn(phone, 'user41@example.com');
    await laptop.getByRole('button', { name: 'Refresh' }).click();
    await laptop.getByText('Safari on iPhone').waitFor();
    const listed = await devicesOn(laptop);
    expect(listed.length).toBe(2);
    expect(listed.filter((text) => text.includes('this device')).length).toBe(1);
    expect(listed.find((text) => text.includes('Safari on iPhone'))).not.toContain('this device');
    // To be kept: CACHE_SCREENSHOT is where.
    const kept = process.env['CACHE_SCREENSHOT'];
    if (kept !== undefined) await laptop.screenshot({ path: kept });

    await laptop.getByRole('button', { name: 'Log out Safari on iPhone' }).click();
    await said(laptop, 'Safari on iPhone is logged out.');
    expect((await devicesOn(laptop)).length).toBe(1);
    await phone.getByRole('button', { name: 'Refresh' }).click();
    await said(phone, 'This device was logged out.');
    expect(await phone.getByRole('form', { name: 'Log in' }).isVisible()).toBe(true);
    expect(await phone.getByRole('listitem').count()).toBe(0);
  });

  test('logs out all others, and everywhere', async () => {
    const [laptop, phone] = [await device(), await device(PHONE)];
    await logIn(laptop, 'user42@example.com');
    await logIn(phone, 'user42@example.com');
    await laptop.getByRole('button', { name: 'Log out all others' }).click();
    await said(laptop, 'Logged out: 1.');
    await phone.reload();
    await phone.getByRole('form', { name: 'Log in' }).waitFor();
    await logIn(phone, 'user42@example.com');
    await laptop.getByRole('button', { name: 'Log out everywhere' }).click();
    await said(laptop, 'You are logged out everywhere.');
    await phone.reload();
    await phone.getByRole('form', { name: 'Log in' }).waitFor();
    expect(await phone.getByRole('listitem').count()).toBe(0);
  });

  test('registers, and changes the password with a code of an authenticator app', async () => {
    const page = await device();
    const form = page.getByRole('form', { name: 'Register' });
    await form.getByLabel('Name').fill('<b>Ann</b>');
    await form.getByLabel('E-mail').fill('ann@example.org');
    await form.getByLabel('Password').fill('a good password');
    await form.getByRole('button').click();
    await said(page, 'Welcome.');
    // Text is text, whatever it looks like.
    expect(await page.locator('#account').innerText()).toBe('<b>Ann</b>, ann@example.org');
    const secret = (await page.getByRole('status').innerText()).split(' ').at(-1) ?? '';
    const password = page.getByRole('form', { name: 'Change the password' });
    await password.getByLabel('Code').fill(authenticator(secret)());
    await password.getByLabel('New password').fill('a better password');
    await password.getByRole('button').click();
    await said(page, 'The password is changed');
    await logIn(await device(PHONE), 'ann@example.org', 'a better password');
  });

  test('no script gets at the cookie, and it ends with the browser', async () => {
    const page = await device();
    await logIn(page, 'user43@example.com');
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(await page.context().cookies()).toMatchObject([
      { name: '__Host-sid', httpOnly: true, secure: true, sameSite: 'Lax', path: '/', expires: -1 },
    ]);
  });

  test('works with the keyboard alone', async () => {
    const page = await device();
    await page.getByRole('form', { name: 'Log in' }).getByLabel('E-mail').focus();
    await page.keyboard.type('user44@example.com');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await said(page, 'You are logged in.');
    expect(await page.evaluate('document.activeElement.id')).toBe('devices-title');
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toMatch(
      /^Log out .*, this device$/,
    );
    await page.keyboard.press('Enter');
    await page.getByRole('form', { name: 'Log in' }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('login-title');
  });

  test('axe finds no barrier, whoever looks at it, in light and in dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await device({ ...LAPTOP, colorScheme });
      await page.getByRole('form', { name: 'Log in' }).waitFor();
      expect(await barriersOn(page)).toEqual([]);
      await logIn(page, 'user46@example.com');
      expect(await barriersOn(page)).toEqual([]);
    }
  });

  /** What axe has against the page as it is now. Its rules keep out every other script, so it is evaluated by the browser's own hand. */
  async function barriersOn(page: Page): Promise<readonly string[]> {
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate<AxeResults>('axe.run()');
    expect(passes.length).toBeGreaterThan(15);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  test('a service that fails, or does not answer, is not a log-out', async () => {
    const page = await device();
    await logIn(page, 'user45@example.com');
    await page.route('**/me', (route) =>
      route.fulfill({ status: 503, body: '{"error":"the store failed"}' }),
    );
    await page.getByRole('button', { name: 'Refresh' }).click();
    await said(page, 'The service cannot tell at the moment.');
    expect(await page.getByRole('listitem').count()).toBe(1);
    await page.unroute('**/me');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await said(page, 'The service does not answer.');
    expect(await page.getByRole('listitem').count()).toBe(1);
    // The browser tells of both, as it should.
    faults = [];
  });
});
