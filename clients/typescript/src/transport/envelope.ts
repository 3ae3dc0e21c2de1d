import { BotdError, Code, DeadlineExceededError, MessageTooLargeError, NotBotdError } from "../errors.js";
import { ErrorInfo } from "../generated/botd/common.js";
import { Request, Response } from "../generated/ttrpc/ttrpc.js";
import type { Status } from "../generated/ttrpc/ttrpc.js";
import { decode, encode } from "../wire/codec.js";
import type { AnyMethod, CallOptions } from "../wire/method.js";
import { DecodeError } from "../wire/reader.js";
import { maximumFrameBytes } from "./frame.js";

/**
 * The data of a REQUEST frame.
 *
 * @param timeoutNano how long the answer is of use, in ns; 0n: for ever.
 * @throws MessageTooLargeError when it is larger than a frame may be.
 */
export function encodeRequest(method: AnyMethod, payload: Uint8Array, timeoutNano: bigint, metadata: CallOptions["metadata"]): Uint8Array {
  const data = encode(Request, {
    service: method.service,
    method: method.name,
    payload,
    timeoutNano,
    metadata: Object.entries(metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
  checkSize(method, data);
  return data;
}

/** @throws MessageTooLargeError when the data is larger than a frame may be. */
export function checkSize(method: AnyMethod, data: Uint8Array): void {
  if (data.length <= maximumFrameBytes) return;
  throw new MessageTooLargeError(`the request of ${method.name} has ${data.length} bytes; at most ${maximumFrameBytes} can be sent`);
}

/** The error of an answer that was dropped because of its size. */
export function answerTooLarge(method: AnyMethod): MessageTooLargeError {
  return new MessageTooLargeError(`the answer to ${method.name} has more than ${maximumFrameBytes} bytes: ask for less`);
}

/**
 * The payload of a RESPONSE frame.
 *
 * @throws BotdError when it carries a status other than OK.
 */
export function decodeResponse(method: AnyMethod, data: Uint8Array): Uint8Array {
  const response = decode(Response, data);
  if (response.status !== undefined && response.status.code !== 0) throw errorOf(method, response.status);
  return response.payload;
}

function errorOf(method: AnyMethod, status: Status): BotdError {
  const info = errorInfo(status);
  const text = status.message || info?.message || `${method.name} failed`;
  const code = status.code > 0 && status.code <= 16 ? (status.code as Code) : Code.UNKNOWN;
  if (code === Code.DEADLINE_EXCEEDED) return new DeadlineExceededError(text);
  if (info?.reason === "MESSAGE_TOO_LARGE") return new MessageTooLargeError(text);
  const { reason = "", field = "", violations = [], lastSequence = 0n } = info ?? {};
  return new BotdError(code, text, { reason, field, violations, lastSequence });
}

/** The first of the error's details that is whole; those of other types say nothing to us. */
function errorInfo(status: Status): ErrorInfo | undefined {
  for (const detail of status.details) {
    if (detail.typeUrl !== `type.googleapis.com/${ErrorInfo.typeName}`) continue;
    try {
      return decode(ErrorInfo, detail.value);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return undefined;
}

/** The error of an answer that is no message. */
export function malformed(method: AnyMethod, address: string, error: unknown): NotBotdError {
  return new NotBotdError(address, `its answer to ${method.name} cannot be decoded: ${(error as Error).message}`);
}

/** The error of a call whose time is over. */
export function expired(method: { readonly name: string }, timeoutMs: number, cause?: unknown): DeadlineExceededError {
  const last = cause instanceof Error ? `; the last attempt: ${cause.message}` : "";
  return new DeadlineExceededError(`${method.name} was not answered within ${Math.round(timeoutMs) / 1000} s${last}`, cause);
}
