import { describeConformance } from '@cache/core/conformance/vitest';
import { memory } from '../../src/index.ts';

describeConformance({ name: 'memory', provider: () => memory() });
