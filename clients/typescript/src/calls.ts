import { randomUUID } from "node:crypto";
import { BotdError, Code, DeadlineExceededError } from "./errors.js";
import { Channel } from "./transport/channel.js";
import type { ChannelSettings, Ready } from "./transport/channel.js";
import { expired } from "./transport/envelope.js";
import { Backoff, duration, pause, within } from "./waiting.js";
import type { BackoffSettings } from "./waiting.js";
import type { MessageInit } from "./wire/codec.js";
import type { Caller, CallOptions, Method, MessageStream } from "./wire/method.js";

/** How long a server stream may take where the call says nothing, in ms. */
const serverStreamTimeoutMs = 600_000;
const connecting = { name: "connecting" };

/** Carries calls over two connections, one for calls and one for subscriptions, and repeats what was cut off. */
export class Calls implements Caller {
  readonly #calls: Channel;
  readonly #subscriptions: Channel;
  readonly #timeoutMs: number;
  readonly #backoff: BackoffSettings;
  #hasConnected = false;

  constructor(settings: ChannelSettings, backoff: BackoffSettings) {
    this.#calls = new Channel(settings);
    this.#subscriptions = new Channel(settings);
    this.#timeoutMs = duration("timeoutMs", settings.timeoutMs);
    this.#backoff = backoff;
  }

  /** Whether the daemon has ever been reached: from then on it is waited for. */
  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  /** Fresh waits between attempts. */
  backoff(): Backoff {
    return new Backoff(this.#backoff);
  }

  close(): void {
    this.#calls.close();
    this.#subscriptions.close();
  }

  /** The connection for calls. */
  async ready(options: CallOptions = {}): Promise<Ready> {
    const timeoutMs = duration("timeoutMs", options.timeoutMs ?? this.#timeoutMs);
    return this.#reach(this.#calls, timeoutMs, options.signal, () => expired(connecting, timeoutMs));
  }

  /** The connection for subscriptions. */
  async subscriptionReady(signal: AbortSignal | undefined): Promise<Ready> {
    return this.#reach(this.#subscriptions, this.#timeoutMs, signal, () => expired(connecting, this.#timeoutMs));
  }

  async unary<I extends object, O extends object>(method: Method<I, O>, request: MessageInit<I>, options: CallOptions): Promise<O> {
    const timeoutMs = duration("timeoutMs", options.timeoutMs ?? this.#timeoutMs);
    const end = performance.now() + timeoutMs;
    const identified = method.isMutation ? { requestId: randomUUID(), ...request } : request;
    const mayRepeat = !method.isMutation || (identified as { requestId?: string }).requestId !== "";
    const backoff = this.backoff();
    let last: unknown;
    const late = () => expired(method, timeoutMs, last);
    for (;;) {
      try {
        const { connection } = await this.#reach(this.#calls, end - performance.now(), options.signal, late);
        return await connection.unary(method, identified, { ...options, timeoutMs: Math.max(1, end - performance.now()) });
      } catch (error) {
        if (error instanceof DeadlineExceededError && last !== undefined) throw late();
        if (!mayRepeat || !this.#hasConnected || !isUnavailable(error)) throw error;
        last = error;
        const wait = backoff.next();
        if (performance.now() + wait >= end) throw late();
        await pause(wait, options.signal);
      }
    }
  }

  async serverStream<I extends object, O extends object>(
    method: Method<I, O>,
    request: MessageInit<I>,
    options: CallOptions,
  ): Promise<MessageStream<I, O>> {
    const { connection } = await this.ready({ ...(options.signal && { signal: options.signal }) });
    return connection.serverStream(method, request, { ...options, timeoutMs: options.timeoutMs ?? serverStreamTimeoutMs });
  }

  async bidi<I extends object, O extends object>(method: Method<I, O>, options: CallOptions): Promise<MessageStream<I, O>> {
    const { connection } = await this.subscriptionReady(options.signal);
    return connection.bidi(method, options);
  }

  async #reach(channel: Channel, timeoutMs: number, signal: AbortSignal | undefined, late: () => Error): Promise<Ready> {
    const ready = await within(channel.ready(), timeoutMs, signal, late);
    this.#hasConnected = true;
    return ready;
  }
}

/** The daemon is away for now: the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof BotdError && error.code === Code.UNAVAILABLE;
}
