/** The command: `npm start`. */
import { readArguments, USAGE, UsageError, type Arguments } from './arguments.ts';
import { invitation } from './invitation.ts';
import { startService } from './service.ts';
import { runTour } from './tour/tour.ts';

const USAGE_EXIT_CODE = 2;

async function main(): Promise<void> {
  const given = readArguments(process.argv.slice(2), process.env);
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
  const starting = startService(given);
  // Also while it starts: what has been started by then ends with it.
  const stop = (): void => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, stop);
    process.removeListener('disconnect', stop);
    starting.then((service) => service.close()).catch(fail);
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const { url } = await starting.catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new UsageError(
      `port ${given.port} cannot be had (${code}): give another --port, or none for a free one`,
    );
  });
  // Started by another process, such as the tour: it is told the address, and the service does not outlive it.
  if (process.send !== undefined) {
    if (!process.connected) return stop();
    process.once('disconnect', stop);
    process.send({ url });
    return;
  }
  console.log(invitation(url));
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
