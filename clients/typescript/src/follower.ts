import { Bookmark } from "./bookmark.js";
import { isUnavailable } from "./calls.js";
import type { Calls } from "./calls.js";
import { BotdError, ClosedError, Code, HistoryTrimmed, JournalChanged, NotBotdError, SequenceGapError, StreamCutError } from "./errors.js";
import type { Feed, FeedMessage, FollowOptions, Place } from "./feed.js";
import type { SubscriptionOpened } from "./generated/botd/common.js";
import type { Follower } from "./subscription.js";
import type { OpenStream } from "./transport/stream.js";
import { heartbeatInterval, pause } from "./waiting.js";

const done = Object.freeze({ done: true, value: undefined } as const);
/** Gaps in a row, without an item between them, that are taken for a defect. */
const maximumGaps = 8;
const journalReasons = ["OTHER_JOURNAL", "SEQUENCE_BEYOND_END"];

/** Follows one feed: opens it, checks the chain of sequences, and opens it again after the last item when it was cut. */
export class FeedFollower<I extends object, O extends FeedMessage, P extends Place, Item> implements Follower<Item> {
  readonly #calls: Calls;
  readonly #feed: Feed<I, O, P, Item>;
  readonly #options: FollowOptions;
  readonly #heartbeatMs: number;
  readonly #backoff;
  readonly #stop = new AbortController();
  readonly #aborted = () => void this.#end(this.#options.signal?.reason);
  #stream: OpenStream<I, O> | undefined;
  /** Items that wait for the program, from `#at` on, each with the bookmark after it. */
  #items: { item: Item; bookmark: Bookmark }[] = [];
  #at = 0;
  /** The last recorded item received. */
  #mark: Bookmark | undefined;
  /** The last one handed out. */
  #handedOut: Bookmark | undefined;
  /** Sequence of the last item of the stream, recorded or not. */
  #chain = 0n;
  /** The run of the daemon that gave unrecorded items, and the last of them. */
  #unrecorded = { run: 0n, last: 0n };
  #run = 0n;
  #hasOpened = false;
  #gaps = 0;
  #hasEnded = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(calls: Calls, feed: Feed<I, O, P, Item>, options: FollowOptions) {
    this.#calls = calls;
    this.#feed = feed;
    this.#options = options;
    this.#heartbeatMs = heartbeatInterval(options.heartbeatMs);
    this.#backoff = calls.backoff();
    if (options.after instanceof Bookmark) this.#mark = this.#handedOut = options.after;
    if (options.signal?.aborted) void this.#end(options.signal.reason);
    options.signal?.addEventListener("abort", this.#aborted, { once: true });
  }

  get bookmark(): Bookmark | undefined {
    return this.#handedOut;
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    for (;;) {
      const entry = this.#items[this.#at];
      if (entry !== undefined) {
        this.#at += 1;
        this.#handedOut = entry.bookmark;
        return { done: false, value: entry.item };
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#hasEnded) return done;
      await this.#fill();
    }
  }

  async opened(): Promise<Bookmark> {
    while (!this.#hasOpened && !this.#hasEnded) await this.#fill();
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#handedOut as Bookmark;
  }

  async close(): Promise<void> {
    await this.#end(undefined);
  }

  async #end(reason: unknown): Promise<void> {
    this.#items = [];
    this.#at = 0;
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (reason !== undefined) this.#failure = { error: reason };
    this.#options.signal?.removeEventListener("abort", this.#aborted);
    this.#stop.abort();
    await this.#stream?.close();
  }

  /** Takes one message, or does what is needed to get one later. */
  async #fill(): Promise<void> {
    try {
      this.#stream ??= await this.#open();
      const result = await this.#stream.next();
      if (result.done === true) throw new StreamCutError(`the daemon ended ${this.#feed.method.name}`);
      this.#take(result.value);
    } catch (error) {
      await this.#recover(error);
    }
  }

  async #open(): Promise<OpenStream<I, O>> {
    const { connection, hello } = await this.#calls.subscriptionReady(this.#stop.signal);
    if (this.#hasEnded) throw new ClosedError("subscription");
    const limits = { silenceMs: 3 * this.#heartbeatMs, ...(this.#options.bufferBytes && { bufferBytes: this.#options.bufferBytes }) };
    const stream = connection.openStream(this.#feed.method, undefined, {}, limits);
    this.#run = hello.startedTimeNs;
    const liveOnly = this.#mark === undefined && this.#options.after !== "start";
    this.#chain = this.#mark?.sequence ?? 0n;
    stream.send(
      this.#feed.request({
        afterSequence: this.#chain,
        journalId: this.#mark?.journalId ?? "",
        liveOnly,
        heartbeatMs: this.#heartbeatMs,
      }),
    );
    return stream;
  }

