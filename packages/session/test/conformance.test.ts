import { simpleStore } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { describeSessions } from './kit.ts';

describeSessions({ name: 'memory, frozen values', provider: () => memory(), isolation: 'frozen' });
describeSessions({ name: 'memory, copies', provider: () => memory(), isolation: 'copy' });
describeSessions({ name: 'memory that holds bytes', provider: () => memory({ secureCleanup: true }) });
describeSessions({ name: 'the smallest store', provider: () => simpleStore() });
