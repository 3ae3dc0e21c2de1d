import assert from "node:assert/strict";
import test from "node:test";
import { Bookmark, Client, decimal, decimalFromUnits, decimalToUnits, enumName, Side } from "botd";
import { defaultAddress, parseAddress } from "#internal/address.js";
import { provideAsyncDispose } from "#internal/dispose.js";
import { isOlder } from "#internal/transport/channel.js";
import { Backoff, duration } from "#internal/waiting.js";
import { Random } from "./support/random.js";

function isRangeError(error: unknown): boolean {
  return error instanceof RangeError;
}

test("decimals keep their text and are exact", () => {
  for (const text of ["0", "1", "-1", "0.1", "67012.50", "-0.00000001", "999999999999999999.99999999", "1.000000000000"]) {
    assert.equal(decimal(text), text);
  }
  assert.equal(decimalToUnits(decimal("0.1")) + decimalToUnits(decimal("0.2")), 30_000_000n);
  assert.equal(decimalFromUnits(-30_000_000n), "-0.3");
  assert.equal(decimalFromUnits(0n), "0");
  const random = new Random(1);
  for (let round = 0; round < 1_000; round += 1) {
    const units = BigInt.asIntN(64, (BigInt(random.bits()) << 32n) | BigInt(random.bits()));
    assert.equal(decimalToUnits(decimalFromUnits(units)), units);
  }
});

test("what is no decimal is refused", () => {
  const wrong = ["", " 1", "1 ", "+1", "1e3", "007", "-0", "-0.0", "1.", ".5", "0.000000001", "1234567890123456789", "NaN", "0x1", "1,5"];
  for (const text of wrong) assert.throws(() => decimal(text), isRangeError);
  assert.throws(() => decimalFromUnits(10n ** 26n), isRangeError);
});

test("a bookmark comes back from its text", () => {
  const bookmark = new Bookmark("k3v9x2mq", 9_007_199_254_740_993n);
  assert.equal(bookmark.toString(), "k3v9x2mq:9007199254740993");
  assert.deepEqual(Bookmark.parse(`${bookmark}\n`), bookmark);
  for (const text of ["", "k3v9x2mq", "k3v9x2mq:", ":5", "k:-1", "k:1.5", "k:05", "k:9223372036854775808", "k k:1"]) {
    assert.throws(() => Bookmark.parse(text), isRangeError);
  }
});

test("addresses", () => {
  assert.deepEqual(parseAddress("unix:/run/botd/botd.sock"), { path: "/run/botd/botd.sock" });
  assert.deepEqual(parseAddress("tcp://localhost:7777"), { host: "localhost", port: 7777 });
  assert.deepEqual(parseAddress("tcp://[::1]:7777"), { host: "::1", port: 7777 });
  for (const text of ["", "unix:", "/run/botd.sock", "tcp://", "tcp://host", "tcp://host:0", "tcp://host:65536", "tcp://:7", "http://h:1"]) {
    assert.throws(() => parseAddress(text), isRangeError);
    assert.throws(() => new Client({ address: text }), isRangeError);
  }
});

test("the default address is that of the protocol", () => {
  assert.equal(defaultAddress({ BOTD_ADDRESS: "tcp://h:1", XDG_RUNTIME_DIR: "/r", HOME: "/h" }), "tcp://h:1");
  assert.equal(defaultAddress({ BOTD_ADDRESS: "", XDG_RUNTIME_DIR: "/r", HOME: "/h" }), "unix:/r/botd/botd.sock");
  assert.equal(defaultAddress({ HOME: "/h" }), "unix:/h/.botd/botd.sock");
  assert.equal(defaultAddress({}), "unix:/run/botd/botd.sock");
});

test("versions compare by numbers", () => {
  assert(isOlder("0.1.9", "0.2.0"));
  assert(isOlder("0.2", "0.2.1"));
  assert(!isOlder("0.10.0", "0.2.0"));
  assert(!isOlder("0.2.0-dev", "0.2.0"));
  assert(isOlder("", "0.2.0"));
});

test("waits double up to their bound and are jittered", () => {
  const backoff = new Backoff();
  const bounds = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000];
  const waits = bounds.map(() => backoff.next());
  waits.forEach((wait, index) => {
    const bound = bounds[index] as number;
    assert(wait >= bound / 2 && wait <= bound, `wait ${index} is ${wait}`);
  });
  assert.equal(new Set(waits.map((wait, index) => wait / (bounds[index] as number))).size > 1, true);
  backoff.reset();
  assert(backoff.next() <= 100);
});

test("times are bounded", () => {
  assert.equal(duration("timeoutMs", 1), 1);
  for (const wrong of [0, -1, NaN, Infinity, 2 ** 31]) {
    assert.throws(() => duration("timeoutMs", wrong), isRangeError);
    assert.throws(() => new Client({ address: "unix:/s", timeoutMs: wrong }), isRangeError);
  }
});

test("Symbol.asyncDispose is provided where it is missing, and left alone where it is not", () => {
  const lacking: { asyncDispose?: symbol } = {};
  provideAsyncDispose(lacking);
  assert.equal(typeof lacking.asyncDispose, "symbol");
  const given = { asyncDispose: Symbol.iterator };
  provideAsyncDispose(given);
  assert.equal(given.asyncDispose, Symbol.iterator);
  assert.equal(typeof new Client({ address: "unix:/s" })[Symbol.asyncDispose], "function");
});

test("names of enums", () => {
  assert.equal(enumName(Side, Side.BUY), "BUY");
  assert.equal(enumName(Side, 99), "99");
});
