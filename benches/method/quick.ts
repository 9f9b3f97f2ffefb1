/** `BENCH_QUICK=1`: everything runs once, to see that it runs. Its figures say nothing and are not kept. */
export const quick: boolean = process.env['BENCH_QUICK'] === '1';
