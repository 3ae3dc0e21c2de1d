import type { MessageType } from "./codec.js";

/** The bytes are not a message of the type that was asked for. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/** Messages nested deeper than this are refused. */
export const maximumDepth = 32;

const strictUTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const scratch = new ArrayBuffer(8);
const words = new Uint32Array(scratch);
const signed = new BigInt64Array(scratch);
const unsigned = new BigUint64Array(scratch);
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
const low = littleEndian ? 0 : 1;

/** Reads the fields of one encoded message. Every method throws {@link DecodeError} where the bytes end early or are malformed. */
export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;
  #end: number;
  #depth = 0;

  /** @param bytes one whole message; they must not change while it is read. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
  }

  /** Whether another field follows. */
  more(): boolean {
    return this.#position < this.#end;
  }

  /** The next field's tag: number << 3 | wire type. */
  tag(): number {
    const tag = this.#length("tag");
    if (tag >>> 3 === 0) throw new DecodeError("a field has the number 0");
    return tag;
  }

  /** Skips the field with this tag. */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        return this.#varint();
      case 1:
        this.#take(8);
        return;
      case 2:
        this.#take(this.#length("length"));
        return;
      case 3:
        return this.#skipGroup(tag >>> 3);
      case 5:
        this.#take(4);
        return;
      default:
        throw new DecodeError(`a field has the wire type ${tag & 7}`);
    }
  }

  int64(): bigint {
    this.#varint();
    return signed[0] as bigint;
  }

  uint64(): bigint {
    this.#varint();
    return unsigned[0] as bigint;
  }

  int32(): number {
    const first = this.#bytes[this.#position];
    if (first !== undefined && first < 0x80 && this.#position < this.#end) {
      this.#position += 1;
      return first;
    }
    this.#varint();
    return (words[low] as number) | 0;
  }

  uint32(): number {
    this.#varint();
    return words[low] as number;
  }

  bool(): boolean {
    this.#varint();
    return words[0] !== 0 || words[1] !== 0;
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  float(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  string(): string {
    const length = this.#length("length");
    const start = this.#take(length);
    if (length > 64) return this.#utf8(start);
    let text = "";
    for (let at = start; at < this.#position; at += 1) {
      const byte = this.#bytes[at] as number;
      if (byte >= 0x80) return this.#utf8(start);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** A copy of the bytes. */
  bytes(): Uint8Array {
    const start = this.#take(this.#length("length"));
    // Not slice: that of Node's Buffer does not copy.
    return new Uint8Array(this.#bytes.subarray(start, this.#position));
  }

  /** A nested message, merged into `existing` when the field came before. */
  message<T extends object>(type: MessageType<T>, existing: T | undefined = undefined): T {
    const result = existing ?? type.create();
    this.#nested(() => type.merge(this, result));
    return result;
  }

  /** Repeated values in one field: calls `read` until all are read. */
  packed(read: () => void): void {
    this.#nested(() => {
      while (this.more()) read();
    });
  }

  #nested(body: () => void): void {
    const length = this.#length("length");
    const end = this.#position + length;
    if (end > this.#end) throw truncated();
    if (this.#depth >= maximumDepth) throw new DecodeError(`messages are nested deeper than ${maximumDepth}`);
    const outer = this.#end;
    this.#end = end;
    this.#depth += 1;
    body();
    this.#depth -= 1;
    this.#end = outer;
  }

  #skipGroup(number: number): void {
    if (this.#depth >= maximumDepth) throw new DecodeError(`groups are nested deeper than ${maximumDepth}`);
    this.#depth += 1;
    for (;;) {
      const tag = this.tag();
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== number) throw new DecodeError("a group ends that did not begin");
        break;
      }
      this.skip(tag);
    }
    this.#depth -= 1;
  }

  /** Moves over `count` bytes and gives where they begin. */
  #take(count: number): number {
    const start = this.#position;
    if (count > this.#end - start) throw truncated();
    this.#position = start + count;
    return start;
  }

  #utf8(start: number): string {
    try {
      return strictUTF8.decode(this.#bytes.subarray(start, this.#position));
    } catch {
      throw new DecodeError("a string is not UTF-8");
    }
  }

  /** A varint that must fit 32 bits. */
  #length(what: string): number {
    const first = this.#bytes[this.#position];
    if (first !== undefined && first < 0x80 && this.#position < this.#end) {
      this.#position += 1;
      return first;
    }
    this.#varint();
    if (words[1 - low] !== 0) throw new DecodeError(`a ${what} is larger than 32 bits`);
    return words[low] as number;
  }

  /** Reads a varint into the scratch words. */
  #varint(): void {
    let lower = 0;
    let upper = 0;
    for (let index = 0; index < 10; index += 1) {
      if (this.#position >= this.#end) throw truncated();
      const byte = this.#bytes[this.#position] as number;
      this.#position += 1;
      const bits = byte & 0x7f;
      if (index < 4) lower |= bits << (7 * index);
      else if (index === 4) {
        lower |= bits << 28;
        upper = bits >>> 4;
      } else if (index < 9) upper |= bits << (7 * index - 32);
      else upper |= (bits & 1) << 31;
      if (byte < 0x80) {
        words[low] = lower;
        words[1 - low] = upper;
        return;
      }
    }
    throw new DecodeError("a varint is longer than 10 bytes");
  }
}

function truncated(): DecodeError {
  return new DecodeError("the message is truncated");
}