  #take(message: O): void {
    if (message.opened !== undefined) this.#begin(message.opened);
    const mark = this.#mark;
    if (mark === undefined) throw new NotBotdError("the daemon", `${this.#feed.method.name} began without naming its journal`);
    if (this.#at === this.#items.length) {
      this.#items = [];
      this.#at = 0;
    }
    for (const place of this.#feed.places(message)) this.#accept(place, message.notRecorded);
    const beat = message.heartbeat?.lastSequence;
    if (beat !== undefined && beat !== this.#chain) throw new SequenceGapError(this.#chain, beat);
  }

  #begin(opened: SubscriptionOpened): void {
    if (this.#mark === undefined) {
      this.#mark = new Bookmark(opened.journalId, this.#options.after === "start" ? 0n : opened.lastSequence);
      this.#handedOut = this.#mark;
      this.#chain = this.#mark.sequence;
    }
    this.#hasOpened = true;
    this.#backoff.reset();
  }

  /** Checks that the item is the next one, and keeps it for the program. */
  #accept(place: P, notRecorded: boolean): void {
    const mark = this.#mark as Bookmark;
    // Health is not journaled and has no place in the order.
    if (place.sequence === 0n) return this.#keep(place, mark, false);
    if (place.sequence <= this.#chain) return;
    if (place.previousSequence !== this.#chain) throw new SequenceGapError(this.#chain, place.previousSequence);
    this.#chain = place.sequence;
    this.#gaps = 0;
    if (!notRecorded) {
      this.#mark = new Bookmark(mark.journalId, place.sequence);
      return this.#keep(place, this.#mark, false);
    }
    // Within one run of the daemon such a sequence names one item.
    if (this.#unrecorded.run === this.#run && place.sequence <= this.#unrecorded.last) return;
    this.#unrecorded = { run: this.#run, last: place.sequence };
    this.#keep(place, mark, true);
  }

  #keep(place: P, bookmark: Bookmark, notRecorded: boolean): void {
    this.#items.push({ item: this.#feed.item(place, bookmark, notRecorded), bookmark });
  }

  /** After an error: waits for the next attempt, or ends the subscription with it. */
  async #recover(error: unknown): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    await stream?.close();
    if (this.#hasEnded) return;
    if (error instanceof SequenceGapError) this.#gaps += 1;
    if (!this.#mayResume(error)) {
      const failure = await this.#translate(error);
      this.#hasEnded = true;
      this.#failure = { error: failure };
      this.#options.signal?.removeEventListener("abort", this.#aborted);
      return;
    }
    await pause(this.#backoff.next(), this.#stop.signal).catch(() => undefined);
  }

  #mayResume(error: unknown): boolean {
    if (error instanceof SequenceGapError) return this.#gaps < maximumGaps;
    if (!(error instanceof BotdError)) return false;
    if (isUnavailable(error)) return this.#calls.hasConnected;
    if (error.code === Code.DEADLINE_EXCEEDED) return this.#hasOpened;
    if (error.reason === "MESSAGE_TOO_LARGE") return false;
    return this.#hasOpened && (error.code === Code.RESOURCE_EXHAUSTED || error.code === Code.ABORTED);
  }

  async #translate(error: unknown): Promise<unknown> {
    if (!(error instanceof BotdError) || error.code !== Code.OUT_OF_RANGE) return error;
    if (journalReasons.includes(error.reason)) return new JournalChanged(error);
    const { firstSequence, lastSequence } = await this.#extent().catch(() => ({ firstSequence: 0n, lastSequence: error.lastSequence }));
    return new HistoryTrimmed(firstSequence, lastSequence, error);
  }

  /** The oldest and newest sequence there are, from a subscription that asks for nothing old. */
  async #extent(): Promise<SubscriptionOpened> {
    const { connection } = await this.#calls.subscriptionReady(this.#stop.signal);
    const stream = connection.openStream(this.#feed.method, undefined, { timeoutMs: 3 * this.#heartbeatMs });
    try {
      stream.send(this.#feed.request({ afterSequence: 0n, journalId: "", liveOnly: true, heartbeatMs: this.#heartbeatMs }));
      const first = await stream.next();
      const opened = first.done === true ? undefined : first.value.opened;
      if (opened === undefined) throw new StreamCutError(`${this.#feed.method.name} ended before it was opened`);
      return opened;
    } finally {
      await stream.close();
    }
  }
}
