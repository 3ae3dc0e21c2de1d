import type { FieldViolation } from "./generated/botd/common.js";

/** Status codes, those of gRPC. */
export const Code = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

/** What an error says beside its code. */
export interface ErrorDetails {
  /** Stable reason in capitals, for example `BOT_NOT_FOUND`. */
  reason?: string;
  /** Path of the field of the request. */
  field?: string;
  /** Everything that is wrong with the request. */
  violations?: readonly FieldViolation[];
  /** Last recorded sequence of a subscription that the daemon ended; 0n: none. */
  lastSequence?: bigint;
  /** What led to it. */
  cause?: unknown;
}

/** A call that failed. Act on `code` and `reason`, show `message`. */
export class BotdError extends Error {
  override readonly name: string = "BotdError";
  /** gRPC's number. */
  readonly code: Code;
  /** Stable reason in capitals; empty: none was given. */
  readonly reason: string;
  /** Path of the field of the request; empty: the request as a whole. */
  readonly field: string;
  /** Everything that is wrong with the request, at once; empty when reason and field say it all. */
  readonly violations: readonly FieldViolation[];
  /** Last recorded sequence of a subscription that the daemon ended; 0n: none. */
  readonly lastSequence: bigint;

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.reason = details.reason ?? "";
    this.field = details.field ?? "";
    this.violations = details.violations ?? [];
    this.lastSequence = details.lastSequence ?? 0n;
  }

  /** gRPC's name of the code, for example `NOT_FOUND`. */
  get codeName(): string {
    return Object.entries(Code).find(([, number]) => number === this.code)?.[0] ?? String(this.code);
  }
}

/** Nothing accepts connections at the address. */
export class ConnectionRefusedError extends BotdError {
  override readonly name = "ConnectionRefusedError";

  constructor(address: string, cause: Error) {
    super(Code.UNAVAILABLE, `cannot connect to ${address}: ${cause.message}; is botd running, and is this its address?`, {
      reason: "CONNECTION_REFUSED",
      cause,
    });
  }
}

/** The connection ended while a call was open. A change may have happened: repeat it with the same `requestId`. */
export class ConnectionLostError extends BotdError {
  override readonly name = "ConnectionLostError";

  constructor(address: string, why: string, cause?: unknown) {
    super(Code.UNAVAILABLE, `the connection to ${address} was lost: ${why}`, { reason: "CONNECTION_LOST", cause });
  }
}

/** The other side speaks another protocol than ttrpc. */
export class NotBotdError extends BotdError {
  override readonly name = "NotBotdError";

  constructor(address: string, why: string) {
    super(Code.INTERNAL, `${address} is not botd: ${why}`, { reason: "PEER_NOT_BOTD" });
  }
}

/** The daemon lacks what this client needs. */
export class VersionTooOldError extends BotdError {
  override readonly name = "VersionTooOldError";

  constructor(version: string, needed: string) {
    super(Code.UNIMPLEMENTED, `the daemon's version is ${version}; this client needs ${needed} or newer`, { reason: "VERSION_TOO_OLD" });
  }
}

/** The call's time is over. A change may have happened: repeat it with the same `requestId`. */
export class DeadlineExceededError extends BotdError {
  override readonly name = "DeadlineExceededError";

  constructor(message: string, cause?: unknown) {
    super(Code.DEADLINE_EXCEEDED, message, { reason: "DEADLINE_EXCEEDED", cause });
  }
}

/** A stream ended before its end, or fell silent for three heartbeat intervals. */
export class StreamCutError extends BotdError {
  override readonly name = "StreamCutError";

  constructor(message: string, cause?: unknown) {
    super(Code.UNAVAILABLE, message, { reason: "STREAM_CUT", cause });
  }
}

/** A message is larger than a frame may be, 4 MiB. */
export class MessageTooLargeError extends BotdError {
  override readonly name = "MessageTooLargeError";

  constructor(message: string) {
    super(Code.RESOURCE_EXHAUSTED, message, { reason: "MESSAGE_TOO_LARGE" });
  }
}

/** A stream's messages were taken more slowly than they came, and more wait than may wait. */
export class SlowReaderError extends BotdError {
  override readonly name = "SlowReaderError";

  constructor(method: string) {
    super(Code.RESOURCE_EXHAUSTED, `${method}: the messages were not taken as fast as they came`, { reason: "READER_TOO_SLOW" });
  }
}

/** The client, or the stream, was closed by this program. */
export class ClosedError extends BotdError {
  override readonly name = "ClosedError";

  constructor(what: string) {
    super(Code.CANCELLED, `the ${what} is closed`, { reason: "CLOSED" });
  }
}

/** The bookmark is older than what the daemon retains: the entries between it and `first` are gone. */
export class HistoryTrimmed extends BotdError {
  override readonly name = "HistoryTrimmed";
  /** Sequence of the oldest entry there is. */
  readonly first: bigint;
  /** Sequence of the newest entry there is. */
  readonly last: bigint;

  constructor(first: bigint, last: bigint, cause: BotdError) {
    super(Code.OUT_OF_RANGE, `history before sequence ${first} is not retained (newest: ${last}): ${cause.message}`, {
      reason: cause.reason,
      field: cause.field,
      lastSequence: last,
      cause,
    });
    this.first = first;
    this.last = last;
  }
}

/** The bookmark is of another journal (`OTHER_JOURNAL`), or beyond the journal's end (`SEQUENCE_BEYOND_END`). */
export class JournalChanged extends BotdError {
  override readonly name = "JournalChanged";

  constructor(cause: BotdError) {
    const { reason, field, lastSequence } = cause;
    super(Code.OUT_OF_RANGE, `the bookmark is of no use here: ${cause.message}`, { reason, field, lastSequence, cause });
  }
}

/** Items are missing in a subscription, again and again. */
export class SequenceGapError extends BotdError {
  override readonly name = "SequenceGapError";

  constructor(expected: bigint, found: bigint) {
    super(Code.DATA_LOSS, `the subscription goes on after sequence ${found} where ${expected} was the last one seen`, {
      reason: "SEQUENCE_GAP",
    });
  }
}
