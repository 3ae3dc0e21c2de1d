/** Types of frames. */
export const FrameType = { REQUEST: 1, RESPONSE: 2, DATA: 3 } as const;

/** Flags of frames. */
export const FrameFlag = { REMOTE_CLOSED: 1, REMOTE_OPEN: 2, NO_DATA: 4 } as const;

/** Most bytes of data in a frame. */
export const maximumFrameBytes = 4 << 20;
const headerBytes = 10;

/** One frame, as it was received. */
export interface Frame {
  readonly stream: number;
  readonly type: number;
  readonly flags: number;
  /** Undefined: the data was larger than a frame may hold, and was dropped. */
  readonly data: Uint8Array | undefined;
}

/** The bytes are not frames of ttrpc. */
export class FramingError extends Error {}

/** The bytes of a frame. */
export function encodeFrame(stream: number, type: number, flags: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerBytes + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  view.setUint32(4, stream);
  bytes[8] = type;
  bytes[9] = flags;
  bytes.set(data, headerBytes);
  return bytes;
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #header = new Uint8Array(headerBytes);
  #headerFilled = 0;
  #body: Uint8Array | undefined;
  #bodyFilled = 0;
  #toDrop = 0;

  /**
   * Takes the next bytes; calls `deliver` for every frame they complete.
   *
   * @throws FramingError when they are not frames of ttrpc.
   */
  push(chunk: Uint8Array, deliver: (frame: Frame) => void): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#toDrop > 0) {
        const dropped = Math.min(this.#toDrop, chunk.length - at);
        this.#toDrop -= dropped;
        at += dropped;
      } else if (this.#body !== undefined) {
        at += this.#fillBody(this.#body, chunk, at, deliver);
      } else {
        at = this.#readHeader(chunk, at, deliver);
      }
    }
  }

  #fillBody(body: Uint8Array, chunk: Uint8Array, at: number, deliver: (frame: Frame) => void): number {
    const part = chunk.subarray(at, at + body.length - this.#bodyFilled);
    body.set(part, this.#bodyFilled);
    this.#bodyFilled += part.length;
    if (this.#bodyFilled === body.length) {
      this.#body = undefined;
      this.#headerFilled = 0;
      deliver(this.#frame(body));
    }
    return part.length;
  }

  /** Gives where the rest of the chunk begins. */
  #readHeader(chunk: Uint8Array, start: number, deliver: (frame: Frame) => void): number {
    const part = chunk.subarray(start, start + headerBytes - this.#headerFilled);
    this.#header.set(part, this.#headerFilled);
    this.#headerFilled += part.length;
    const at = start + part.length;
    // A length has a zero byte first, in every frame.
    if (this.#header[0] !== 0) throw new FramingError(unframed(this.#header.subarray(0, this.#headerFilled)));
    if (this.#headerFilled < headerBytes) return at;
    const length = new DataView(this.#header.buffer).getUint32(0);
    if (length > maximumFrameBytes) {
      this.#toDrop = length;
      this.#headerFilled = 0;
      deliver(this.#frame(undefined));
      return at;
    }
    if (chunk.length - at < length) {
      this.#body = new Uint8Array(length);
      this.#bodyFilled = 0;
      return at;
    }
    this.#headerFilled = 0;
    deliver(this.#frame(chunk.subarray(at, at + length)));
    return at + length;
  }

  #frame(data: Uint8Array | undefined): Frame {
    const view = new DataView(this.#header.buffer);
    return { stream: view.getUint32(4), type: view.getUint8(8), flags: view.getUint8(9), data };
  }
}

function unframed(bytes: Uint8Array): string {
  // An alert of TLS: to plain bytes.
  if (bytes[0] === 0x15 && bytes[1] === 0x03) return "it speaks TLS, which this client was not told to use";
  const escaped = (byte: number) => `\\x${byte.toString(16).padStart(2, "0")}`;
  const text = Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : escaped(byte)));
  return `its answer begins with "${text.join("")}"`;
}
