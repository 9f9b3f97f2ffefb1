/** Run by Node's own test runner, to see that the suite is at home there. */
import { createBinaryCodec } from '../../src/binary-codec.ts';
import { describeCodecConformance } from '../../src/conformance/node-test.ts';

describeCodecConformance({ codec: createBinaryCodec });
