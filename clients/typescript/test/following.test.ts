// Subscriptions on peers that misbehave: what is checked, what is resumed, what is raised.
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import {
  Bookmark,
  BotdError,
  Client,
  Code,
  decode,
  encode,
  ErrorInfo,
  HistoryTrimmed,
  JournalChanged,
  SequenceGapError,
  StreamCutError,
  SubscribeTradesRequest,
  SubscribeTradesResponse,
} from "botd";
import type { MessageInit, TradeItem, TradesOptions } from "botd";
import { failure } from "./support/errors.js";
import { servePeer } from "./support/peer.js";
import type { PeerCall } from "./support/peer.js";

const limit = { timeout: 20_000 };
type Message = MessageInit<SubscribeTradesResponse>;

/** What the peer does with the n-th subscription, from 0. */
type Play = (call: PeerCall, request: SubscribeTradesRequest, index: number) => void;

interface Followed {
  readonly client: Client;
  readonly requests: SubscribeTradesRequest[];
  /** Half-closes that arrived. */
  readonly ended: () => number;
}

async function peer(context: TestContext, play: Play): Promise<Followed> {
  const requests: SubscribeTradesRequest[] = [];
  let ended = 0;
  const address = await servePeer(context, {
    call: () => undefined,
    message(call, data) {
      if (data === undefined) {
        ended += 1;
        return call.end();
      }
      const request = decode(SubscribeTradesRequest, data);
      requests.push(request);
      play(call, request, requests.length - 1);
    },
  });
  const client = new Client({ address, backoff: { firstMs: 1, maximumMs: 10 } });
  context.after(() => client.close());
  return { client, requests, ended: () => ended };
}

function say(call: PeerCall, ...messages: Message[]): void {
  for (const message of messages) call.message(SubscribeTradesResponse, message);
}

function opened(last: bigint): Message {
  return { opened: { journalId: "j", firstSequence: 1n, lastSequence: last } };
}

/** A message of trades, each given by its sequence and the one before. */
function trades(...places: [bigint, bigint][]): Message {
  return { trades: places.map(([previousSequence, sequence]) => ({ previousSequence, sequence, tradeId: `${sequence}` })) };
}

async function take(client: Client, count: number, options: TradesOptions = { after: "start" }): Promise<TradeItem[]> {
  const items: TradeItem[] = [];
  for await (const item of client.trades(options)) {
    items.push(item);
    if (items.length === count) break;
  }
  return items;
}

function sequences(items: readonly TradeItem[]): bigint[] {
  return items.map((item) => item.trade.sequence);
}

test("a cut subscription goes on after the last trade, in the same journal", limit, async (context) => {
  const { client, requests } = await peer(context, (call, { afterSequence }, index) => {
    say(call, opened(9n));
    if (index === 0) {
      say(call, trades([0n, 3n], [3n, 5n]));
      call.cut();
    } else if (index === 1) {
      say(call, { draining: { lastSequence: 5n } });
      call.end();
    } else say(call, trades([afterSequence, 7n]));
  });
  const items = await take(client, 3);
  assert.deepEqual(sequences(items), [3n, 5n, 7n]);
  assert.deepEqual(items.map((item) => item.bookmark.toString()), ["j:3", "j:5", "j:7"]);
  assert.deepEqual(requests.map(({ afterSequence, journalId, liveOnly }) => ({ afterSequence, journalId, liveOnly })), [
    { afterSequence: 0n, journalId: "", liveOnly: false },
    { afterSequence: 5n, journalId: "j", liveOnly: false },
    { afterSequence: 5n, journalId: "j", liveOnly: false },
  ]);
});

test("without a bookmark it begins now, and is resumed from there though no trade came", limit, async (context) => {
  const { client, requests } = await peer(context, (call, _, index) => {
    say(call, opened(9n));
    if (index === 0) call.cut();
    else say(call, trades([9n, 12n]));
  });
  const subscription = client.trades();
  assert.equal(subscription.bookmark, undefined);
  assert.equal((await subscription.ready()).toString(), "j:9");
  assert.deepEqual(sequences([(await subscription.next()).value as TradeItem]), [12n]);
  await subscription.close();
  assert.deepEqual(requests.map(({ afterSequence, liveOnly }) => [afterSequence, liveOnly]), [[0n, true], [9n, false]]);
});

