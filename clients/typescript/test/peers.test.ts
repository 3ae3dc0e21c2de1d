// What the client makes of peers that are no sound daemon. None of it may hang.
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import {
  BotdError,
  Client,
  ClosedError,
  Code,
  ConnectionLostError,
  ConnectionRefusedError,
  decode,
  DeadlineExceededError,
  MessageTooLargeError,
  NotBotdError,
  PingResponse,
  StartBotRequest,
  StartBotResponse,
  StreamCutError,
  SubscribeTradesResponse,
  VersionTooOldError,
} from "botd";
import type { ClientOptions } from "botd";
import { FrameType } from "#internal/transport/frame.js";
import { freePort } from "./support/daemon.js";
import { failure } from "./support/errors.js";
import { folder } from "./support/folder.js";
import { servePeer, serveSocket } from "./support/peer.js";

const limit = { timeout: 20_000 };

function clientOf(context: TestContext, address: string, options: ClientOptions = {}): Client {
  const client = new Client({ address, backoff: { firstMs: 1, maximumMs: 20 }, ...options });
  context.after(() => client.close());
  return client;
}

test("a refused connection names the address and the remedy", limit, async (context) => {
  const addresses = [`unix:${folder(context)}/nobody`, `tcp://127.0.0.1:${await freePort()}`, `unix:/tmp/${"x".repeat(200)}`];
  for (const address of addresses) {
    const attempts = [
      () => clientOf(context, address).hello(),
      () => clientOf(context, address).bot.listBots(),
      () => Client.connect({ address }),
    ];
    for (const attempt of attempts) {
      const error = await failure(ConnectionRefusedError, attempt());
      assert(error.message.includes(address) && error.message.includes("is botd running"), error.message);
      assert.equal(error.code, Code.UNAVAILABLE);
    }
    await failure(ConnectionRefusedError, clientOf(context, address).trades().next());
  }
});

