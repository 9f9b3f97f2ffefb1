/** `@cache/core`: a cache whose concurrency safety is its own job. */
export { entry, LoadedEntry } from './api.ts';
export type {
  Cache,
  CacheEntry,
  CacheHealth,
  CacheStats,
  CallOptions,
  CountOptions,
  EntryMetadata,
  IndexLimit,
  Loaded,
  Loader,
  LoaderContext,
  LoadOptions,
  LoadOutcome,
  ManyLoader,
  Ttl,
  UpdateContext,
  UpdateOptions,
  WriteOptions,
} from './api.ts';
export { binaryCodec } from './binary-codec.ts';
export { systemClock } from './clock.ts';
export type { Cancel, Clock } from './clock.ts';
export type { Codec, CodecContext, EncodeOptions } from './codec.ts';
export { milliseconds, millisecondsOrForever } from './duration.ts';
export type { Duration } from './duration.ts';
export type {
  Acquired,
  AcquireRequest,
  Answers,
  Committed,
  Condition,
  Contender,
  Counted,
  CounterChange,
  Engine,
  EngineHealth,
  EngineStats,
  EngineTraits,
  Entry,
  Life,
  Limit,
  MaybePromise,
  Pattern,
  Payload,
  Settled,
  VersionCondition,
  Write,
  Written,
} from './engine.ts';
export { fromEnvironment } from './environment.ts';
export type { EnvironmentOptions, FromEnvironment, Variables } from './environment.ts';
export { CacheError, isCacheError } from './errors.ts';
export type {
  BatchOutcome,
  CacheErrorCode,
  CacheErrorDetails,
  CacheErrorIssue,
  CacheErrorOf,
} from './errors.ts';
export type { BreakerState, CacheEvents } from './events.ts';
export type { DeepReadonly } from './freezing.ts';
export { createManager } from './manager.ts';
export type { Manager, ManagerOptions } from './manager.ts';
export type { Middleware, Operation, OperationName } from './middleware.ts';
export type {
  CacheCounts,
  Observation,
  Observe,
  Observed,
  OperationEnd,
  OperationOutcome,
  ReadCounts,
} from './observing.ts';
export type { BreakerOptions, CacheDefaults, CacheOptions, Migration, TermExtractor } from './options.ts';
export type { EngineEvent, EngineProvider, OpenContext, Provider, StoreProvider } from './provider.ts';
export type { Infer, Schema, SchemaIssue, SchemaResult } from './schema.ts';
export type {
  DeleteOptions,
  FoundRecord,
  PutOptions,
  RecordCondition,
  Store,
  StoreRecord,
  StoreTraits,
} from './store.ts';
