/** All groups of the suite for codecs, from the simplest promise to the hardest. */
import type { CodecGroup } from './codec-group.ts';
import { authentication } from './promises/authentication.ts';
import { context } from './promises/context.ts';
import { discretion } from './promises/discretion.ts';
import { hostileBytes } from './promises/hostile-bytes.ts';
import { identity } from './promises/identity.ts';
import { independence } from './promises/independence.ts';
import { input } from './promises/input.ts';
import { lending } from './promises/lending.ts';
import { ownership } from './promises/ownership.ts';
import { proportion } from './promises/proportion.ts';
import { refusal } from './promises/refusal.ts';
import { roundTrip } from './promises/round-trip.ts';

export const CODEC_GROUPS: readonly CodecGroup[] = [
  identity,
  roundTrip,
  refusal,
  ownership,
  lending,
  independence,
  context,
  input,
  hostileBytes,
  proportion,
  discretion,
  authentication,
];
