import { expect, test } from 'vitest';
import { gate } from '../../src/testing/gate.ts';
import { settle, until } from '../../src/testing/turns.ts';

test('those who come wait until the gate is opened, and get what it was opened with', async () => {
  const door = gate<string>();
  let through = 0;
  const comers = [1, 2].map(async () => {
    const value = await door.pass();
    through += 1;
    return value;
  });
  await settle();
  expect([door.arrived, through]).toEqual([2, 0]);
  door.open('in');
  expect(await Promise.all([...comers, door.pass()])).toEqual(['in', 'in', 'in']);
  expect(door.arrived).toBe(3);
});

test('arrivals resolves when so many have come, and at once when they are there already', async () => {
  const door = gate();
  let told = false;
  const two = door.arrivals(2).then(() => (told = true));
  void door.pass();
  await settle();
  expect(told).toBe(false);
  void door.pass();
  await two;
  await door.arrivals();
  expect(told).toBe(true);
});

test('a gate that fails rejects those who wait, and nobody when nobody has come', async () => {
  const error = new Error('closed for good');
  const door = gate();
  const comer = door.pass();
  door.fail(error);
  await expect(comer).rejects.toBe(error);
  gate().fail(error);
  await settle();
});

test('until waits for a condition, and says what did not come about', async () => {
  let turns = 0;
  await until(() => (turns += 1) > 3, 'three turns');
  expect(turns).toBe(4);
  await expect(until(() => false, 'the impossible', 20)).rejects.toThrow('the impossible: not within 20 ms');
});
