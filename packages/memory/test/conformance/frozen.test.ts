import { describeConformance } from '@cache/core/conformance/vitest';
import { memory } from '../../src/index.ts';

describeConformance({ name: 'memory in frozen caches', provider: () => memory(), isolation: 'frozen' });
