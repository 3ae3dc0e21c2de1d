import type { MessageInit, MessageType } from "./codec.js";

/** The value cannot stand in the field that it was given for. */
export class EncodeError extends Error {
  override readonly name = "EncodeError";
}

/** Kinds of values that `Writer.repeated` takes. */
export interface ScalarKinds {
  double: number;
  float: number;
  int64: bigint;
  uint64: bigint;
  int32: number;
  uint32: number;
  bool: boolean;
  string: string;
  bytes: Uint8Array;
}

const encoder = new TextEncoder();
const surrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * Writes the fields of one message. A value that is absent or the default of its kind is left out, except where `explicit` says
 * otherwise. Every method throws {@link EncodeError} for a value that its kind cannot hold.
 */
export class Writer {
  #buffer = new Uint8Array(256);
  #view = new DataView(this.#buffer.buffer);
  #position = 0;

  /** A copy of everything written. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#position);
  }

  double(number: number, value: number | undefined, explicit = false): void {
    if (value === undefined || (Object.is(value, 0) && !explicit)) return;
    this.#tag(number, 1);
    this.#reserve(8);
    this.#view.setFloat64(this.#position, value, true);
    this.#position += 8;
  }

  float(number: number, value: number | undefined, explicit = false): void {
    if (value === undefined || (Object.is(value, 0) && !explicit)) return;
    this.#tag(number, 5);
    this.#reserve(4);
    this.#view.setFloat32(this.#position, value, true);
    this.#position += 4;
  }

  int64(number: number, value: bigint | undefined, explicit = false): void {
    if (value === undefined || (value === 0n && !explicit)) return;
    if (BigInt.asIntN(64, value) !== value) throw new EncodeError(`${value} does not fit int64`);
    this.#tag(number, 0);
    this.#bigVarint(BigInt.asUintN(64, value));
  }

  uint64(number: number, value: bigint | undefined, explicit = false): void {
    if (value === undefined || (value === 0n && !explicit)) return;
    if (BigInt.asUintN(64, value) !== value) throw new EncodeError(`${value} does not fit uint64`);
    this.#tag(number, 0);
    this.#bigVarint(value);
  }

  int32(number: number, value: number | undefined, explicit = false): void {
    if (value === undefined || (value === 0 && !explicit)) return;
    if ((value | 0) !== value) throw new EncodeError(`${value} does not fit int32`);
    this.#tag(number, 0);
    if (value >= 0) this.#varint(value);
    else this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
  }

  uint32(number: number, value: number | undefined, explicit = false): void {
    if (value === undefined || (value === 0 && !explicit)) return;
    if (value >>> 0 !== value) throw new EncodeError(`${value} does not fit uint32`);
    this.#tag(number, 0);
    this.#varint(value);
  }

  bool(number: number, value: boolean | undefined, explicit = false): void {
    if (value === undefined || (!value && !explicit)) return;
    this.#tag(number, 0);
    this.#varint(value ? 1 : 0);
  }

  string(number: number, value: string | undefined, explicit = false): void {
    if (value === undefined || (value === "" && !explicit)) return;
    this.#tag(number, 2);
    if (surrogates.test(value)) throw new EncodeError("a string holds half of a surrogate pair");
    const bytes = value.length < 64 ? this.#ascii(value) : undefined;
    if (bytes !== undefined) return;
    this.#blob(encoder.encode(value));
  }

  bytes(number: number, value: Uint8Array | undefined, explicit = false): void {
    if (value === undefined || (value.length === 0 && !explicit)) return;
    this.#tag(number, 2);
    this.#blob(value);
  }

  message<T extends object>(number: number, type: MessageType<T>, value: MessageInit<T> | undefined): void {
    if (value === undefined) return;
    this.#tag(number, 2);
    this.#delimited(() => type.write(this, value));
  }

  messages<T extends object>(number: number, type: MessageType<T>, values: readonly MessageInit<T>[] | undefined): void {
    for (const value of values ?? []) this.message(number, type, value);
  }

  /** A list of values, packed where the kind allows it. */
  repeated<Kind extends keyof ScalarKinds>(number: number, kind: Kind, values: readonly ScalarKinds[Kind][] | undefined): void {
    if (values === undefined || values.length === 0) return;
    const write = (at: number, value: ScalarKinds[Kind]) =>
      (this[kind] as (number: number, value: ScalarKinds[Kind], explicit: boolean) => void).call(this, at, value, true);
    if (kind === "string" || kind === "bytes") {
      for (const value of values) write(number, value);
      return;
    }
    this.#tag(number, 2);
    this.#delimited(() => {
      for (const value of values) write(0, value);
    });
  }

  /** The number 0 is that of an element of a packed list, which has no tag. */
  #tag(number: number, wireType: number): void {
    if (number !== 0) this.#varint(((number << 3) | wireType) >>> 0);
  }

  /** Writes the content, then its length before it. */
  #delimited(content: () => void): void {
    const start = this.#position;
    this.#reserve(1);
    this.#position += 1;
    content();
    const length = this.#position - start - 1;
    const size = varintSize(length);
    if (size > 1) {
      this.#reserve(size - 1);
      this.#buffer.copyWithin(start + size, start + 1, this.#position);
    }
    this.#position = start;
    this.#varint(length);
    this.#position += length;
  }

  #blob(bytes: Uint8Array): void {
    this.#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#position);
    this.#position += bytes.length;
  }

  /** Writes a short string when all of it is ASCII; undefined when it is not. */
  #ascii(text: string): true | undefined {
    this.#reserve(text.length + 1);
    const start = this.#position + 1;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return undefined;
      this.#buffer[start + index] = code;
    }
    this.#buffer[this.#position] = text.length;
    this.#position = start + text.length;
    return true;
  }

  #varint(value: number): void {
    this.#reserve(5);
    while (value >= 0x80) {
      this.#buffer[this.#position] = (value & 0x7f) | 0x80;
      this.#position += 1;
      value >>>= 7;
    }
    this.#buffer[this.#position] = value;
    this.#position += 1;
  }

  #bigVarint(value: bigint): void {
    this.#reserve(10);
    let lower = Number(value & 0xffffffffn);
    let upper = Number(value >> 32n);
    while (upper !== 0 || lower >= 0x80) {
      this.#buffer[this.#position] = (lower & 0x7f) | 0x80;
      this.#position += 1;
      lower = ((lower >>> 7) | (upper << 25)) >>> 0;
      upper >>>= 7;
    }
    this.#buffer[this.#position] = lower;
    this.#position += 1;
  }

  #reserve(count: number): void {
    const needed = this.#position + count;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#position));
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function varintSize(value: number): number {
  let size = 1;
  while (value >= 0x80) {
    size += 1;
    value >>>= 7;
  }
  return size;
}
