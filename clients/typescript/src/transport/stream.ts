import { BotdError, ClosedError, DeadlineExceededError, SlowReaderError, StreamCutError } from "../errors.js";
import { decode, encode } from "../wire/codec.js";
import type { MessageInit } from "../wire/codec.js";
import type { CallOptions, Method, MessageStream } from "../wire/method.js";
import { duration } from "../waiting.js";
import { answerTooLarge, checkSize, decodeResponse, malformed } from "./envelope.js";
import type { FrameSink } from "./connection.js";
import { FrameFlag, FrameType } from "./frame.js";
import type { Frame } from "./frame.js";

/** Bounds of what one stream may do. */
export interface StreamLimits {
  /** Most bytes that may wait to be taken. 16 MiB when left out. */
  bufferBytes?: number;
  /** Longest time without a message, in ms; left out: any. */
  silenceMs?: number;
}

/** The connection, as a stream sees it. */
export interface StreamWire {
  readonly address: string;
  send(data: Uint8Array, flags: number): void;
  /** Ends the connection when nothing at all came over it for so many ms. */
  endIfSilent(milliseconds: number, error: BotdError): void;
  /** No frame of the stream is wanted any more. */
  release(): void;
}

const messageOverhead = 64;
const drainMs = 5_000;
const nothing = new Uint8Array(0);
const done = Object.freeze({ done: true, value: undefined } as const);

/** An open stream of one connection. */
export class OpenStream<I extends object, O extends object> implements MessageStream<I, O>, FrameSink {
  readonly #method: Method<I, O>;
  readonly #wire: StreamWire;
  readonly #limits: StreamLimits;
  readonly #signal: AbortSignal | undefined;
  readonly #aborted = () => this.#stop(this.#signal?.reason);
  readonly #deadline: Timer | undefined;
  readonly #silence: Timer | undefined;
  #messages: Uint8Array[] = [];
  #taken = 0;
  #bytes = 0;
  readonly #isServerStream: boolean;
  #hasHalfClosed = false;
  /** Messages are dropped as they come: the stream was closed. */
  #isDropping = false;
  #hasEnded = false;
  #error: unknown;
  #wake: (() => void) | undefined;
  #ended: (() => void) | undefined;

  /** @param isServerStream the request has gone out with the call. */
  constructor(method: Method<I, O>, wire: StreamWire, options: CallOptions, limits: StreamLimits, isServerStream: boolean) {
    this.#method = method;
    this.#wire = wire;
    this.#limits = limits;
    this.#isServerStream = isServerStream;
    this.#signal = options.signal;
    this.#signal?.addEventListener("abort", this.#aborted, { once: true });
    if (options.timeoutMs !== undefined) {
      const text = `${method.name} took longer than ${options.timeoutMs / 1000} s`;
      this.#deadline = setTimeout(() => this.#stop(new DeadlineExceededError(text)), duration("timeoutMs", options.timeoutMs));
    }
    const { silenceMs } = limits;
    if (silenceMs !== undefined) {
      const text = `${method.name}: no message for ${silenceMs / 1000} s, the connection is taken for dead`;
      this.#silence = setTimeout(() => this.#dead(new StreamCutError(text), silenceMs), duration("three heartbeats", silenceMs));
    }
  }

  send(message: MessageInit<I>): void {
    const data = encode(this.#method.input, message);
    checkSize(this.#method, data);
    if (this.#isServerStream || this.#hasHalfClosed) throw new ClosedError("sending side of the stream");
    if (!this.#hasEnded) this.#wire.send(data, 0);
  }

  closeSend(): void {
    if (!this.#hasEnded) this.#halfClose();
  }

  /** The next message. At most one call may be waiting. */
  async next(): Promise<IteratorResult<O, undefined>> {
    while (this.#taken === this.#messages.length && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const data = this.#take();
    if (data === undefined) {
      if (this.#error !== undefined) throw this.#error;
      return done;
    }
    this.#bytes -= data.length + messageOverhead;
    try {
      return { done: false, value: decode(this.#method.output, data) };
    } catch (error) {
      this.#stop(malformed(this.#method, this.#wire.address, error));
      throw this.#error;
    }
  }

  async close(): Promise<void> {
    this.#clear();
    if (this.#hasEnded) return;
    this.#isDropping = true;
    this.#halfClose();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#finish(undefined), drainMs);
      this.#ended = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.close();
    return done;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // Frames

  frame(frame: Frame): void {
    this.#silence?.refresh();
    if (frame.type === FrameType.RESPONSE) return this.#response(frame);
    if (frame.data === undefined) return this.#stop(answerTooLarge(this.#method));
    if (frame.data.length > 0 || (frame.flags & FrameFlag.NO_DATA) === 0) this.#keep(frame.data);
    if ((frame.flags & FrameFlag.REMOTE_CLOSED) !== 0) this.#finish(undefined);
  }

  fail(error: BotdError): void {
    this.#finish(new StreamCutError(`${this.#method.name} was cut off: ${error.message}`, error));
  }

  #take(): Uint8Array | undefined {
    const data = this.#messages[this.#taken];
    if (data !== undefined) this.#taken += 1;
    if (this.#taken > 64 && this.#taken * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#taken);
      this.#taken = 0;
    }
    return data;
  }

  #keep(data: Uint8Array): void {
    if (this.#isDropping) return;
    const bytes = this.#bytes + data.length + messageOverhead;
    if (bytes > (this.#limits.bufferBytes ?? 16 << 20)) {
      // What waits is still handed out, then the error; what comes is ignored.
      this.#halfClose();
      return this.#finish(new SlowReaderError(this.#method.name));
    }
    this.#bytes = bytes;
    this.#messages.push(data);
    this.#signalReader();
  }

  #response(frame: Frame): void {
    try {
      if (frame.data === undefined) throw answerTooLarge(this.#method);
      decodeResponse(this.#method, frame.data);
      this.#finish(undefined);
    } catch (error) {
      this.#finish(error instanceof BotdError ? error : malformed(this.#method, this.#wire.address, error));
    }
  }

  #halfClose(): void {
    if (this.#hasHalfClosed) return;
    this.#hasHalfClosed = true;
    this.#wire.send(nothing, FrameFlag.REMOTE_CLOSED | FrameFlag.NO_DATA);
  }

  /** Ends the stream from this side: what waits is dropped, what comes is ignored. */
  #stop(error: unknown): void {
    if (this.#hasEnded) return;
    this.#clear();
    this.#halfClose();
    this.#finish(error);
  }

  #dead(error: BotdError, silenceMs: number): void {
    this.#stop(error);
    this.#wire.endIfSilent(silenceMs, error);
  }

  #clear(): void {
    this.#messages = [];
    this.#taken = 0;
    this.#bytes = 0;
  }

  #finish(error: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#error ??= error;
    this.#wire.release();
    clearTimeout(this.#deadline);
    clearTimeout(this.#silence);
    this.#signal?.removeEventListener("abort", this.#aborted);
    this.#signalReader();
    this.#ended?.();
  }

  #signalReader(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
