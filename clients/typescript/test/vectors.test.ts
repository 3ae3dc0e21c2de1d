// The exchanges of proto/vectors: the test's server compares the client's bytes and writes the server's.
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { BotdError, ConnectionLostError, decode, MessageTooLargeError, NotBotdError, StreamCutError } from "botd";
import { Request } from "#internal/generated/ttrpc/ttrpc.js";
import { Connection } from "#internal/transport/connection.js";
import { connectSocket } from "#internal/transport/socket.js";
import { serveSocket } from "./support/peer.js";
import { bytesOf, difference, methodNamed, readVectors, typeNamed } from "./support/vectors.js";
import type { Step, Vector } from "./support/vectors.js";

const vectors = readVectors("../../proto/vectors");
const played = vectors.filter((vector) => vector.call !== undefined);
const failures = {
  message_too_large: MessageTooLargeError,
  connection_lost: BotdError,
  not_ttrpc: NotBotdError,
  malformed: NotBotdError,
};

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isHalfClose(step: Step): boolean {
  return step.from === "client" && /^00000000.{8}0305$/.test(step.hex);
}

/** The server's side; `expectation` is settled when the client's bytes are all there, or are others. */
async function serve(context: TestContext, vector: Vector): Promise<{ address: string; expectation: Promise<void> }> {
  let settle: (wrong: string | undefined) => void = () => undefined;
  const expectation = new Promise<void>((resolve, reject) => {
    settle = (wrong) => (wrong === undefined ? resolve() : reject(new Error(wrong)));
  });
  expectation.catch(() => undefined);
  const address = await serveSocket(context, (socket) => {
    let received = new Uint8Array(0);
    let at = 0;
    const step = (): void => {
      for (let entry = vector.exchange[at]; entry !== undefined; entry = vector.exchange[at]) {
        if (entry.from === "client") {
          const expected = bytesOf(entry);
          if (received.length < expected.length) return;
          const found = received.subarray(0, expected.length);
          if (hex(found) !== hex(expected)) return settle(`${entry.meaning}: ${hex(found)} instead of ${hex(expected)}`);
          received = received.slice(expected.length);
        } else if (entry.closes === true) socket.end();
        else socket.write(bytesOf(entry));
        at += 1;
      }
      settle(received.length === 0 ? undefined : `${hex(received)} came beyond the exchange`);
    };
    socket.on("data", (chunk) => {
      received = Uint8Array.from([...received, ...chunk]);
      step();
    });
    step();
  });
  return { address, expectation };
}

/** The client's requests: what our decoder reads from the golden bytes, compared with their JSON. Encoding them again must give the bytes. */
function requestsOf(vector: Vector): object[] {
  const steps = vector.exchange.filter((step) => step.from === "client" && (step.payload ?? step.message)?.type !== "ttrpc" && !isHalfClose(step));
  return steps.map((step) => {
    const message = step.payload ?? step.message;
    const body = bytesOf(step).subarray(10);
    const bytes = step.payload === undefined ? body : decode(Request, body).payload;
    const value = decode(typeNamed(message?.type ?? ""), bytes);
    assert.equal(difference(value, message?.json ?? {}), undefined);
    return value;
  });
}

async function play(connection: Connection, vector: Vector, messages: object[]): Promise<void> {
  const call = vector.call;
  assert(call !== undefined);
  const method = methodNamed(call.service, call.method);
  const timeout = Number(BigInt(call.timeout_nano)) / 1e6;
  const metadata = Object.fromEntries(call.metadata.map(({ key, value }) => [key, value]));
  const options = { metadata, ...(timeout > 0 && { timeoutMs: timeout }) };
  const requests = requestsOf(vector);
  if (call.kind === "unary") {
    messages.push(await connection.unary(method, requests[0] ?? {}, options));
    return;
  }
  const stream = await (call.kind === "server_stream"
    ? connection.serverStream(method, requests[0] ?? {}, options)
    : connection.bidi(method, options));
  if (call.kind === "bidirectional") for (const request of requests) stream.send(request);
  const end = vector.exchange.findIndex(isHalfClose);
  const beforeEnd = vector.exchange.slice(0, Math.max(0, end)).filter((step) => step.from === "server").length;
  for (;;) {
    const next = await stream.next();
    if (next.done === true) return;
    messages.push(next.value);
    if (end >= 0 && messages.length === beforeEnd) stream.closeSend();
  }
}

function checkError(error: unknown, vector: Vector): void {
  const { error: golden, failure } = vector.outcome;
  if (golden === undefined && failure === undefined) {
    if (error !== undefined) throw error;
    return;
  }
  assert(error instanceof BotdError, `no BotdError: ${error}`);
  if (failure !== undefined) {
    assert(error instanceof failures[failure], `${error.name}: ${error.message}`);
    if (failure === "connection_lost") assert(error instanceof ConnectionLostError || error instanceof StreamCutError);
    return;
  }
  const found = { code: error.code, message: error.message, reason: error.reason, field: error.field, last: error.lastSequence };
  const { code, message, reason = error.reason, field = "", last_sequence = "0", violations = [] } = golden ?? assert.fail("no error");
  assert.deepEqual(found, { code, message, reason, field, last: BigInt(last_sequence) });
  assert.deepEqual(
    error.violations.map((violation, index) => difference(violation, violations[index] ?? {})),
    violations.map(() => undefined),
  );
}

test("the files are there", () => {
  assert(vectors.length >= 40, `${vectors.length}`);
  assert(played.length >= 30, `${played.length}`);
});

for (const vector of played) {
  test(`exchange ${vector.name}`, { timeout: 20_000 }, async (context) => {
    const { address, expectation } = await serve(context, vector);
    const socket = await connectSocket(address, undefined, new AbortController().signal);
    const connection = new Connection(socket, { address, timeoutMs: 10_000 });
    context.after(() => connection.close());
    const messages: object[] = [];
    let error: unknown;
    await play(connection, vector, messages).catch((thrown) => (error = thrown));
    if (vector.outcome.failure === undefined) await expectation;
    checkError(error, vector);
    assert.deepEqual(
      messages.map((message, index) => difference(message, vector.outcome.messages[index]?.json ?? {})),
      vector.outcome.messages.map(() => undefined),
    );
  });
}
