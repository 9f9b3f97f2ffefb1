// The page "my devices". It shows what the service says, as text and never as markup, and asks only when somebody does something: a page
// that asked by itself would keep its session alive.

/**
 * @typedef {{ name: string, email: string, csrfToken: string }} Me
 * @typedef {{ id: string, device: string, address?: string, lastSeenAt: number, current: boolean }} Device
 * @typedef {{ status: number, body: any }} Answer
 */

/** Of the session that the page shows; empty when it shows none. */
let csrfToken = '';

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<Answer>}
 */
async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { 'x-csrf-token': csrfToken, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** @param {string} id */
function part(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no part '${id}'`);
  return element;
}

/** @param {string} text */
function say(text) {
  part('status').textContent = text;
}

/**
 * Shows what holds now.
 *
 * @param {string} said what came of what was asked
 */
async function show(said) {
  const me = await ask('GET', '/me');
  const devices = me.status === 200 ? await ask('GET', '/me/devices') : me;
  if (devices.status !== 200 && devices.status !== 401) {
    // Not to know is not to be logged out.
    say('The service cannot tell at the moment. Try again.');
    return;
  }
  const isMember = devices.status === 200;
  if (csrfToken !== '' && !isMember) say(said || 'This device was logged out.');
  else say(said);
  csrfToken = isMember ? me.body.csrfToken : '';
  part('member').hidden = !isMember;
  part('visitor').hidden = isMember;
  part('account').hidden = !isMember;
  part('account').textContent = isMember ? `${me.body.name}, ${me.body.email}` : '';
  part('devices').replaceChildren(...(isMember ? devices.body.map(rowOf) : []));
}

/**
 * @param {Device} device
 * @returns {Node}
 */
function rowOf({ id, device, address, lastSeenAt, current }) {
  const template = /** @type {HTMLTemplateElement} */ (part('device'));
  const row = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  /** @param {string} selector */
  const inRow = (selector) => /** @type {HTMLElement} */ (row.querySelector(selector));
  const seen = new Date(lastSeenAt);
  inRow('.name').textContent = device;
  inRow('.current').hidden = !current;
  inRow('time').textContent = seen.toLocaleString();
  inRow('time').setAttribute('datetime', seen.toISOString());
  inRow('.address').textContent = address === undefined ? '' : ` from ${address}`;
  const button = inRow('button');
  button.textContent = 'Log out';
  button.setAttribute('aria-label', `Log out ${device}${current ? ', this device' : ''}`);
  button.addEventListener('click', () =>
    run(async () => {
      const { status } = await ask('DELETE', `/me/devices/${encodeURIComponent(id)}`);
      await show(status === 204 ? `${device} is logged out.` : 'It was logged out already.');
      focusOn(current ? 'login-title' : 'devices-title');
    }),
  );
  return row;
}

/** The button that was pressed may be gone: who works without a mouse goes on from here. @param {string} id */
function focusOn(id) {
  part(id).focus();
}

/** @param {() => Promise<void>} work */
function run(work) {
  work().catch(() => say('The service does not answer. Try again.'));
}

/**
 * @param {string} id of a form
 * @param {(fields: Record<string, string>) => Promise<void>} work
 */
function onSubmit(id, work) {
  const form = /** @type {HTMLFormElement} */ (part(id));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(
      [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : '']),
    );
    run(async () => {
      await work(fields);
      form.reset();
    });
  });
}

onSubmit('login', async (fields) => {
  const { status, body } = await ask('POST', '/me/login', fields);
  if (status !== 200) return say(body.error);
  await show('You are logged in.');
  focusOn('devices-title');
});

onSubmit('register', async (fields) => {
  const { status, body } = await ask('POST', '/me/register', fields);
  if (status !== 201) return say(body.error);
  await show(`Welcome. Give your authenticator app this secret: ${body.secondFactor}`);
  focusOn('devices-title');
});

onSubmit('password', async ({ code, password }) => {
  const stepped = await ask('POST', '/me/step-up', { code });
  if (stepped.status !== 200) return say(stepped.body.error);
  // The session has a new token now, and its forms a new text.
  csrfToken = (await ask('GET', '/me')).body.csrfToken;
  const { status, body } = await ask('PUT', '/me/password', { password });
  await show(status === 200 ? 'The password is changed, and all other devices are logged out.' : body.error);
  focusOn('devices-title');
});

part('refresh').addEventListener('click', () => run(() => show('')));
part('others').addEventListener('click', () =>
  run(async () => {
    const { body } = await ask('DELETE', '/me/devices/others');
    await show(`Logged out: ${body.ended ?? 0}.`);
    focusOn('devices-title');
  }),
);
part('everywhere').addEventListener('click', () =>
  run(async () => {
    await ask('DELETE', '/me/devices');
    await show('You are logged out everywhere.');
    focusOn('login-title');
  }),
);

run(() => show(''));
