import type { Bookmark } from "./bookmark.js";

/** A source of items that keeps its place. */
export interface Follower<Item> {
  readonly bookmark: Bookmark | undefined;
  next(): Promise<IteratorResult<Item, undefined>>;
  opened(): Promise<Bookmark>;
  close(): Promise<void>;
}

/**
 * Journaled items, each once and in order, across lost connections and restarts of the daemon. Read it by `for await`; leaving the loop
 * ends the subscription in order. The loop throws {@link HistoryTrimmed} and {@link JournalChanged} where the items after the bookmark
 * cannot be had, and {@link BotdError} where going on is of no use (role too low, no such bot, another program at the address).
 */
export class Subscription<Item> implements AsyncIterableIterator<Item> {
  readonly #follower: Follower<Item>;

  /** Made by `Client.trades` and `Client.events`. */
  constructor(follower: Follower<Item>) {
    this.#follower = follower;
  }

  /** How far the items were handed out; undefined before the daemon has said which journal it has. */
  get bookmark(): Bookmark | undefined {
    return this.#follower.bookmark;
  }

  /**
   * Waits until the daemon has opened the subscription: with live items, none that comes from then on is missed. Not to be called while
   * `next` is waiting.
   */
  async ready(): Promise<Bookmark> {
    return this.#follower.opened();
  }

  /** The next item. At most one call may be waiting. */
  async next(): Promise<IteratorResult<Item, undefined>> {
    return this.#follower.next();
  }

  /** Ends the subscription: half-closes, and drops what is still on its way. A loop that waits for the next item ends. */
  async close(): Promise<void> {
    await this.#follower.close();
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
