/** What can be tried with a running service. */
import { PASSWORD, TEAMS, USERS } from './database/seed.ts';

interface Suggestion {
  readonly why: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: Readonly<Record<string, string>>;
}

const SUGGESTIONS: readonly Suggestion[] = [
  { why: 'the first time a query runs, then none', method: 'GET', path: '/users/user-7' },
  {
    why: 'the database is written, and the cached profile with it',
    method: 'PATCH',
    path: '/users/user-7',
    body: { name: 'Lin' },
  },
  { why: 'a counter in the profile', method: 'POST', path: '/users/user-7/visits' },
  {
    why: 'a record that only the cache has',
    method: 'POST',
    path: '/users/user-7/activity',
    body: { device: 'phone' },
  },
  { why: "a team's users, as far as they are cached", method: 'GET', path: '/teams/team-7/cached-users' },
  {
    why: 'every cached profile of the team is outdated now',
    method: 'PATCH',
    path: '/teams/team-7',
    body: { name: 'Night shift' },
  },
  {
    why: 'five wrong ones lock the account',
    method: 'POST',
    path: '/login',
    body: { email: 'user7@example.com', password: PASSWORD },
  },
  { why: 'logged out everywhere', method: 'DELETE', path: '/users/user-7/sessions' },
  { why: 'gone, from the cache too', method: 'DELETE', path: '/users/user-8' },
  { why: 'how the caches do, and the queries that ran', method: 'GET', path: '/stats' },
  { why: 'whether everything works', method: 'GET', path: '/health' },
  { why: 'figures for Prometheus', method: 'GET', path: '/metrics' },
];

export function invitation(url: string): string {
  const lines = SUGGESTIONS.flatMap((suggestion) => [`  # ${suggestion.why}`, `  ${curl(url, suggestion)}`]);
  return `${USERS.toLocaleString('en-US')} users in ${TEAMS} teams, at ${url}\n\nTry:\n${lines.join('\n')}\n\nStop with Ctrl-C. See everything at once: npm start -- --tour`;
}

/** Quoted for a POSIX shell. Nothing in it has a quote of its own. */
function curl(url: string, { method, path, body }: Suggestion): string {
  const verb = method === 'GET' ? '' : ` -X ${method}`;
  const data = body === undefined ? '' : ` -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
  return `curl -s${verb} ${url}${path}${data}`;
}
