import { createServer } from "node:net";
import type { Socket } from "node:net";
import type { TestContext } from "node:test";
import { encode } from "botd";
import type { MessageInit, MessageType } from "botd";
import { HelloResponse } from "botd";
import { Request, Response } from "#internal/generated/ttrpc/ttrpc.js";
import { encodeFrame, FrameReader, FrameType } from "#internal/transport/frame.js";
import type { Frame } from "#internal/transport/frame.js";
import { decode } from "#internal/wire/codec.js";
import { folder } from "./folder.js";

const closing = 5;

/** Serves a socket by `serve`, until the test is over; gives its address. */
export function serveSocket(context: TestContext, serve: (socket: Socket, index: number) => void): Promise<string> {
  const path = `${folder(context)}/s`;
  const sockets = new Set<Socket>();
  let index = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    serve(socket, index);
    index += 1;
  });
  context.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new Promise((resolve) => server.listen({ path }, () => resolve(`unix:${path}`)));
}

/** One call, as the server sees it. */
export class PeerCall {
  readonly request: Request;
  readonly stream: number;
  /** Number of the connection, from 0. */
  readonly connection: number;
  readonly #socket: Socket;

  constructor(socket: Socket, connection: number, frame: Frame) {
    this.#socket = socket;
    this.connection = connection;
    this.stream = frame.stream;
    this.request = decode(Request, frame.data as Uint8Array);
  }

  answer<T extends object>(type: MessageType<T>, message: MessageInit<T>): void {
    this.raw(FrameType.RESPONSE, 0, encode(Response, { payload: encode(type, message) }));
  }

  fail(status: MessageInit<Response>["status"]): void {
    this.raw(FrameType.RESPONSE, 0, encode(Response, { status }));
  }

  message<T extends object>(type: MessageType<T>, message: MessageInit<T>): void {
    this.raw(FrameType.DATA, 0, encode(type, message));
  }

  end(): void {
    this.raw(FrameType.DATA, closing, new Uint8Array(0));
  }

  raw(type: number, flags: number, data: Uint8Array): void {
    this.#socket.write(encodeFrame(this.stream, type, flags, data));
  }

  /** Closes the whole connection. */
  cut(): void {
    this.#socket.destroy();
  }
}

/** What a peer does. */
export interface PeerScript {
  /** A call other than Hello begins. */
  call(call: PeerCall): void;
  /** A message of a stream, or its half-close (undefined). */
  message?(call: PeerCall, data: Uint8Array | undefined): void;
  /** The answer to Hello. */
  hello?: MessageInit<HelloResponse>;
}

/** A server that speaks ttrpc and says what the test wants: what a sound daemon does not do. Gives its address. */
export function servePeer(context: TestContext, script: PeerScript): Promise<string> {
  return serveSocket(context, (socket, connection) => {
    const reader = new FrameReader();
    const calls = new Map<number, PeerCall>();
    const take = (frame: Frame) => {
      const call = calls.get(frame.stream);
      if (frame.type === FrameType.DATA && call !== undefined) {
        script.message?.(call, (frame.flags & 1) !== 0 ? undefined : frame.data);
      } else if (frame.type === FrameType.REQUEST) {
        const opened = new PeerCall(socket, connection, frame);
        calls.set(frame.stream, opened);
        if (opened.request.method !== "Hello") script.call(opened);
        else opened.answer(HelloResponse, { version: "0.2.0", apiVersion: "botd.v1", startedTimeNs: 1n, ...script.hello });
      }
    };
    socket.on("data", (chunk) => reader.push(chunk, take));
  });
}
