import type { Socket } from "node:net";
import { BotdError, ClosedError, Code, ConnectionLostError, NotBotdError } from "../errors.js";
import { decode, encode } from "../wire/codec.js";
import type { MessageInit } from "../wire/codec.js";
import type { AnyMethod, Caller, CallOptions, Method, MessageStream } from "../wire/method.js";
import { duration } from "../waiting.js";
import { DecodeError } from "../wire/reader.js";
import { answerTooLarge, decodeResponse, encodeRequest, expired, malformed } from "./envelope.js";
import { encodeFrame, FrameFlag, FrameReader, FrameType } from "./frame.js";
import type { Frame } from "./frame.js";
import { OpenStream } from "./stream.js";
import type { StreamLimits } from "./stream.js";

/** Most bytes that may wait to be written. */
const maximumUnsentBytes = 16 << 20;

/** What takes the frames of one call. */
export interface FrameSink {
  frame(frame: Frame): void;
  /** The connection ended. */
  fail(error: BotdError): void;
}

/** Settings of a connection. */
export interface ConnectionSettings {
  /** How the address is named in errors. */
  address: string;
  /** How long a unary call may take where it says nothing, in ms; at least 1. */
  timeoutMs: number;
  /** Id of the first call; odd. 1 when left out. */
  firstStream?: number;
}

/** One connection: any number of calls at once over one socket. */
export class Connection implements Caller {
  readonly #socket: Socket;
  readonly #settings: ConnectionSettings;
  readonly #reader = new FrameReader();
  readonly #sinks = new Map<number, FrameSink>();
  #nextStream: number;
  #isCorked = false;
  /** When bytes came last, by the monotonic clock, in ms. */
  #lastReceived = performance.now();
  #failure: BotdError | undefined;

