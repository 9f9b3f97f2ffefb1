/** Run by Node's own test runner, to see that the kit is at home there. */
import { describeConformance } from '../../src/conformance/node-test.ts';
import { simpleStore } from '../../src/testing/simple-store.ts';

describeConformance({ name: 'a simple store', provider: simpleStore });
