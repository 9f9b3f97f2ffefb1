/** `@cache/session`: sessions for authentication services, whose concurrency safety is the cache's job. */
export type { AssuranceLevel, AuthMethod } from './assurance.ts';
export type { DataUpdater } from './changing.ts';
export type { Impersonation, Login, NewSession } from './creating.ts';
export type { RevokeReason, SessionEvents, SessionListener } from './events.ts';
export type { Swept } from './listing.ts';
export { createSessionManager } from './manager.ts';
export type { Inspection, SessionManager } from './manager.ts';
export type { Reaction, SessionLimit, SessionManagerOptions } from './options.ts';
export { policies } from './policy.ts';
export type { SessionPolicy } from './policy.ts';
export type { Actor, DeviceInfo } from './record.ts';
export { isSessionError, SessionError } from './session-error.ts';
export type { SessionErrorCode } from './session-error.ts';
export type { Issued, Rotated, Session, SessionInfo } from './session.ts';
export type { SessionStats } from './space.ts';
export { SessionToken } from './token.ts';
export type { SecureRandom } from './token.ts';
export type { RequestContext, Requirement } from './validating.ts';
