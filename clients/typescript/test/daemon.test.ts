// The whole surface against a real daemon on its own simulated market.
import assert from "node:assert/strict";
import test from "node:test";
import {
  Bookmark,
  BotdError,
  BotState,
  Client,
  Code,
  decimal,
  EventKind,
  JournalChanged,
  listAll,
} from "botd";
import type { BotSpec, MessageInit, MessageStream, Trade } from "botd";
import * as messages from "#internal/generated/botd/index.js";
import type { Method } from "#internal/wire/method.js";
import { Daemon } from "./support/daemon.js";
import { failure } from "./support/errors.js";

const limit = { timeout: 120_000 };
const parameters = [
  { key: "fast", value: "2" },
  { key: "slow", value: "3" },
];
const spec: MessageInit<BotSpec> = { symbol: "BTCUSDT", strategy: "ema_cross", parameters, interval: "1m", capital: decimal("10000") };

async function startBot(client: Client, botId: string): Promise<void> {
  await client.bot.createBot({ botId, spec });
  await client.bot.startBot({ botId });
}

async function listed(client: Client): Promise<Trade[]> {
  const trades: Trade[] = [];
  const page = (pageToken: string) => client.trade.listTrades({ pageToken, pageSize: 7 });
  for await (const trade of listAll(page, (answer) => answer.trades)) trades.push({ ...trade, previousSequence: 0n });
  return trades;
}

test("a bot's life", limit, async (context) => {
  const client = (await Daemon.start(context)).client(context);
  const hello = await client.hello();
  assert.equal(hello.apiVersion, "botd.v1");
  await startBot(client, "alpha");
  const { bots } = await client.bot.listBots();
  assert.deepEqual(bots.map((bot) => [bot.id, bot.spec?.capital, bot.state]), [["alpha", "10000", BotState.RUNNING]]);
  await client.bot.pauseBot({ botId: "alpha" });
  assert.equal((await client.bot.getBot({ botId: "alpha" })).bot?.state, BotState.PAUSED);
  await client.bot.stopBot({ botId: "alpha" });
  await client.bot.removeBot({ botId: "alpha" });
  assert.deepEqual((await client.bot.listBots()).bots, []);
  const none = await failure(BotdError, client.bot.getBot({ botId: "beta" }));
  assert.deepEqual([none.code, none.codeName, none.reason, none.field], [Code.NOT_FOUND, "NOT_FOUND", "BOT_NOT_FOUND", "bot_id"]);
});

test("everything that is wrong with a request is said at once", limit, async (context) => {
  const client = (await Daemon.start(context)).client(context);
  const wrong: MessageInit<BotSpec> = { ...spec, symbol: "NOTHING", interval: "7s", capital: decimal("-1") };
  const error = await failure(BotdError, client.bot.createBot({ botId: "alpha", spec: wrong }));
  assert.equal(error.code, Code.INVALID_ARGUMENT);
  const fields = error.violations.map((violation) => violation.field);
  for (const field of ["spec.symbol", "spec.interval", "spec.capital"]) assert(fields.includes(field), `${field} of ${fields}`);
  assert(error.violations.every((violation) => violation.reason !== "" && violation.message !== ""));
});

test("a change under the same request id is made once", limit, async (context) => {
  const client = (await Daemon.start(context)).client(context);
  const first = await client.bot.createBot({ botId: "alpha", spec, requestId: "one" });
  assert.deepEqual(await client.bot.createBot({ botId: "alpha", spec, requestId: "one" }), first);
  const reused = await failure(BotdError, client.bot.createBot({ botId: "beta", spec, requestId: "one" }));
  assert.equal(reused.reason, "REQUEST_ID_REUSED");
  assert.equal((await failure(BotdError, client.bot.createBot({ botId: "alpha", spec }))).reason, "BOT_EXISTS");
});

/** Calls the method with an empty request; of a stream it takes the first message. */
async function touch(client: Client, method: Method<object, object>): Promise<void> {
  const name = `${method.service.replace(/^.*\./, "")}Client`;
  const service = Object.values(client).find((part) => part.constructor.name === name) as Record<string, (request: object) => Promise<object>>;
  const call = service[`${method.name[0]?.toLowerCase()}${method.name.slice(1)}`];
  assert(call !== undefined, method.name);
  const result = await call.call(service, {});
  if (method.kind === "unary") return;
  const stream = result as MessageStream<object, object>;
  if (method.kind === "bidi") stream.send({});
  await stream.next();
  await stream.close();
}

