import type { Calls } from "./calls.js";
import { SequenceGapError, StreamCutError } from "./errors.js";
import type { LiveOptions } from "./feed.js";
import type { Candle, SubscribeCandlesRequest, SubscribeTickersRequest, Ticker } from "./generated/botd/marketdata.js";
import { MarketDataService } from "./generated/botd/market_data_service.js";
import { GetHealthResponse, WatchHealthResponse } from "./generated/botd/system.js";
import { SystemService } from "./generated/botd/system_service.js";
import { heartbeatInterval } from "./waiting.js";
import type { MessageInit } from "./wire/codec.js";
import type { Method } from "./wire/method.js";

interface Numbered {
  readonly sequence: bigint;
  readonly previousSequence: bigint;
}

/** Candles as they come. */
export function candles(calls: Calls, request: MessageInit<SubscribeCandlesRequest>, options: LiveOptions): AsyncGenerator<Candle> {
  return numbered(calls, MarketDataService.subscribeCandles, request, options, (message) => message.candles, (candle) => candle);
}

/** Prices as they come. */
export function tickers(calls: Calls, request: MessageInit<SubscribeTickersRequest>, options: LiveOptions): AsyncGenerator<Ticker> {
  return numbered(calls, MarketDataService.subscribeTickers, request, options, (message) => message.tickers, (ticker) => ticker);
}

/** Health at once and after every change. */
export function health(calls: Calls, options: LiveOptions): AsyncGenerator<GetHealthResponse> {
  const messages = (message: WatchHealthResponse) => (message.health === undefined ? [] : [message]);
  return numbered(calls, SystemService.watchHealth, {}, options, messages, (message) => message.health ?? GetHealthResponse.create());
}

/** Items numbered 1, 2, 3, ...; ends with an error where the stream is cut or a number is missing. */
async function* numbered<I extends { heartbeatMs: number }, O extends object, N extends Numbered, Item>(
  calls: Calls,
  method: Method<I, O>,
  request: MessageInit<I>,
  options: LiveOptions,
  entries: (message: O) => readonly N[],
  item: (entry: N) => Item,
): AsyncGenerator<Item> {
  const heartbeatMs = heartbeatInterval(options.heartbeatMs);
  const { connection } = await calls.subscriptionReady(options.signal);
  const callOptions = options.signal === undefined ? {} : { signal: options.signal };
  const stream = connection.openStream(method, undefined, callOptions, { silenceMs: 3 * heartbeatMs });
  let last = 0n;
  try {
    stream.send({ ...request, heartbeatMs });
    for await (const message of stream) {
      for (const entry of entries(message)) {
        if (entry.previousSequence !== last) throw new SequenceGapError(last, entry.previousSequence);
        last = entry.sequence;
        yield item(entry);
      }
    }
    throw new StreamCutError(`the daemon ended ${method.name}`);
  } finally {
    await stream.close();
  }
}
