/** A cache under measurement, through the API its users call. */
export interface Subject {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  /** Only where it is measured. */
  getOrSet?(key: string, loader: () => Promise<unknown>): Promise<unknown>;
}

/** Makes a subject with room for `entries`. */
export type Open = (entries: number) => Subject;
