import { startSentinel } from '@cache/test-servers/sentinel';
import { afterAll } from 'vitest';
import { describeKit } from './kit.ts';

const group = await startSentinel({ replicas: 1, sentinels: 3 });
afterAll(() => group.stop());

describeKit('redis, one master and one replica behind three Sentinels', {
  sentinels: { nodes: group.addresses, name: group.name },
});