test("an HTTP server is not botd", limit, async (context) => {
  const address = await serveSocket(context, (socket) => {
    socket.on("data", () => socket.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"));
  });
  const error = await failure(NotBotdError, clientOf(context, address).hello());
  assert.match(error.message, /HTTP/);
  await failure(NotBotdError, clientOf(context, address).trades({ after: "start" }).next());
});

test("a ttrpc server without our services is not botd", limit, async (context) => {
  const address = await serveSocket(context, (socket) => {
    // RESPONSE on stream 1: status 12 UNIMPLEMENTED.
    socket.on("data", () => socket.write(Uint8Array.from([0, 0, 0, 4, 0, 0, 0, 1, 2, 0, 0x0a, 2, 8, 12])));
  });
  await failure(NotBotdError, clientOf(context, address).hello());
});

test("a server that says nothing costs the time of the call, no more", limit, async (context) => {
  const address = await serveSocket(context, () => undefined);
  const error = await failure(DeadlineExceededError, clientOf(context, address, { timeoutMs: 200 }).bot.listBots());
  assert.match(error.message, /0\.2 s/);
  await failure(DeadlineExceededError, clientOf(context, address, { timeoutMs: 200 }).trades().next());
});

test("a server that closes at once", limit, async (context) => {
  const address = await serveSocket(context, (socket) => socket.destroy());
  await failure(ConnectionLostError, clientOf(context, address).hello());
});

test("a daemon that is too old is named with its version", limit, async (context) => {
  for (const hello of [{ version: "0.1.9" }, { apiVersion: "botd.v0" }, { version: "" }]) {
    const address = await servePeer(context, { call: () => undefined, hello });
    const error = await failure(VersionTooOldError, clientOf(context, address).bot.listBots());
    assert.match(error.message, /0\.2\.0/);
  }
});

test("a call that is not answered ends at its deadline, and its late answer is ignored", limit, async (context) => {
  const late: (() => void)[] = [];
  const address = await servePeer(context, {
    call(call) {
      if (late.length === 0) late.push(() => call.answer(PingResponse, { payload: Uint8Array.from([1]) }));
      else call.answer(PingResponse, { payload: Uint8Array.from([2]) });
    },
  });
  const client = clientOf(context, address);
  const error = await failure(DeadlineExceededError, client.system.ping({}, { timeoutMs: 100 }));
  assert.equal(error.code, Code.DEADLINE_EXCEEDED);
  late[0]?.();
  assert.deepEqual((await client.system.ping()).payload, Uint8Array.from([2]));
});

test("a call tells the daemon how long it waits", limit, async (context) => {
  const timeouts: bigint[] = [];
  const address = await servePeer(context, {
    call(call) {
      timeouts.push(call.request.timeoutNano);
      call.answer(PingResponse, {});
    },
  });
  const client = clientOf(context, address, { timeoutMs: 3_000 });
  await client.system.ping();
  await client.system.ping({}, { timeoutMs: 500 });
  const [first, second] = timeouts as [bigint, bigint];
  assert(first > 2_000_000_000n && first <= 3_000_000_000n, `${first}`);
  assert(second > 100_000_000n && second <= 500_000_000n, `${second}`);
});

test("a change is repeated under its request id when it was cut off, or the daemon is away", limit, async (context) => {
  const ids: string[] = [];
  const address = await servePeer(context, {
    call(call) {
      ids.push(decode(StartBotRequest, call.request.payload).requestId);
      if (ids.length === 1) call.cut();
      else if (ids.length === 2) call.fail({ code: Code.UNAVAILABLE, message: "shutting down" });
      else call.answer(StartBotResponse, {});
    },
  });
  const client = clientOf(context, address);
  await client.bot.startBot({ botId: "a" });
  await client.bot.startBot({ botId: "a" });
  await client.bot.startBot({ botId: "a", requestId: "mine" });
  assert.equal(ids.length, 5);
  assert.match(ids[0] as string, /^[0-9a-f-]{36}$/);
  assert.deepEqual([ids[1], ids[2]], [ids[0], ids[0]]);
  assert.notEqual(ids[3], ids[0]);
  assert.equal(ids[4], "mine");
});

test("a change without a request id is sent once", limit, async (context) => {
  let calls = 0;
  const address = await servePeer(context, {
    call(call) {
      calls += 1;
      call.cut();
    },
  });
  await failure(ConnectionLostError, clientOf(context, address).bot.startBot({ botId: "a", requestId: "" }));
  assert.equal(calls, 1);
});

test("repeating ends at the deadline and says why", limit, async (context) => {
  const address = await servePeer(context, { call: (call) => call.cut() });
  const error = await failure(DeadlineExceededError, clientOf(context, address).bot.listBots({}, { timeoutMs: 300 }));
  assert.match(error.message, /the last attempt: the connection/);
});

test("other errors are not repeated", limit, async (context) => {
  let calls = 0;
  const address = await servePeer(context, {
    call(call) {
      calls += 1;
      call.fail({ code: Code.FAILED_PRECONDITION, message: "no" });
    },
  });
  const error = await failure(BotdError, clientOf(context, address).bot.startBot({ botId: "a" }));
  assert.deepEqual([error.code, error.codeName, error.message, calls], [Code.FAILED_PRECONDITION, "FAILED_PRECONDITION", "no", 1]);
});

test("messages over 4 MiB are refused on either way, and the connection goes on", limit, async (context) => {
  const large = new Uint8Array((4 << 20) + 1);
  let calls = 0;
  const address = await servePeer(context, {
    call(call) {
      calls += 1;
      if (calls === 1) call.raw(FrameType.RESPONSE, 0, large);
      else call.answer(PingResponse, { payload: Uint8Array.from([7]) });
    },
  });
  const client = clientOf(context, address);
  await failure(MessageTooLargeError, client.system.ping());
  await failure(MessageTooLargeError, client.system.ping({ payload: large }));
  assert.deepEqual((await client.system.ping()).payload, Uint8Array.from([7]));
  assert.equal(calls, 2);
});

test("an answer that is no message, and an answer of the wrong kind", limit, async (context) => {
  const answers = [Uint8Array.from([0x12, 0x05, 1]), Uint8Array.from([0x12, 0x01, 0x0a]), Uint8Array.from([0xff])];
  let calls = 0;
  const address = await servePeer(context, {
    call(call) {
      const answer = answers[calls];
      calls += 1;
      if (answer === undefined) call.message(PingResponse, {});
      else call.raw(FrameType.RESPONSE, 0, answer);
    },
  });
  const client = clientOf(context, address);
  for (let round = 0; round < 4; round += 1) await failure(NotBotdError, client.system.ping());
});

test("an aborted call ends at once with the signal's reason", limit, async (context) => {
  const address = await servePeer(context, { call: () => abort.abort(new Error("enough")) });
  const abort = new AbortController();
  const error = await failure(Error, clientOf(context, address).system.ping({}, { signal: abort.signal }));
  assert.equal(error.message, "enough");
  assert.equal((await failure(Error, clientOf(context, address).system.ping({}, { signal: abort.signal }))).message, "enough");
});

test("closing the client ends what is open", limit, async (context) => {
  const address = await servePeer(context, { call: () => void client.close() });
  const client = clientOf(context, address);
  await failure(ClosedError, client.system.ping());
  await failure(ClosedError, client.system.ping());
  await failure(ClosedError, client.trades().next());
});

test("a server stream that is cut off says so", limit, async (context) => {
  const address = await servePeer(context, { call: (call) => call.cut() });
  const stream = await clientOf(context, address).backtest.runBacktest({});
  const error = await failure(StreamCutError, stream.next());
  assert.equal(error.code, Code.UNAVAILABLE);
});

test("a server stream ends at its deadline and is canceled", limit, async (context) => {
  let canceled: () => void = () => undefined;
  const cancellation = new Promise<void>((resolve) => (canceled = resolve));
  const address = await servePeer(context, {
    call: () => undefined,
    message: (_, data) => data === undefined && canceled(),
  });
  const stream = await clientOf(context, address).backtest.runBacktest({}, { timeoutMs: 100 });
  await failure(DeadlineExceededError, stream.next());
  await cancellation;
});

test("a closed stream drops what still comes", limit, async (context) => {
  const address = await servePeer(context, {
    call: () => undefined,
    message(call, data) {
      call.message(SubscribeTradesResponse, { caughtUp: { sequence: 1n } });
      if (data === undefined) call.end();
    },
  });
  const stream = await clientOf(context, address).trade.subscribeTrades();
  stream.send({});
  assert.equal((await stream.next()).done, false);
  await stream.close();
  assert.equal((await stream.next()).done, true);
  assert.throws(() => stream.send({}), (error) => error instanceof ClosedError);
});