test("a gap leads to a new subscription after the last trade seen", limit, async (context) => {
  const { client, requests } = await peer(context, (call, { afterSequence }, index) => {
    say(call, opened(9n));
    if (index === 0) say(call, trades([0n, 1n]), trades([2n, 3n]));
    else say(call, trades([afterSequence, 2n], [2n, 3n]));
  });
  assert.deepEqual(sequences(await take(client, 3)), [1n, 2n, 3n]);
  assert.equal(requests[1]?.afterSequence, 1n);
});

test("a heartbeat that names another sequence is a gap", limit, async (context) => {
  const { client } = await peer(context, (call, { afterSequence }, index) => {
    say(call, opened(9n));
    if (index === 0) say(call, trades([0n, 1n]), { heartbeat: { lastSequence: 2n } });
    else say(call, trades([afterSequence, 2n]), { heartbeat: { lastSequence: 2n } }, trades([2n, 3n]));
  });
  assert.deepEqual(sequences(await take(client, 3)), [1n, 2n, 3n]);
});

test("a gap that comes again and again is an error", limit, async (context) => {
  const { client, requests } = await peer(context, (call) => say(call, opened(9n), trades([4n, 5n])));
  await failure(SequenceGapError, take(client, 1));
  assert(requests.length > 1 && requests.length < 20, `${requests.length}`);
});

test("repeats and late trades are dropped", limit, async (context) => {
  const { client } = await peer(context, (call) => {
    say(call, opened(9n), trades([0n, 1n], [1n, 2n]), trades([0n, 1n]), trades([1n, 2n], [2n, 3n]));
  });
  assert.deepEqual(sequences(await take(client, 3)), [1n, 2n, 3n]);
});

test("heartbeats are no closer than the daemon's", () => {
  const client = new Client({ address: "unix:/s" });
  for (const heartbeatMs of [0, 99, 2 ** 31]) assert.throws(() => client.trades({ heartbeatMs }), (error) => error instanceof RangeError);
});

test("silence of three heartbeats is a dead connection: it is made anew", limit, async (context) => {
  const connections: number[] = [];
  const { client, requests } = await peer(context, (call, { afterSequence }, index) => {
    connections.push(call.connection);
    if (index === 0) say(call, opened(9n), trades([0n, 1n]));
    else say(call, opened(9n), trades([afterSequence, 2n]));
  });
  assert.deepEqual(sequences(await take(client, 2, { after: "start", heartbeatMs: 1000 })), [1n, 2n]);
  assert.deepEqual(connections, [0, 1]);
  assert.equal(requests[0]?.heartbeatMs, 1000);
});

test("trades that are not recorded are marked and do not move the bookmark", limit, async (context) => {
  const unrecorded = (places: Message): Message => ({ ...places, notRecorded: true });
  const { client, requests } = await peer(context, (call, { afterSequence }, index) => {
    say(call, opened(9n));
    if (index === 0) {
      say(call, trades([0n, 3n]), unrecorded(trades([3n, 4n], [4n, 5n])));
      return call.cut();
    }
    assert.equal(afterSequence, 3n);
    // The same run of the daemon tells 4 and 5 once more.
    say(call, unrecorded(trades([3n, 4n], [4n, 5n], [5n, 6n])), { heartbeat: { lastSequence: 6n }, notRecorded: true });
  });
  const items = await take(client, 4);
  assert.deepEqual(items.map(({ trade, bookmark, notRecorded }) => [trade.sequence, `${bookmark}`, notRecorded]), [
    [3n, "j:3", false],
    [4n, "j:3", true],
    [5n, "j:3", true],
    [6n, "j:3", true],
  ]);
  assert.equal(requests.length, 2);
});

