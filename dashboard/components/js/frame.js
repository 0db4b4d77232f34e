// Reads the binary frames of dashboard/live/frame.py: views into the received bytes, nothing is copied.

export const HEARTBEAT = 0;
export const FLEET = 1;
export const NONE = 255;
export const ELSEWHERE = 1;
const FORMAT = 1;
const HEADER_BYTES = 40;
const FIX_SHIFT = 1;
const FIX_BITS = 7;
const NEVER = 0xffffffff;
const NO_HEADING = 0xffff;

export function decodeFrame(buffer) {
  const header = new DataView(buffer, 0, HEADER_BYTES);
  const kind = header.getUint8(0);
  const width = header.getUint16(2, true);
  const n = header.getUint32(12, true);
  if (header.getUint8(1) !== FORMAT || buffer.byteLength !== HEADER_BYTES + width * n) {
    throw new Error(`not a frame of format ${FORMAT}: ${buffer.byteLength} bytes`);
  }
  let at = HEADER_BYTES;
  const column = (Type, length = n) => {
    const view = new Type(buffer, at, length);
    at += view.byteLength;
    return view;
  };
  return {
    kind,
    sequence: header.getUint32(4, true),
    epoch: header.getUint32(8, true),
    n,
    now: header.getFloat64(16, true),
    origin: [header.getFloat64(24, true), header.getFloat64(32, true)],
    offsets: column(Float32Array, 2 * n),
    age: column(Uint32Array),
    heading: column(Uint16Array),
    state: column(Uint8Array),
    lastKnown: column(Uint8Array),
    confidence: column(Uint8Array),
    battery: column(Uint8Array),
    progress: column(Uint8Array),
    flags: column(Uint8Array),
  };
}

/** Seconds since the last report when the frame was made; NaN when there was none. */
export const ageAt = (frame, i) => (frame.age[i] === NEVER ? NaN : frame.age[i] / 10);

/** Degrees clockwise from true north; NaN when unknown. */
export const headingAt = (frame, i) => (frame.heading[i] === NO_HEADING ? NaN : frame.heading[i] / 100);

/** How good the position is: 0 = not told, else a place in the configuration's `fixes`. */
export const fixAt = (frame, i) => (frame.flags[i] >> FIX_SHIFT) & FIX_BITS;

/** [longitude, latitude] in degrees, or null when unknown. */
export function positionAt(frame, i) {
  const x = frame.offsets[2 * i];
  return Number.isNaN(x) ? null : [frame.origin[0] + x, frame.origin[1] + frame.offsets[2 * i + 1]];
}
