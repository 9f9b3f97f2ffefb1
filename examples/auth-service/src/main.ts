/** The command: `npm start`. */
import { readArguments, USAGE, UsageError, type Arguments } from './arguments.ts';
import { invitation } from './invitation.ts';
import { startService } from './service.ts';
import { runTour } from './tour/tour.ts';

const USAGE_EXIT_CODE = 2;

async function main(): Promise<void> {
  const given = readArguments(process.argv.slice(2));
  switch (given.task) {
    case 'help':
      return console.log(USAGE);
    case 'tour':
      process.exitCode = (await runTour(given)) ? 0 : 1;
      return;
    case 'serve':
      return serve(given);
  }
}

async function serve(given: Arguments): Promise<void> {
  const service = await startService(given).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new UsageError(
      `port ${given.port} cannot be had (${code}): give another --port, or none for a free one`,
    );
  });
  const stop = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, stop);
    process.removeListener('disconnect', stop);
    service.close().catch(fail);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // Started by another process, such as the tour: it is told the address, and the service does not outlive it.
  if (process.send !== undefined) {
    process.once('disconnect', stop);
    process.send({ url: service.url });
    return;
  }
  console.log(invitation(service.url));
}

function fail(error: unknown): void {
  if (error instanceof UsageError) {
    console.error(`auth-service: ${error.message}`);
    process.exitCode = USAGE_EXIT_CODE;
    return;
  }
  console.error('auth-service failed:', error);
  process.exitCode = 1;
}

main().catch(fail);
