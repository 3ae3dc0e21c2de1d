import "./dispose.js";

export { Bookmark } from "./bookmark.js";
export { Client } from "./client.js";
export type { ClientOptions } from "./client.js";
export { decimal, decimalFromUnits, decimalToUnits } from "./decimal.js";
export type { Decimal } from "./decimal.js";
export * from "./errors.js";
export type { EventItem, EventsOptions, FollowOptions, LiveOptions, TradeItem, TradesOptions } from "./feed.js";
export * from "./generated/botd/index.js";
export { listAll } from "./paging.js";
export { Subscription } from "./subscription.js";
export type { TlsFiles } from "./tls.js";
export type { BackoffSettings } from "./waiting.js";
export { decode, encode, enumName } from "./wire/codec.js";
export type { MessageInit, MessageType, OptionalDecimal, UnknownEnum } from "./wire/codec.js";
export type { CallOptions, MessageStream } from "./wire/method.js";
export { DecodeError } from "./wire/reader.js";
export { EncodeError } from "./wire/writer.js";
