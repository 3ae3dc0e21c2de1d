// Encoder and decoder beside protoc, on messages of every kind of field.
import { spawnSync } from "node:child_process";
import assert from "node:assert/strict";
import test from "node:test";
import { decode, DecodeError, encode, EncodeError } from "botd";
import { Every, Few, Inner } from "./generated/kinds.js";
import { randomEvery, textOf } from "./support/every.js";
import { Random } from "./support/random.js";

const schema = "test/schema";

/** Runs protoc; undefined when it refuses the input. */
function protoc(word: "encode" | "decode", type: string, input: Uint8Array | string): Uint8Array | undefined {
  const result = spawnSync("protoc", [`--${word}=kinds.${type}`, "kinds.proto"], { input, cwd: schema });
  return result.status === 0 ? result.stdout : undefined;
}

function hex(bytes: Uint8Array | undefined): string {
  return Array.from(bytes ?? [], (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The message's text, encoded by protoc. */
function golden(message: Every): Uint8Array {
  const bytes = protoc("encode", "Every", textOf(message));
  if (bytes === undefined) assert.fail(`protoc refuses ${textOf(message)}`);
  return bytes;
}

function isRefused(bytes: Uint8Array): boolean {
  try {
    decode(Every, bytes);
    return false;
  } catch (error) {
    if (error instanceof DecodeError) return true;
    throw error;
  }
}

for (let seed = 1; seed <= 60; seed += 1) {
  test(`round trip with protoc, seed ${seed}`, () => {
    const message = randomEvery(new Random(seed));
    const bytes = golden(message);
    assert.deepEqual(decode(Every, bytes), message);
    const text = protoc("decode", "Every", encode(Every, message));
    assert.equal(hex(protoc("encode", "Every", text ?? "")), hex(bytes));
  });
}

test("integers at their bounds", () => {
  const message = Every.create();
  message.int64s = [-(2n ** 63n), -1n, 0n, 1n, 2n ** 53n + 1n, 2n ** 63n - 1n];
  message.uint64s = [0n, 2n ** 63n, 2n ** 64n - 1n];
  message.int32s = [-(2 ** 31), -1, 0, 2 ** 31 - 1];
  message.uint32s = [0, 2 ** 31, 2 ** 32 - 1];
  message.anInt64 = -(2n ** 63n);
  message.anUint64 = 2n ** 64n - 1n;
  message.anInt32 = -(2 ** 31);
  message.far = -1;
  assert.equal(hex(encode(Every, message)), hex(golden(message)));
  assert.deepEqual(decode(Every, golden(message)), message);
});

test("what does not fit is refused", () => {
  const refused: (() => unknown)[] = [
    () => encode(Every, { anInt64: 2n ** 63n }),
    () => encode(Every, { anInt64: -(2n ** 63n) - 1n }),
    () => encode(Every, { anUint64: -1n }),
    () => encode(Every, { anUint64: 2n ** 64n }),
    () => encode(Every, { anInt32: 2 ** 31 }),
    () => encode(Every, { anInt32: 0.5 }),
    () => encode(Every, { anUint32: -1 }),
    () => encode(Every, { aString: "\ud800" }),
    () => encode(Every, { strings: ["\udc00 and more"] }),
  ];
  for (const body of refused) assert.throws(body, (error) => error instanceof EncodeError);
});

test("unknown fields of every wire type are skipped", () => {
  const message = randomEvery(new Random(7));
  message.aString = "kept";
  assert.deepEqual(decode(Few, golden(message)), { aString: "kept" });
  const group = [0x0b, 0x10, 0x01, 0x13, 0x14, 0x0c];
  assert.deepEqual(decode(Few, Uint8Array.from([...group, 0x42, 1, 0x61])), { aString: "a" });
});

test("what is cut off is refused, at every byte where protoc refuses it", () => {
  const message = randomEvery(new Random(3));
  const bytes = encode(Every, message);
  let refusals = 0;
  for (let length = 0; length < bytes.length; length += 1) {
    const part = bytes.subarray(0, length);
    const isBad = protoc("decode", "Every", part) === undefined;
    if (isBad) refusals += 1;
    assert.equal(isRefused(part), isBad, `the first ${length} bytes of ${hex(bytes)}`);
  }
  assert(refusals > bytes.length / 2, `${refusals} of ${bytes.length}`);
});

test("no bytes crash the decoder, and what protoc refuses is refused", () => {
  const random = new Random(11);
  const whole = encode(Every, randomEvery(new Random(5)));
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = whole.slice();
    for (let change = random.below(4); change >= 0; change -= 1) bytes[random.below(bytes.length)] = random.below(256);
    isRefused(bytes);
  }
  for (let round = 0; round < 60; round += 1) {
    const bytes = whole.slice();
    bytes[random.below(bytes.length)] = random.below(256);
    const isBad = protoc("decode", "Every", bytes) === undefined;
    if (isBad) assert(isRefused(bytes), hex(bytes));
  }
});

test("malformed input is refused", () => {
  const cases = {
    "field number 0": [0x00, 0x01],
    "wire type 6": [0x46],
    "a varint of 11 bytes": [0x18, ...Array<number>(10).fill(0xff), 0x01],
    "a length beyond the end": [0x42, 0x05, 0x61],
    "a length of 2 GiB": [0x42, 0xff, 0xff, 0xff, 0xff, 0x07],
    "a string that is not UTF-8": [0x42, 0x02, 0xc3, 0x28],
    "a group that does not end": [0x0b, 0x10, 0x01],
    "a group that ends as another": [0x0b, 0x14],
    "an end without a group": [0x0c],
  };
  for (const [name, bytes] of Object.entries(cases)) assert(isRefused(Uint8Array.from(bytes)), name);
});

test("nesting has a bound", () => {
  const groups = (depth: number) => Uint8Array.from([...Array<number>(depth).fill(0x0b), ...Array<number>(depth).fill(0x0c)]);
  assert.equal(isRefused(groups(32)), false);
  assert.equal(isRefused(groups(33)), true);
  assert.equal(isRefused(groups(100_000)), true);
});

test("a message that comes in parts is merged, a scalar is replaced", () => {
  const first = encode(Every, { inner: { number: 1n, words: ["a"] }, anInt32: 1 });
  const second = encode(Every, { inner: { words: ["b"] }, anInt32: 2 });
  const both = decode(Every, Uint8Array.from([...first, ...second]));
  assert.deepEqual(both.inner, { number: 1n, words: ["a", "b"] });
  assert.equal(both.anInt32, 2);
});

test("the last case of a oneof counts", () => {
  const bytes = Uint8Array.from([
    ...encode(Every, { choice: { case: "stringChoice", value: "a" } }),
    ...encode(Every, { choice: { case: "int64Choice", value: 0n } }),
  ]);
  assert.deepEqual(decode(Every, bytes).choice, { case: "int64Choice", value: 0n });
});

test("packed and unpacked lists are the same", () => {
  // Field 25, int32: once packed, twice alone.
  const bytes = Uint8Array.from([0xca, 0x01, 0x02, 0x01, 0x02, 0xc8, 0x01, 0x03, 0xc8, 0x01, 0x04]);
  assert.deepEqual(decode(Every, bytes).int32s, [1, 2, 3, 4]);
});

test("decoded bytes do not share memory with the input", () => {
  const plain = encode(Every, { someBytes: Uint8Array.from([1, 2, 3]) });
  for (const bytes of [plain, Buffer.from(plain)]) {
    const message = decode(Every, bytes);
    bytes.fill(0);
    assert.deepEqual(message.someBytes, Uint8Array.from([1, 2, 3]));
  }
});

test("all fields of a decoded message are present", () => {
  assert.deepEqual(decode(Inner, new Uint8Array(0)), { number: 0n, words: [] });
  assert.deepEqual(Object.keys(decode(Every, new Uint8Array(0))), Object.keys(Every.create()));
});
