// What the tests use of Node.js beside types/runtime.d.ts.

declare const Buffer: { from(bytes: Uint8Array | readonly number[] | string, encoding?: "hex" | "base64"): Uint8Array };

declare module "node:test" {
  export interface TestContext {
    after(finish: () => void | Promise<void>): void;
    diagnostic(text: string): void;
  }
  export interface TestOptions {
    timeout?: number;
    skip?: boolean | string;
  }
  function test(name: string, body: (context: TestContext) => void | Promise<void>): void;
  function test(name: string, options: TestOptions, body: (context: TestContext) => void | Promise<void>): void;
  export default test;
}

declare module "node:assert/strict" {
  interface Assert {
    (value: unknown, message?: string): asserts value;
    equal<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
    notEqual(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    match(text: string, pattern: RegExp, message?: string): void;
    throws(body: () => unknown, check: (error: unknown) => boolean): void;
    fail(message: string): never;
  }
  const assert: Assert;
  export default assert;
}

declare module "node:child_process" {
  import type { Socket } from "node:net";
  interface Child {
    readonly pid: number;
    readonly stdin: Socket;
    readonly stdout: Socket;
    readonly stderr: Socket;
    readonly exitCode: number | null;
    readonly signalCode: string | null;
    kill(signal: string): boolean;
    once(event: "exit", listener: (code: number | null) => void): this;
  }
  function spawn(
    program: string,
    words: readonly string[],
    options: { stdio: readonly ("ignore" | "pipe")[]; env?: Record<string, string | undefined>; cwd?: string },
  ): Child;
  function spawnSync(
    program: string,
    words: readonly string[],
    options: { input?: Uint8Array | string; cwd?: string },
  ): { status: number | null; stdout: Uint8Array; stderr: Uint8Array };
}

declare module "node:os" {
  function tmpdir(): string;
}

declare module "node:v8" {
  function setFlagsFromString(flags: string): void;
}

declare module "node:vm" {
  function runInNewContext(code: string): unknown;
}
