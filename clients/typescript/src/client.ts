import { defaultAddress, parseAddress } from "./address.js";
import { Calls } from "./calls.js";
import { eventsFeed, tradesFeed } from "./feed.js";
import type { EventItem, EventsOptions, LiveOptions, TradeItem, TradesOptions } from "./feed.js";
import { FeedFollower } from "./follower.js";
import type { Candle, SubscribeCandlesRequest, SubscribeTickersRequest, Ticker } from "./generated/botd/marketdata.js";
import { Services } from "./generated/botd/services.js";
import type { GetHealthResponse, HelloResponse } from "./generated/botd/system.js";
import { candles, health, tickers } from "./live.js";
import { Subscription } from "./subscription.js";
import type { TlsFiles } from "./tls.js";
import type { BackoffSettings } from "./waiting.js";
import type { MessageInit } from "./wire/codec.js";
import type { CallOptions } from "./wire/method.js";

/** Settings of a client. */
export interface ClientOptions {
  /** `unix:PATH` or `tcp://HOST:PORT`. Left out: the variable `BOTD_ADDRESS`, else the default socket file. */
  address?: string;
  /** Access token for `Login`, the first call of each connection. Left out: the variable `BOTD_TOKEN`; without it there is no login. */
  token?: string;
  /** TLS over TCP; `{}` for TLS with the system's authorities. Left out: no TLS. */
  tls?: TlsFiles;
  /** How long a unary call may take where it says nothing, and how long connecting may take, in ms, at least 1. 10000 when left out. */
  timeoutMs?: number;
  /** Waits between attempts: 100 ms doubling to 5000 ms when left out. */
  backoff?: BackoffSettings;
  /** Name and version of the program, for the daemon's log. */
  name?: string;
}

/**
 * A client of one daemon: a property for every service (`client.bot.createBot(...)`), and subscriptions that resume by themselves.
 *
 * It connects when it is first used, with one connection for calls and one for subscriptions. Unary calls that were cut off are repeated
 * until their deadline, changes under the same `requestId`. Every call rejects with {@link BotdError} or a class made from it.
 */
export class Client extends Services {
  /** Where the daemon is. */
  readonly address: string;
  readonly #calls: Calls;

  /**
   * Connects to nothing yet.
   *
   * @throws RangeError when the address has a wrong form.
   */
  constructor(options: ClientOptions = {}) {
    const address = options.address ?? defaultAddress(process.env);
    parseAddress(address);
    const token = options.token ?? process.env["BOTD_TOKEN"];
    const calls = new Calls(
      {
        address,
        tls: options.tls,
        token: token === "" ? undefined : token,
        name: options.name ?? "botd-typescript",
        timeoutMs: options.timeoutMs ?? 10_000,
      },
      options.backoff ?? {},
    );
    super(calls);
    this.address = address;
    this.#calls = calls;
  }

  /** Makes a client and connects it, so that an error of the address or the token is known at once. */
  static async connect(options: ClientOptions = {}): Promise<Client> {
    const client = new Client(options);
    try {
      await client.hello();
      return client;
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  /** Who is there, as the daemon said it when the connection for calls was made. */
  async hello(options: CallOptions = {}): Promise<HelloResponse> {
    return (await this.#calls.ready(options)).hello;
  }

  /** Trades from a bookmark, from the beginning, or from now on. */
  trades(options: TradesOptions = {}): Subscription<TradeItem> {
    return new Subscription(new FeedFollower(this.#calls, tradesFeed(options), options));
  }

  /** Events from a bookmark, from the beginning, or from now on. */
  events(options: EventsOptions = {}): Subscription<EventItem> {
    return new Subscription(new FeedFollower(this.#calls, eventsFeed(options), options));
  }

  /** Candles as they come. Ends with an error when the stream is cut; `afterOpenTimeNs` of a new subscription closes the hole. */
  candles(request: MessageInit<SubscribeCandlesRequest>, options: LiveOptions = {}): AsyncGenerator<Candle> {
    return candles(this.#calls, request, options);
  }

  /** Prices as they come, the latest of each symbol. Ends with an error when the stream is cut. */
  tickers(request: MessageInit<SubscribeTickersRequest>, options: LiveOptions = {}): AsyncGenerator<Ticker> {
    return tickers(this.#calls, request, options);
  }

  /** Health at once and after every change. Ends with an error when the stream is cut. */
  health(options: LiveOptions = {}): AsyncGenerator<GetHealthResponse> {
    return health(this.#calls, options);
  }

  /** Closes both connections. Calls and subscriptions that are open end with {@link ClosedError}. */
  async close(): Promise<void> {
    this.#calls.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