test("OUT_OF_RANGE is raised, not jumped over", limit, async (context) => {
  const refuse = (call: PeerCall, reason: string) => {
    const value = encode(ErrorInfo, { reason, field: "after_sequence", lastSequence: 90n });
    const details = [{ typeUrl: "type.googleapis.com/botd.v1.ErrorInfo", value }];
    call.fail({ code: Code.OUT_OF_RANGE, message: "of no use", details });
  };
  for (const reason of ["OTHER_JOURNAL", "SEQUENCE_BEYOND_END"]) {
    const { client } = await peer(context, (call) => refuse(call, reason));
    const error = await failure(JournalChanged, take(client, 1, { after: new Bookmark("j", 100n) }));
    assert.deepEqual([error.code, error.reason, error.lastSequence], [Code.OUT_OF_RANGE, reason, 90n]);
  }
  const { client } = await peer(context, (call, { liveOnly }) => {
    if (!liveOnly) return refuse(call, "HISTORY_TRIMMED");
    say(call, { opened: { journalId: "j", firstSequence: 50n, lastSequence: 90n } });
  });
  const error = await failure(HistoryTrimmed, take(client, 1, { after: new Bookmark("j", 10n) }));
  assert.deepEqual([error.first, error.last], [50n, 90n]);
});

test("JournalChanged is raised in the middle of following as well", limit, async (context) => {
  const { client } = await peer(context, (call, _, index) => {
    if (index === 0) {
      say(call, opened(9n), trades([0n, 1n]));
      return call.cut();
    }
    const value = encode(ErrorInfo, { reason: "OTHER_JOURNAL" });
    call.fail({ code: Code.OUT_OF_RANGE, message: "other", details: [{ typeUrl: "type.googleapis.com/botd.v1.ErrorInfo", value }] });
  });
  const subscription = client.trades({ after: "start" });
  assert.equal((await subscription.next()).done, false);
  await failure(JournalChanged, subscription.next());
  await failure(JournalChanged, subscription.next());
  assert.equal(subscription.bookmark?.toString(), "j:1");
});

test("what cannot be mended by trying again ends the subscription", limit, async (context) => {
  const { client, requests } = await peer(context, (call) => call.fail({ code: Code.PERMISSION_DENIED, message: "no" }));
  const error = await failure(BotdError, take(client, 1));
  assert.deepEqual([error.code, requests.length], [Code.PERMISSION_DENIED, 1]);
});

test("a reader that is too slow is cut and goes on where it was", limit, async (context) => {
  let sent = 0n;
  const { client, requests } = await peer(context, (call, { afterSequence }) => {
    say(call, opened(9n));
    const first = afterSequence;
    for (sent = first; sent < first + 200n && sent < 600n; sent += 1n) say(call, trades([sent, sent + 1n]));
  });
  const items = await take(client, 600, { after: "start", bufferBytes: 8_000, heartbeatMs: 200 });
  assert.deepEqual(sequences(items), Array.from({ length: 600 }, (_, index) => BigInt(index) + 1n));
  assert(requests.length > 3, `${requests.length}`);
});

test("leaving the loop half-closes and drains; the connection is used again", limit, async (context) => {
  const { client, requests, ended } = await peer(context, (call) => say(call, opened(9n), trades([0n, 1n], [1n, 2n]), trades([2n, 3n])));
  assert.deepEqual(sequences(await take(client, 1)), [1n]);
  assert.equal(ended(), 1);
  assert.deepEqual(sequences(await take(client, 3)), [1n, 2n, 3n]);
  assert.equal(requests.length, 2);
  const subscription = client.trades({ after: "start" });
  await subscription.next();
  await subscription[Symbol.asyncDispose]();
  assert.deepEqual(await subscription.next(), { done: true, value: undefined });
  assert.equal(ended(), 3);
});

test("an aborted subscription ends with the signal's reason, and half-closes", limit, async (context) => {
  const abort = new AbortController();
  const { client, ended } = await peer(context, (call) => say(call, opened(9n), trades([0n, 1n])));
  const seen: bigint[] = [];
  const following = (async () => {
    for await (const { trade } of client.trades({ after: "start", signal: abort.signal })) {
      seen.push(trade.sequence);
      abort.abort(new Error("enough"));
    }
  })();
  assert.equal((await failure(Error, following)).message, "enough");
  assert.deepEqual(seen, [1n]);
  await client.system.ping({}, { timeoutMs: 50 }).catch(() => undefined);
  assert.equal(ended(), 1);
  assert.equal((await failure(Error, take(client, 1, { signal: abort.signal }))).message, "enough");
});

test("candles are not resumed, and say so", limit, async (context) => {
  const address = await servePeer(context, { call: () => undefined, message: (call) => call.cut() });
  const client = new Client({ address });
  context.after(() => client.close());
  await failure(StreamCutError, client.candles({ symbols: ["BTCUSDT"] }).next());
});
