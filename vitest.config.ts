import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their sources, so tests need no build.
const source = '@cache/source';

export default defineConfig({
  ssr: {
    resolve: {
      conditions: [source, 'module', 'node', 'development|production'],
      externalConditions: [source],
    },
  },
  test: {
    maxWorkers: 2,
    // For what hangs. Servers, and the processes beside them, may have to wait for the processor.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'core', include: ['packages/core/test/**/*.test.ts'] } },
      { extends: true, test: { name: 'memory', include: ['packages/memory/test/**/*.test.ts'] } },
      { extends: true, test: { name: 'codec-cbor', include: ['packages/codec-cbor/test/**/*.test.ts'] } },
      { extends: true, test: { name: 'codec-json', include: ['packages/codec-json/test/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'codec-msgpack', include: ['packages/codec-msgpack/test/**/*.test.ts'] },
      },
      {
        extends: true,
        test: { name: 'codec-protobuf', include: ['packages/codec-protobuf/test/**/*.test.ts'] },
      },
      { extends: true, test: { name: 'codec-v8', include: ['packages/codec-v8/test/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'codec-compressed', include: ['packages/codec-compressed/test/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'codec-encrypted',
          include: ['packages/codec-encrypted/test/**/*.test.ts'],
          globalSetup: ['tooling/servers/src/redis.global.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'redis',
          include: ['packages/redis/test/**/*.test.ts'],
          globalSetup: ['tooling/servers/src/redis.global.ts'],
          // Alone: most of its files start servers, or processes, that need the other processor.
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
          // Cases in real time mostly wait.
          maxConcurrency: 8,
        },
      },
      {
        extends: true,
        test: {
          name: 'session',
          include: ['packages/session/test/**/*.test.ts'],
          globalSetup: ['tooling/servers/src/redis.global.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'metrics',
          include: ['packages/metrics/test/**/*.test.ts'],
          globalSetup: ['tooling/servers/src/redis.global.ts'],
        },
      },
      { extends: true, test: { name: 'benches', include: ['benches/test/**/*.test.ts'] } },
      { extends: true, test: { name: 'tooling', include: ['tooling/test/**/*.test.ts'] } },
      { extends: true, test: { name: 'auth-service', include: ['examples/auth-service/test/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'session-adapters', include: ['examples/session-adapters/test/**/*.test.ts'] },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text', 'json-summary'],
    },
  },
});
