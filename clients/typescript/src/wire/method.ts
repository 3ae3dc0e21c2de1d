import "../dispose.js";
import type { MessageInit, MessageType } from "./codec.js";

/** How a method's messages go to and fro. */
export type MethodKind = "unary" | "serverStream" | "bidi";

/** What a method is called and how it is used, whatever its messages are. */
export interface AnyMethod {
  /** Full name of the service, for example `botd.v1.BotService`. */
  readonly service: string;
  /** Name of the method, for example `CreateBot`. */
  readonly name: string;
  readonly kind: MethodKind;
  /** It changes something, and its request carries a `requestId`. */
  readonly isMutation: boolean;
}

/** A method of a service. */
export interface Method<Input extends object, Output extends object> extends AnyMethod {
  readonly input: MessageType<Input>;
  readonly output: MessageType<Output>;
}

/** Settings of one call. */
export interface CallOptions {
  /**
   * How long the call may take, in ms. Left out: unary calls have the client's default, server streams 600000, and
   * bidirectional streams no limit.
   */
  timeoutMs?: number;
  /** Ends the call; it is rejected with the signal's reason. What a unary call has set in motion goes on. */
  signal?: AbortSignal;
  /** Metadata of the request, for example `{ authorization: "Bearer ..." }`. */
  metadata?: Readonly<Record<string, string>>;
}

/** An open stream of one call. Its messages are read by `for await`; leaving the loop closes it. */
export interface MessageStream<Input extends object, Output extends object> extends AsyncIterableIterator<Output> {
  /** Sends a message. Throws where nothing more can be sent: after `closeSend`, and on a server stream. */
  send(message: MessageInit<Input>): void;
  /** Says that no more messages will be sent; botd then ends a subscription, and a server stream before its time. Read on to the end. */
  closeSend(): void;
  /** Half-closes, reads what is still on its way and drops it. */
  close(): Promise<void>;
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What carries calls: a client or one connection. */
export interface Caller {
  unary<I extends object, O extends object>(method: Method<I, O>, request: MessageInit<I>, options: CallOptions): Promise<O>;
  serverStream<I extends object, O extends object>(
    method: Method<I, O>,
    request: MessageInit<I>,
    options: CallOptions,
  ): Promise<MessageStream<I, O>>;
  bidi<I extends object, O extends object>(method: Method<I, O>, options: CallOptions): Promise<MessageStream<I, O>>;
}

/** A method with one request and one answer. */
export function unary<I extends object, O extends object>(
  service: string,
  name: string,
  input: MessageType<I>,
  output: MessageType<O>,
  traits: { isMutation: boolean },
): Method<I, O> {
  return { service, name, kind: "unary", input, output, isMutation: traits.isMutation };
}

/** A method with one request and any number of answers. */
export function serverStream<I extends object, O extends object>(
  service: string,
  name: string,
  input: MessageType<I>,
  output: MessageType<O>,
): Method<I, O> {
  return { service, name, kind: "serverStream", input, output, isMutation: false };
}

/** A method with any number of messages in both directions. */
export function bidi<I extends object, O extends object>(
  service: string,
  name: string,
  input: MessageType<I>,
  output: MessageType<O>,
): Method<I, O> {
  return { service, name, kind: "bidi", input, output, isMutation: false };
}