  /** @param socket connected; this object reads it from now on. */
  constructor(socket: Socket, settings: ConnectionSettings) {
    this.#socket = socket;
    this.#settings = settings;
    this.#nextStream = settings.firstStream ?? 1;
    socket.on("data", (chunk) => this.#received(chunk));
    socket.on("error", (error) => this.#end(new ConnectionLostError(settings.address, error.message, error)));
    socket.on("close", () => this.#end(new ConnectionLostError(settings.address, "the other side closed it")));
  }

  /** Whether calls can be sent. */
  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Ends all calls and closes the socket. */
  close(reason: BotdError = new ClosedError("connection")): void {
    this.#end(reason);
  }

  async unary<I extends object, O extends object>(method: Method<I, O>, request: MessageInit<I>, options: CallOptions): Promise<O> {
    const timeoutMs = options.timeoutMs ?? this.#settings.timeoutMs;
    const payload = await this.#call(method, encode(method.input, request), timeoutMs, options);
    return decodeAnswer(method, payload, this.#settings.address);
  }

  async serverStream<I extends object, O extends object>(
    method: Method<I, O>,
    request: MessageInit<I>,
    options: CallOptions,
  ): Promise<MessageStream<I, O>> {
    return this.openStream(method, encode(method.input, request), options);
  }

  async bidi<I extends object, O extends object>(method: Method<I, O>, options: CallOptions): Promise<MessageStream<I, O>> {
    return this.openStream(method, undefined, options);
  }

  /**
   * Opens a stream.
   *
   * @param payload the request of a server stream; undefined: a bidirectional stream.
   */
  openStream<I extends object, O extends object>(
    method: Method<I, O>,
    payload: Uint8Array | undefined,
    options: CallOptions,
    limits: StreamLimits = {},
  ): OpenStream<I, O> {
    const timeoutNano = options.timeoutMs === undefined ? 0n : nanoseconds(options.timeoutMs);
    const data = encodeRequest(method, payload ?? new Uint8Array(0), timeoutNano, options.metadata);
    const flags = payload === undefined ? FrameFlag.REMOTE_OPEN : FrameFlag.REMOTE_CLOSED;
    if (options.signal?.aborted) throw options.signal.reason;
    this.#check();
    const id = this.#newStream();
    const wire = {
      address: this.#settings.address,
      send: (bytes: Uint8Array, dataFlags: number) => this.#sendIfOpen(encodeFrame(id, FrameType.DATA, dataFlags, bytes)),
      endIfSilent: (milliseconds: number, error: BotdError) => {
        if (performance.now() - this.#lastReceived >= milliseconds) this.#end(error);
      },
      release: () => this.#sinks.delete(id),
    };
    const stream = new OpenStream(method, wire, options, limits, payload !== undefined);
    this.#sinks.set(id, stream);
    this.#send(encodeFrame(id, FrameType.REQUEST, flags, data));
    return stream;
  }

  async #call(method: AnyMethod, payload: Uint8Array, timeoutMs: number, options: CallOptions): Promise<Uint8Array> {
    const signal = options.signal;
    if (signal?.aborted) throw signal.reason;
    this.#check();
    const data = encodeRequest(method, payload, nanoseconds(timeoutMs), options.metadata);
    const id = this.#newStream();
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        this.#sinks.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        settle();
      };
      const aborted = () => finish(() => reject(signal?.reason));
      const timer = setTimeout(() => finish(() => reject(expired(method, timeoutMs))), timeoutMs);
      signal?.addEventListener("abort", aborted, { once: true });
      this.#sinks.set(id, {
        frame: (frame) => finish(() => settleUnary(method, frame, resolve, reject)),
        fail: (error) => finish(() => reject(error)),
      });
      this.#send(encodeFrame(id, FrameType.REQUEST, 0, data));
    });
  }

  #newStream(): number {
    const id = this.#nextStream;
    this.#nextStream = id >= 0xffff_fffd ? 1 : id + 2;
    if (this.#sinks.has(id)) return this.#newStream();
    return id;
  }

  /** @throws BotdError when no call can be sent. */
  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#socket.writableLength > maximumUnsentBytes) {
      throw new BotdError(Code.RESOURCE_EXHAUSTED, "more than 16 MiB of requests wait to be sent", { reason: "REQUESTS_UNSENT" });
    }
  }

  #sendIfOpen(frame: Uint8Array): void {
    if (this.isOpen) this.#send(frame);
  }

  /** Writes a frame; frames of one turn go out together. */
  #send(frame: Uint8Array): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      queueMicrotask(() => process.nextTick(() => this.#flush()));
    }
    this.#socket.write(frame);
  }

  #flush(): void {
    this.#isCorked = false;
    this.#socket.uncork();
  }

  #received(chunk: Uint8Array): void {
    if (!this.isOpen) return;
    this.#lastReceived = performance.now();
    try {
      this.#reader.push(chunk, (frame) => this.#deliver(frame));
    } catch (error) {
      this.#end(new NotBotdError(this.#settings.address, (error as Error).message));
    }
  }

  /** Frames of types that this version does not know are ignored, as are those of calls that nobody waits for. */
  #deliver(frame: Frame): void {
    if (frame.type === FrameType.RESPONSE || frame.type === FrameType.DATA) this.#sinks.get(frame.stream)?.frame(frame);
  }

  #end(error: BotdError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    if (this.#isCorked) this.#flush();
    this.#socket.destroy();
    const sinks = [...this.#sinks.values()];
    this.#sinks.clear();
    for (const sink of sinks) sink.fail(error);
  }
}

function settleUnary(
  method: AnyMethod,
  frame: Frame,
  resolve: (payload: Uint8Array) => void,
  reject: (error: unknown) => void,
): void {
  try {
    if (frame.data === undefined) throw answerTooLarge(method);
    if (frame.type !== FrameType.RESPONSE) throw new NotBotdError("the peer", `it answered ${method.name} with a frame of DATA`);
    resolve(decodeResponse(method, frame.data));
  } catch (error) {
    reject(error instanceof DecodeError ? malformed(method, "the peer", error) : error);
  }
}

function decodeAnswer<I extends object, O extends object>(method: Method<I, O>, payload: Uint8Array, address: string): O {
  try {
    return decode(method.output, payload);
  } catch (error) {
    throw malformed(method, address, error);
  }
}

function nanoseconds(milliseconds: number): bigint {
  return BigInt(Math.ceil(duration("timeoutMs", milliseconds) * 1e6));
}
