import { Every, Inner, Shade } from "../generated/kinds.js";
import { Random } from "./random.js";

const letters = ["a", "Z", "\n", '"', "\\", "\u0001", "\u007f", "ü", "€", "𝄞", "\ufeff"];
const doubles = [0, 1, -1, 0.1, -0, 1e300, 5e-324, Number.MAX_VALUE, Infinity, -Infinity, NaN, 2 ** 53];
const int64s = [0n, 1n, -1n, 127n, 128n, 2n ** 31n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const int32s = [0, 1, -1, 127, 128, 16_383, 16_384, 2 ** 31 - 1, -(2 ** 31)];

/** A message with random values in all fields, those at the bounds often. */
export function randomEvery(random: Random): Every {
  const source = new Source(random);
  return {
    aDouble: source.double(),
    aFloat: Math.fround(source.double()),
    anInt64: source.int64(),
    anUint64: BigInt.asUintN(64, source.int64()),
    anInt32: source.int32(),
    anUint32: source.int32() >>> 0,
    aBool: source.bool(),
    aString: source.text(),
    someBytes: source.bytes(),
    inner: random.below(3) === 0 ? undefined : source.inner(),
    shade: source.shade(),
    doubles: random.list(5, () => source.double()),
    floats: random.list(5, () => Math.fround(source.double())),
    int64s: random.list(5, () => source.int64()),
    uint64s: random.list(5, () => BigInt.asUintN(64, source.int64())),
    int32s: random.list(5, () => source.int32()),
    uint32s: random.list(5, () => source.int32() >>> 0),
    bools: random.list(5, () => source.bool()),
    strings: random.list(5, () => source.text()),
    blobs: random.list(5, () => source.bytes()),
    inners: random.list(3, () => source.inner()),
    shades: random.list(5, () => source.shade()),
    choice: source.choice(),
    far: source.int32(),
  };
}

class Source {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  double(): number {
    return this.#random.below(2) === 0 ? this.#random.pick(doubles) : (this.#random.bits() - 2 ** 31) / 1000;
  }

  int64(): bigint {
    if (this.#random.below(2) === 0) return this.#random.pick(int64s);
    return BigInt.asIntN(64, (BigInt(this.#random.bits()) << 32n) | BigInt(this.#random.bits())) >> BigInt(this.#random.below(64));
  }

  int32(): number {
    return this.#random.below(2) === 0 ? this.#random.pick(int32s) : (this.#random.bits() | 0) >> this.#random.below(32);
  }

  bool(): boolean {
    return this.#random.below(2) === 0;
  }

  text(): string {
    const length = this.#random.pick([0, 3, 63, 64, 65, 200]);
    return Array.from({ length }, () => this.#random.pick(letters)).join("");
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#random.list(130, () => this.#random.below(256)));
  }

  inner(): Inner {
    return { number: this.int64(), words: this.#random.list(3, () => this.text()) };
  }

  shade(): Shade {
    return this.#random.pick([Shade.UNSPECIFIED, Shade.LIGHT, Shade.DARK, Shade.INVERSE, 77 as Shade]);
  }

  choice(): Every["choice"] {
    return this.#random.pick<Every["choice"]>([
      undefined,
      { case: "doubleChoice", value: this.double() },
      { case: "int64Choice", value: this.int64() },
      { case: "boolChoice", value: this.bool() },
      { case: "stringChoice", value: this.text() },
      { case: "bytesChoice", value: this.bytes() },
      { case: "innerChoice", value: this.inner() },
      { case: "shadeChoice", value: this.shade() },
    ]);
  }
}

/** The message in protobuf's text format. */
export function textOf(message: object): string {
  let text = "";
  for (const [name, value] of Object.entries(message)) {
    if (value === undefined) continue;
    const oneof = value as { case?: string; value?: unknown };
    const [field, content] = oneof.case === undefined ? [name, value as unknown] : [oneof.case, oneof.value];
    const snake = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    for (const element of Array.isArray(content) ? content : [content]) text += `${snake}: ${elementText(element)}\n`;
  }
  return text;
}

function elementText(value: unknown): string {
  if (typeof value === "string") return quoted(new TextEncoder().encode(value));
  if (value instanceof Uint8Array) return quoted(value);
  if (typeof value === "object" && value !== null) return `{ ${textOf(value)} }`;
  if (typeof value !== "number") return String(value);
  if (Number.isNaN(value)) return "nan";
  if (Object.is(value, -0)) return "-0.0";
  return Number.isFinite(value) ? String(value) : value > 0 ? "inf" : "-inf";
}

function quoted(bytes: Uint8Array): string {
  return `"${Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`;
}