test("every method of the schema exists in the daemon", limit, async (context) => {
  const daemon = await Daemon.start(context, { arguments: ["--example-bots"] });
  const client = daemon.client(context);
  const methods = Object.entries(messages).flatMap(([name, value]) =>
    name.endsWith("Service") ? (Object.values(value) as unknown as Method<object, object>[]) : [],
  );
  assert(methods.length > 40, `${methods.length}`);
  for (const method of methods.filter(({ name }) => name !== "Shutdown" && name !== "Login")) {
    const error: unknown = await touch(client, method).then(() => undefined, (thrown: unknown) => thrown);
    if (error === undefined) continue;
    assert(error instanceof BotdError, `${method.name}: ${error}`);
    assert(error.code !== Code.UNIMPLEMENTED && error.code !== Code.INTERNAL, `${method.name}: ${error.message}`);
  }
});

test("a subscription goes on over kill -9, without a gap or a repeat", limit, async (context) => {
  const daemon = await Daemon.start(context, { arguments: ["--speed", "1000"] });
  const client = daemon.client(context);
  await startBot(client, "alpha");
  const trades: Trade[] = [];
  let last = 0n;
  let bookmark: Bookmark | undefined;
  for await (const item of client.trades({ after: "start", heartbeatMs: 1_000 })) {
    assert.equal(item.trade.previousSequence, last);
    last = item.trade.sequence;
    bookmark = item.bookmark;
    assert.equal(bookmark.sequence, last);
    trades.push({ ...item.trade, previousSequence: 0n });
    if (trades.length % 3 === 0 && trades.length < 12) {
      await daemon.kill();
      await daemon.start();
    }
    if (trades.length === 14) break;
  }
  assert.deepEqual((await listed(client)).slice(0, 14), trades);
  // A new client goes on after the bookmark's text.
  const other = daemon.client(context);
  const first = await other.trades({ after: Bookmark.parse(`${bookmark}`) }).next();
  assert.equal(first.value?.trade.previousSequence, last);
});

test("with another state directory the bookmark is of no use, and that is said", limit, async (context) => {
  const daemon = await Daemon.start(context, { arguments: ["--example-bots"] });
  const client = daemon.client(context);
  const events = client.events({ after: "start" });
  await events.next();
  await daemon.stop("SIGTERM");
  daemon.stateFolder = `${daemon.folder}/other`;
  await daemon.start();
  const error = await failure(JournalChanged, (async () => {
    for (;;) await events.next();
  })());
  assert.equal(error.reason, "OTHER_JOURNAL");
  await failure(JournalChanged, client.events({ after: events.bookmark as Bookmark }).next());
  const beyond = new Bookmark((await client.events().ready()).journalId, 1_000_000n);
  assert.equal((await failure(JournalChanged, client.events({ after: beyond }).next())).reason, "SEQUENCE_BEYOND_END");
});

test("events come by kind and by bot", limit, async (context) => {
  const client = (await Daemon.start(context, { arguments: ["--example-bots"] })).client(context);
  const events = client.events({ after: "start", kinds: [EventKind.BOT], botIds: ["btc-rsi"] });
  const { value } = await events.next();
  const payload = value?.event.payload;
  assert(payload?.case === "bot", payload?.case);
  assert.deepEqual([payload.value.bot?.id, payload.value.change, value?.notRecorded], ["btc-rsi", "created", false]);
  await events.close();
});

test("candles, prices and health come live", limit, async (context) => {
  const client = (await Daemon.start(context, { arguments: ["--example-bots"] })).client(context);
  for await (const candle of client.candles({ symbols: ["BTCUSDT"], interval: "1m" })) {
    assert.equal(candle.symbol, "BTCUSDT");
    assert(Number(candle.close) > 0);
    break;
  }
  for await (const ticker of client.tickers({ symbols: ["ETHUSDT"] })) {
    assert.equal(ticker.symbol, "ETHUSDT");
    break;
  }
  for await (const health of client.health()) {
    assert(health.components.length > 0);
    break;
  }
  assert.equal((await client.system.ping({ payload: Uint8Array.from([1]) })).payload[0], 1);
});

test("a backtest streams its progress, its trades and its result; leaving it cancels it", limit, async (context) => {
  const client = (await Daemon.start(context, { arguments: ["--example-bots"] })).client(context);
  const kinds = new Set<string>();
  for await (const message of await client.backtest.runBacktest({ spec, includeTrades: true })) kinds.add(message.payload?.case ?? "none");
  assert(kinds.has("result"), [...kinds].join());
  for await (const message of await client.backtest.runBacktest({ spec })) {
    assert.notEqual(message.payload, undefined);
    break;
  }
  await failure(BotdError, (await client.backtest.runBacktest({ spec: { ...spec, symbol: "NOTHING" } })).next());
  await client.system.ping();
});
