// What the client uses of Node.js, declared here so that tsc is all that a build needs. Programs that use the package have the whole of
// it in @types/node; none of this is in the package's own declarations.

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

declare const AbortSignal: { abort(reason?: unknown): AbortSignal; timeout(milliseconds: number): AbortSignal };

declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class TextDecoder {
  constructor(encoding: "utf-8", options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}

declare class URL {
  constructor(url: string, base: string);
  readonly pathname: string;
}

interface ImportMeta {
  readonly url: string;
}

interface Timer {
  refresh(): this;
  unref(): this;
}

declare function setTimeout(callback: () => void, milliseconds: number): Timer;
declare function clearTimeout(timer: Timer | undefined): void;
declare function setImmediate(callback: () => void): void;
declare function queueMicrotask(callback: () => void): void;
declare const performance: { now(): number };
declare const console: { log(...values: unknown[]): void; error(...values: unknown[]): void };
declare const process: {
  readonly argv: string[];
  readonly env: Record<string, string | undefined>;
  readonly pid: number;
  readonly versions: { readonly node: string };
  readonly execPath: string;
  exitCode: number | undefined;
  exit(code?: number): never;
  once(event: "SIGINT" | "SIGTERM", listener: () => void): void;
  memoryUsage(): { rss: number; heapUsed: number; external: number };
  nextTick(callback: () => void): void;
  readonly stdin: import("node:net").Socket;
  readonly stdout: { write(text: string): boolean };
  readonly stderr: { write(text: string): boolean };
};

declare module "node:net" {
  interface SocketEvents {
    connect: () => void;
    secureConnect: () => void;
    data: (chunk: Uint8Array) => void;
    end: () => void;
    drain: () => void;
    error: (error: Error & { code?: string }) => void;
    close: (hadError: boolean) => void;
  }
  class Socket {
    readonly writableLength: number;
    readonly destroyed: boolean;
    on<Name extends keyof SocketEvents>(event: Name, listener: SocketEvents[Name]): this;
    once<Name extends keyof SocketEvents>(event: Name, listener: SocketEvents[Name]): this;
    off<Name extends keyof SocketEvents>(event: Name, listener: SocketEvents[Name]): this;
    write(bytes: Uint8Array | string): boolean;
    end(bytes?: Uint8Array | string): this;
    destroy(error?: Error): this;
    cork(): void;
    uncork(): void;
    pause(): this;
    resume(): this;
    pipe(other: Socket): Socket;
    setNoDelay(on: boolean): this;
    setKeepAlive(on: boolean, initialDelay: number): this;
  }
  class Server {
    listen(where: { path: string } | { host: string; port: number }, listening: () => void): this;
    on(event: "error", listener: (error: Error) => void): this;
    close(closed?: () => void): this;
    address(): { port: number };
  }
  function connect(options: { path: string } | { host: string; port: number }): Socket;
  function createServer(handler: (socket: Socket) => void): Server;
}

declare module "node:tls" {
  import type { Socket, Server } from "node:net";
  interface Files {
    ca?: Uint8Array | undefined;
    cert?: Uint8Array | undefined;
    key?: Uint8Array | undefined;
  }
  function connect(options: Files & { host: string; port: number; servername?: string | undefined }): Socket;
  function createServer(options: Files, handler: (socket: Socket) => void): Server;
}

declare module "node:fs" {
  function readFileSync(path: string): Uint8Array;
  function readFileSync(path: string, encoding: "utf8"): string;
  function writeFileSync(path: string, content: string | Uint8Array): void;
  function renameSync(from: string, to: string): void;
  function readdirSync(path: string): string[];
  function existsSync(path: string): boolean;
  function mkdtempSync(prefix: string): string;
  function mkdirSync(path: string, options: { recursive: true }): void;
  function rmSync(path: string, options: { recursive: true; force: true }): void;
  function cpSync(from: string, to: string, options: { recursive: true }): void;
  function chmodSync(path: string, mode: number): void;
  function openSync(path: string, flags: string): number;
  function closeSync(descriptor: number): void;
  function watch(path: string, listener: () => void): { close(): void };
}

declare module "node:crypto" {
  function randomUUID(): string;
}
