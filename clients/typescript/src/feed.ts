import type { Bookmark } from "./bookmark.js";
import type { CaughtUp, Draining, Heartbeat, SubscriptionOpened } from "./generated/botd/common.js";
import type { SubscribeEventsRequest, SubscribeEventsResponse } from "./generated/botd/event.js";
import type { Event, EventKind } from "./generated/botd/event.js";
import { EventService } from "./generated/botd/event_service.js";
import type { SubscribeTradesRequest, SubscribeTradesResponse, Trade } from "./generated/botd/trade.js";
import { TradeService } from "./generated/botd/trade_service.js";
import type { MessageInit } from "./wire/codec.js";
import type { Method } from "./wire/method.js";

/** Settings of a subscription that can be resumed. */
export interface FollowOptions {
  /** Where to go on: after a bookmark, or from the beginning of the journal. Left out: from now. */
  after?: Bookmark | "start";
  /**
   * Idle time after which the daemon gives a sign of life, in ms, at least 100. 10000 when left out. Three of them without any message
   * mean that the connection is dead.
   */
  heartbeatMs?: number;
  /**
   * Most bytes of messages that may wait for this program. Beyond that the subscription is cut, and resumed once they are taken. 16 MiB
   * when left out.
   */
  bufferBytes?: number;
  /** Ends the subscription; the loop throws the signal's reason. */
  signal?: AbortSignal;
}

/** Settings of a subscription to trades. */
export interface TradesOptions extends FollowOptions {
  /** Only these bots; left out: all. */
  botIds?: readonly string[];
  /** Only these symbols; left out: all. */
  symbols?: readonly string[];
}

/** Settings of a subscription to events. */
export interface EventsOptions extends FollowOptions {
  /** Only these bots (events about no bot are left out); left out: all. */
  botIds?: readonly string[];
  /** Only these kinds; left out: all. */
  kinds?: readonly EventKind[];
}

/** Settings of a subscription that has no place in the journal. */
export interface LiveOptions {
  /**
   * Idle time after which the daemon gives a sign of life, in ms, at least 100. 10000 when left out. Three of them without any message
   * mean that the connection is dead.
   */
  heartbeatMs?: number;
  /** Ends the subscription; the loop throws the signal's reason. */
  signal?: AbortSignal;
}

/** A trade of a subscription. */
export interface TradeItem {
  readonly trade: Trade;
  /** Store it when the trade is dealt with. Of a trade that is not recorded: the last recorded one's. */
  readonly bookmark: Bookmark;
  /** The journal failed: the trade is not in it, and its sequence is given again after a restart. */
  readonly notRecorded: boolean;
}

/** An event of a subscription. */
export interface EventItem {
  readonly event: Event;
  /** Store it when the event is dealt with. Of an event that is not recorded (and of health, which never is): the last recorded one's. */
  readonly bookmark: Bookmark;
  /** The journal failed: the event is not in it, and its sequence is given again after a restart. */
  readonly notRecorded: boolean;
}

/** What messages of journaled items have in common. */
export interface FeedMessage {
  opened: SubscriptionOpened | undefined;
  caughtUp: CaughtUp | undefined;
  heartbeat: Heartbeat | undefined;
  draining: Draining | undefined;
  notRecorded: boolean;
}

/** Where the daemon is to begin. */
export interface FeedStart {
  readonly afterSequence: bigint;
  readonly journalId: string;
  readonly liveOnly: boolean;
  readonly heartbeatMs: number;
}

/** What items of every kind have: their place in the journal. */
export interface Place {
  readonly sequence: bigint;
  readonly previousSequence: bigint;
}

/** One kind of journaled items: how it is asked for, and how its items are handed out. */
export interface Feed<I extends object, O extends FeedMessage, P extends Place, Item> {
  readonly method: Method<I, O>;
  request(start: FeedStart): MessageInit<I>;
  places(message: O): readonly P[];
  item(place: P, bookmark: Bookmark, notRecorded: boolean): Item;
}

/** The feed of trades. */
export function tradesFeed(options: TradesOptions): Feed<SubscribeTradesRequest, SubscribeTradesResponse, Trade, TradeItem> {
  return {
    method: TradeService.subscribeTrades,
    request: (start) => ({ ...start, botIds: options.botIds, symbols: options.symbols }),
    places: (message) => message.trades,
    item: (trade, bookmark, notRecorded) => ({ trade, bookmark, notRecorded }),
  };
}

/** The feed of events. */
export function eventsFeed(options: EventsOptions): Feed<SubscribeEventsRequest, SubscribeEventsResponse, Event, EventItem> {
  return {
    method: EventService.subscribeEvents,
    request: (start) => ({ ...start, botIds: options.botIds, kinds: options.kinds }),
    places: (message) => message.events,
    item: (event, bookmark, notRecorded) => ({ event, bookmark, notRecorded }),
  };
}
