/** A cache under measurement, through the API its users call. */
export interface Subject {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
}

/** One that runs loaders. */
export interface LoadingSubject extends Subject {
  getOrSet(key: string, loader: () => Promise<object>): Promise<unknown>;
}

/** One whose updates are atomic. */
export interface UpdatingSubject extends Subject {
  update(key: string, updater: (current: unknown) => object): Promise<unknown>;
}

/** Makes a subject with room for `entries`. */
export type Open<S extends Subject = Subject> = (entries: number) => S;
