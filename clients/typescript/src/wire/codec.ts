import type { Decimal } from "../decimal.js";
import { Reader } from "./reader.js";
import { Writer } from "./writer.js";

/** A number that an enum of this version has no name for. */
export type UnknownEnum = number & { readonly __unknownEnum: true };

/** A decimal, or the empty string where none is given or known. */
export type OptionalDecimal = Decimal | "";

/**
 * What is given to encode a message: any of its fields, those left out having their defaults. The same holds for messages inside it; a
 * oneof is given with its case and its value.
 */
export type MessageInit<T> = T extends string | number | bigint | boolean | Uint8Array | undefined
  ? T
  : T extends readonly (infer Element)[]
  ? readonly MessageInit<Element>[]
  : T extends { case: infer Case; value: infer Value }
  ? { readonly case: Case; readonly value: MessageInit<Value> }
  : { readonly [Key in keyof T]?: MessageInit<T[Key]> | undefined };

/** How one type of message is encoded and decoded. */
export interface MessageType<T extends object> {
  /** Full name, for example `botd.v1.Bot`. */
  readonly typeName: string;
  /** A message whose fields all have their defaults. */
  create(): T;
  /** Appends the fields of `message`. */
  write(writer: Writer, message: MessageInit<T>): void;
  /** Reads fields into `message` until the reader's end; fields that are not known are skipped. */
  merge(reader: Reader, message: T): void;
}

/**
 * The bytes of a message.
 *
 * @throws EncodeError when a value does not fit its field.
 */
export function encode<T extends object>(type: MessageType<T>, message: MessageInit<T>): Uint8Array {
  const writer = new Writer();
  type.write(writer, message);
  return writer.finish();
}

/**
 * The message in `bytes`, all fields present.
 *
 * @throws DecodeError when the bytes are not a message of this type.
 */
export function decode<T extends object>(type: MessageType<T>, bytes: Uint8Array): T {
  const reader = new Reader(bytes);
  const message = type.create();
  type.merge(reader, message);
  return message;
}

/** The name of an enum's value without its prefix, for example `BUY`; the number as text when this version does not know it. */
export function enumName(type: Readonly<Record<string, number>>, value: number): string {
  for (const [name, number] of Object.entries(type)) if (number === value) return name;
  return String(value);
}
