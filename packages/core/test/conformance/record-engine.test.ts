import { describeConformance } from '@cache/core/conformance/vitest';
import { simpleStore } from '@cache/core/testing';

describeConformance({ name: 'the record engine over a simple store', provider: simpleStore });
