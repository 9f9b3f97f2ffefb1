import { describeConformance } from '@cache/core/conformance/vitest';
import { memory } from '../../src/index.ts';

describeConformance({
  name: 'memory that keeps bytes and wipes them',
  provider: () => memory({ secureCleanup: true, maxBytes: 64_000_000 }),
});
