import { expect, test } from 'vitest';
import { closingLine } from '../test.mjs';

const report = {
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

test('the counts stand alone on the line', () => {
  expect(closingLine(report)).toBe('12 passed, 0 failed');
});

test('what was skipped is said', () => {
  expect(closingLine({ ...report, numPendingTests: 2, numTodoTests: 1 })).toBe(
    '12 passed, 0 failed, 3 skipped',
  );
});

test('a file that could not be loaded is a failure, a file with failed tests is not one more', () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] },
  ];
  expect(closingLine({ ...report, numFailedTests: 1, testResults })).toBe('12 passed, 2 failed');
});
