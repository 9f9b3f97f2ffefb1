import { describeConformance } from '@cache/core/conformance/vitest';
import { memory } from '../../src/index.ts';

describeConformance({ name: 'a namespace of memory', provider: () => memory(), within: 'namespace' });
