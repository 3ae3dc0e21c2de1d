// Nothing grows: descriptors and memory over 10,000 calls and 1,000 reconnects.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Bookmark } from "botd";
import { Daemon } from "./support/daemon.js";
import { Random } from "./support/random.js";
import { Relay } from "./support/relay.js";

const limit = { timeout: 300_000 };
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

interface Use {
  readonly descriptors: number;
  /** Live objects and buffers outside the heap, in bytes. */
  readonly memory: number;
}

async function use(): Promise<Use> {
  // What a turn of the event loop closes or lets go is gone after it.
  await new Promise<void>((resolve) => setImmediate(resolve));
  collect();
  await new Promise<void>((resolve) => setImmediate(resolve));
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return { descriptors: readdirSync("/proc/self/fd").length, memory: heapUsed + external };
}

function assertSame(before: Use, after: Use, allowedBytes: number): void {
  // A connection through the relay has three, and may be there or just lost.
  assert(after.descriptors <= before.descriptors + 3, `descriptors: ${before.descriptors} before, ${after.descriptors} after`);
  assert(after.memory - before.memory < allowedBytes, `bytes: ${before.memory} before, ${after.memory} after`);
}

test("10,000 calls, one by one and many at once", limit, async (context) => {
  const client = (await Daemon.start(context)).client(context);
  // A signal that lasts longer than the calls must not keep them.
  const { signal } = new AbortController();
  const ping = () => client.system.ping({ payload: new Uint8Array(1_000) }, { signal });
  const calls = async (count: number) => {
    for (let done = 0; done < count; done += 50) {
      await ping();
      await client.bot.getBot({ botId: "none" }).catch(() => undefined);
      await Promise.all(Array.from({ length: 48 }, ping));
    }
  };
  await calls(2_000);
  const before = await use();
  await calls(10_000);
  assertSame(before, await use(), 500_000);
});

test("1,000 subscriptions opened and left on one connection", limit, async (context) => {
  const client = (await Daemon.start(context, { arguments: ["--example-bots"] })).client(context);
  const abort = new AbortController();
  const leave = async (count: number) => {
    for (let done = 0; done < count; done += 1) {
      for await (const { event } of client.events({ after: "start", signal: abort.signal })) {
        assert(event.sequence > 0n);
        break;
      }
    }
  };
  await leave(100);
  const before = await use();
  await leave(1_000);
  assertSame(before, await use(), 500_000);
});

test("1,000 reconnects in one subscription, cut at any byte: no gap, no repeat", limit, async (context) => {
  const daemon = await Daemon.start(context, { arguments: ["--example-bots", "--speed", "1000"] });
  const relay = await Relay.start(context, daemon.address, new Random(21), 3);
  const client = daemon.client(context, { address: relay.address, backoff: { firstMs: 1, maximumMs: 2 } });
  let before: Use | undefined;
  let last = 0n;
  let bookmark: Bookmark | undefined;
  const seen: bigint[] = [];
  // Heartbeats bring the connection to its end where few events come.
  for await (const item of client.events({ after: "start", heartbeatMs: 100 })) {
    if (item.event.sequence === 0n) continue;
    assert.equal(item.event.previousSequence, last);
    last = item.event.sequence;
    bookmark = item.bookmark;
    if (seen.length < 10_000) seen.push(last);
    if (relay.cuts >= 100) before ??= await use();
    if (relay.cuts >= 1_100) break;
  }
  assert(before !== undefined);
  assertSame(before, await use(), 1_000_000);
  const direct = daemon.client(context);
  const expected: bigint[] = [];
  for await (const { event } of direct.events({ after: "start" })) {
    if (event.sequence > 0n) expected.push(event.sequence);
    if (expected.length === seen.length) break;
  }
  assert.deepEqual(seen, expected);
  assert.equal(bookmark?.sequence, last);
  context.diagnostic(`${relay.cuts} cuts, the last event ${last}`);
});

test("1,000 connections for calls, each lost", limit, async (context) => {
  const daemon = await Daemon.start(context);
  const relay = await Relay.start(context, daemon.address, new Random(22), 10);
  const client = daemon.client(context, { address: relay.address, backoff: { firstMs: 1, maximumMs: 2 } });
  const calls = async (cuts: number) => {
    while (relay.cuts < cuts) assert.equal((await client.system.ping({ payload: Uint8Array.from([5]) })).payload[0], 5);
  };
  await calls(100);
  const before = await use();
  await calls(1_100);
  assertSame(before, await use(), 500_000);
});
