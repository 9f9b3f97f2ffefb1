/** Asks every question, one after the other, and writes the tables. */
await import('./memory-get.ts');
await import('./isolation.ts');
await import('./memory-latency.ts');
await import('./memory-growth.ts');
await import('./memory-footprint.ts');
await import('./update.ts');
await import('./getorset-stampede.ts');
await import('./wrapped-codecs.ts');
await import('./codecs/codecs.ts');
await import('./metrics.ts');
await import('./bundle.ts');
await import('./report.ts');
await import('./redis/all.ts');
await import('./session/rates.ts');
await import('./session/round-trips.ts');
await import('./session/footprint.ts');
await import('./session/lines.ts');
