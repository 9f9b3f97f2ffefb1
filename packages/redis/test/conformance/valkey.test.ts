import { startRedis } from '@cache/test-servers/redis';
import { afterAll } from 'vitest';
import { readmeUser, README_USER } from '../connections/permissions.ts';
import { describeKit } from './kit.ts';

const server = await startRedis({
  binary: 'valkey',
  acl: ['user default on nopass ~* &* +@all', readmeUser({ onCluster: false })],
});
afterAll(() => server.stop());

describeKit('valkey, one server, with the permissions of the README', {
  host: '127.0.0.1',
  port: server.port,
  ...README_USER,
});
