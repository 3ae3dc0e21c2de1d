import { readdirSync, readFileSync } from "node:fs";
import { enumName } from "botd";
import type { MessageType } from "botd";
import * as messages from "#internal/generated/botd/index.js";
import type { Method } from "#internal/wire/method.js";

/** A message of `proto/vectors` as proto3 JSON. */
export interface JsonMessage {
  readonly type: string;
  readonly json: Json;
}

export type Json = { readonly [name: string]: unknown };

/** One entry of an exchange. */
export interface Step {
  readonly from: "client" | "server";
  readonly hex: string;
  readonly meaning: string;
  readonly repeat?: { readonly byte: string; readonly times: number };
  readonly closes?: boolean;
  readonly message?: JsonMessage;
  readonly payload?: JsonMessage;
}

/** A file of `proto/vectors`; its README says what each field means. */
export interface Vector {
  readonly name: string;
  readonly call?: {
    readonly service: string;
    readonly method: string;
    readonly kind: "unary" | "server_stream" | "bidirectional";
    readonly stream_id: number;
    readonly timeout_nano: string;
    readonly metadata: readonly { readonly key: string; readonly value: string }[];
    readonly requests: readonly JsonMessage[];
  };
  readonly exchange: readonly Step[];
  readonly outcome: {
    readonly messages: readonly JsonMessage[];
    readonly error?: {
      readonly code: number;
      readonly message: string;
      readonly reason?: string;
      readonly field?: string;
      readonly violations?: readonly Json[];
      readonly last_sequence?: string;
    };
    readonly failure?: "message_too_large" | "connection_lost" | "not_ttrpc" | "malformed";
  };
}

/** All files of the folder. */
export function readVectors(folder: string): Vector[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8")) as Vector);
}

/** All bytes of an entry. */
export function bytesOf(step: Step): Uint8Array {
  const start = Buffer.from(step.hex, "hex");
  if (step.repeat === undefined) return start;
  const bytes = new Uint8Array(start.length + step.repeat.times).fill(Number.parseInt(step.repeat.byte, 16));
  bytes.set(start);
  return bytes;
}

type AnyType = MessageType<object>;

/** The generated codec of a message. */
export function typeNamed(name: string): AnyType {
  for (const value of Object.values(messages)) {
    if ("typeName" in value && value.typeName === name) return value as unknown as AnyType;
  }
  throw new Error(`no message ${name}`);
}

/** The generated constant of a method; one made up for the occasion where there is none. */
export function methodNamed(service: string, name: string): Method<object, object> {
  const constants = (messages as unknown as Record<string, object>)[service.replace(/^.*\./, "")];
  for (const method of Object.values(constants ?? {}) as Method<object, object>[]) {
    if (method.name === name && method.service === service) return method;
  }
  const empty = typeNamed("botd.v1.PingRequest");
  return { service, name, kind: "unary", isMutation: false, input: empty, output: typeNamed("botd.v1.PingResponse") };
}

/** Where `message` is not what the JSON says: the path of the first difference; undefined: they agree. */
export function difference(message: object, json: Json, path = ""): string | undefined {
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(message)) {
    const oneof = value as { case?: string; value?: unknown } | undefined;
    if (typeof oneof === "object" && oneof.case !== undefined) fields.set(oneof.case, oneof.value);
    else fields.set(name, value);
  }
  for (const name of Object.keys(json)) if (!fields.has(name)) return `${path}${name} is missing`;
  for (const [name, value] of fields) {
    const found = name in json ? differenceOfValue(value, json[name], `${path}${name}`) : isDefault(value) ? undefined : `${path}${name}`;
    if (found !== undefined) return found;
  }
  return undefined;
}

function differenceOfValue(value: unknown, json: unknown, path: string): string | undefined {
  if (Array.isArray(value) && Array.isArray(json)) {
    if (value.length !== json.length) return `${path} has ${value.length} elements`;
    for (const [index, element] of value.entries()) {
      const found = differenceOfValue(element, json[index], `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isMessage(value)) return difference(value, json as Json, `${path}.`);
  const text = value instanceof Uint8Array ? toBase64(value) : typeof value === "bigint" ? String(value) : value;
  const isSame = text === json || (typeof value === "number" && typeof json === "string" && isNamed(value, json));
  return isSame ? undefined : `${path}: ${String(text)} is not ${String(json)}`;
}

function isMessage(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

function isDefault(value: unknown): boolean {
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  return value === undefined || value === 0 || value === 0n || value === "" || value === false;
}

/** Whether the number has the name that JSON gives the enum's value, for example `SIDE_BUY`, or is a double written as text. */
function isNamed(value: number, name: string): boolean {
  if (String(value) === name) return true;
  return Object.entries(messages).some(([type, constants]) => {
    const prefix = `${type.replace(/[a-z0-9](?=[A-Z])/g, "$&_").toUpperCase()}_`;
    return name.startsWith(prefix) && enumName(constants as unknown as Record<string, number>, value) === name.slice(prefix.length);
  });
}

function toBase64(bytes: Uint8Array): string {
  return (Buffer.from(bytes) as Uint8Array & { toString(encoding: string): string }).toString("base64");
}
