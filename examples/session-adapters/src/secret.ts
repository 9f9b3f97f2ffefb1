/** Of a program that ends with its sessions. A service has one from where it keeps its secrets, the same in all of its processes. */
import { randomBytes } from 'node:crypto';

export function secret(): Uint8Array {
  return randomBytes(32);
}
