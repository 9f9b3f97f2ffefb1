import { startRedis } from '@cache/test-servers/redis';
import { afterAll } from 'vitest';
import { describeKit } from './kit.ts';

const server = await startRedis({ binary: 'valkey' });
afterAll(() => server.stop());

describeKit('valkey, one server', { host: '127.0.0.1', port: server.port });
