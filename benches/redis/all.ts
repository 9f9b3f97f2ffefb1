/** Asks every question about Redis, one after the other, and writes the tables. */
await import('./throughput.ts');
await import('./two-processes.ts');
await import('./indexes.ts');
await import('./update.ts');
await import('./followers.ts');
await import('./footprint.ts');
await import('./report.ts');
