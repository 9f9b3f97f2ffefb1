import { createManager, type Manager } from '@cache/core';
import { memory } from '@cache/memory';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DatabaseError } from '../src/database/database.ts';
import { Tables } from '../src/database/tables.ts';
import { Users } from '../src/users.ts';
import { TablesDatabase } from './tables-database.ts';

let manager: Manager;
let database: TablesDatabase;
let users: Users;

beforeEach(() => {
  const tables = new Tables({
    password: '',
    teams: [
      { id: 'red', name: 'Red' },
      { id: 'blue', name: 'Blue' },
    ],
    users: [{ id: 'ada', name: 'Ada', email: 'ada@example.com', teamId: 'red' }],
  });
  manager = createManager({ providers: [memory()] });
  database = new TablesDatabase(tables);
  users = new Users(manager, database);
});

afterEach(() => manager.close());

/** Keeps the answers to changes under way until it is called. */
function keepAnswers(): () => void {
  let arrive = (): void => undefined;
  database.answer = new Promise((resolve) => {
    arrive = resolve;
  });
  return () => {
    database.answer = Promise.resolve();
    arrive();
  };
}

test('a row that comes back after a newer one does not replace it', async () => {
  await users.find('ada');
  const arrive = keepAnswers();
  const slow = users.change('ada', { name: 'Ada the first' });
  await users.countVisit('ada');
  arrive();
  expect(await slow).toMatchObject({ name: 'Ada the first', visits: 0 });
  expect(await users.find('ada')).toMatchObject({ name: 'Ada the first', visits: 1 });
});

test('a row that comes back after its team was renamed does not bring the old name back', async () => {
  const arrive = keepAnswers();
  const slow = users.change('ada', { name: 'Ada the first' });
  await users.renameTeam('red', 'Crimson');
  await users.find('ada');
  arrive();
  await slow;
  expect(await users.find('ada')).toMatchObject({ name: 'Ada the first', teamName: 'Crimson' });
});

test('a row that comes back after its user was deleted does not bring the user back', async () => {
  const arrive = keepAnswers();
  const slow = users.change('ada', { name: 'Ada the first' });
  await users.remove('ada');
  arrive();
  await slow;
  expect(await users.find('ada')).toBeUndefined();
  expect(await users.cachedOfTeam('red')).toEqual([]);
});

test('a change that fails leaves nothing cached, as it may have taken effect', async () => {
  await users.find('ada');
  database.answer = Promise.reject(new DatabaseError('failed', 'the connection broke'));
  await expect(users.change('ada', { name: 'Ada the first' })).rejects.toThrow('the connection broke');
  expect(await users.cachedOfTeam('red')).toEqual([]);
  expect(await users.find('ada')).toMatchObject({ name: 'Ada the first' });
});

test('a row that moved its user and comes back after the new team was renamed does not bring the old name back', async () => {
  await users.find('ada');
  const arrive = keepAnswers();
  const slow = users.change('ada', { teamId: 'blue' });
  await users.renameTeam('blue', 'Navy');
  arrive();
  await slow;
  expect(await users.find('ada')).toMatchObject({ teamId: 'blue', teamName: 'Navy' });
});

test('after a move the tag and the index of the new team have the user, and those of the old one no more', async () => {
  await users.find('ada');
  await users.change('ada', { teamId: 'blue' });
  expect(await users.cachedOfTeam('red')).toEqual([]);
  await users.find('ada');
  await users.renameTeam('red', 'Crimson');
  expect(await users.cachedOfTeam('blue')).toHaveLength(1);
  await users.renameTeam('blue', 'Navy');
  expect(await users.cachedOfTeam('blue')).toEqual([]);
  expect(await users.find('ada')).toMatchObject({ teamName: 'Navy' });
});
