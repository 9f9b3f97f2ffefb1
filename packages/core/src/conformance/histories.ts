/** What records histories of engines and judges them: for providers whose faults the kit cannot make, such as a server that is killed. */
export { cacheModel } from './linearizability/cache-model.ts';
export type { CacheOperation, Loaded } from './linearizability/cache-model.ts';
export { engineScene } from './linearizability/engine-scene.ts';
export type { EngineSceneOptions } from './linearizability/engine-scene.ts';
export { EngineSubject } from './linearizability/engine-subject.ts';
export { Act, Recorder } from './linearizability/recorder.ts';
export { describeViolation } from './linearizability/report.ts';
export { playRound } from './linearizability/round.ts';
export type { Focus, RoundReport, Scene } from './linearizability/round.ts';
export type { LoadRequest, Subject } from './linearizability/subject.ts';
