// Who may do what: tokens and TLS, against a real daemon on TCP.
import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import test from "node:test";
import type { TestContext } from "node:test";
import { BotdError, Client, Code, ConnectionRefusedError, NotBotdError } from "botd";
import type { ClientOptions } from "botd";
import { makeAuthority, makeCertificate } from "./support/certificates.js";
import { Daemon, freePort } from "./support/daemon.js";
import { failure } from "./support/errors.js";
import { folder } from "./support/folder.js";

const limit = { timeout: 60_000 };
const observer = "observer-token-0123456789abcdef0123456789";
const operator = "operator-token-0123456789abcdef0123456789";

function clientOf(context: TestContext, options: ClientOptions): Client {
  const client = new Client(options);
  context.after(() => client.close());
  return client;
}

/** A file that only this user may read. */
function secret(path: string, text: string): string {
  writeFileSync(path, text);
  chmodSync(path, 0o600);
  return path;
}

test("a token is sent by Login on every connection", limit, async (context) => {
  const address = `tcp://127.0.0.1:${await freePort()}`;
  const tokens = secret(`${folder(context)}/tokens`, `ann observe ${observer}\nbob operate ${operator}\n`);
  const daemon = await Daemon.start(context, { arguments: ["--listen", address, "--example-bots"], environment: { BOTD_TOKENS_FILE: tokens } });
  const nobody = await failure(BotdError, clientOf(context, { address }).bot.listBots());
  assert.deepEqual([nobody.code, nobody.reason], [Code.UNAUTHENTICATED, "NOT_LOGGED_IN"]);
  const wrong = await failure(BotdError, clientOf(context, { address, token: `${observer}x` }).bot.listBots());
  assert.deepEqual([wrong.code, wrong.reason], [Code.UNAUTHENTICATED, "WRONG_TOKEN"]);

  const ann = clientOf(context, { address, token: observer });
  assert.equal((await ann.bot.listBots()).bots.length, 2);
  const low = await failure(BotdError, ann.bot.stopAllBots());
  assert.deepEqual([low.code, low.reason], [Code.PERMISSION_DENIED, "ROLE_TOO_LOW"]);
  const items = ann.events({ after: "start" });
  assert.equal((await items.next()).done, false);

  await daemon.kill();
  await daemon.start();
  assert.equal((await ann.bot.listBots()).bots.length, 2);
  assert.equal((await items.next()).done, false);
  await items.close();
  const asBob = { metadata: { authorization: `Bearer ${operator}` } };
  assert.equal((await ann.bot.stopAllBots({}, asBob)).outcomes.length, 2);
});

test("TLS with an authority and a client certificate", limit, async (context) => {
  const path = folder(context);
  makeAuthority(path, "authority");
  makeAuthority(path, "stranger");
  makeCertificate(path, "authority", "server");
  makeCertificate(path, "authority", "carol");
  makeCertificate(path, "stranger", "mallory");
  const address = `tcp://127.0.0.1:${await freePort()}`;
  const environment = {
    BOTD_TLS_CERT: `${path}/server.pem`,
    BOTD_TLS_KEY: `${path}/server.key`,
    BOTD_TLS_CLIENT_CA: `${path}/authority.pem`,
    BOTD_CERTIFICATE_ROLES: secret(`${path}/roles`, "carol operate\n"),
  };
  await Daemon.start(context, { arguments: ["--listen", address, "--example-bots"], environment });
  const caFile = `${path}/authority.pem`;
  const of = (name: string) => ({ certificateFile: `${path}/${name}.pem`, keyFile: `${path}/${name}.key` });
  const carol = clientOf(context, { address, tls: { caFile, ...of("carol") } });
  assert.equal((await carol.bot.stopAllBots()).outcomes.length, 2);
  for await (const { event } of carol.events({ after: "start" })) {
    assert.equal(event.sequence > 0n, true);
    break;
  }
  const untrusted = await failure(ConnectionRefusedError, clientOf(context, { address, tls: of("carol") }).hello());
  assert.match(untrusted.message, /certificate/);
  const strange = { address, tls: { caFile, ...of("mallory") }, timeoutMs: 2_000 };
  assert.equal((await failure(BotdError, clientOf(context, strange).hello())).code, Code.UNAVAILABLE);
  assert.match((await failure(NotBotdError, clientOf(context, { address }).hello())).message, /speaks TLS/);
  const missing = await failure(BotdError, clientOf(context, { address, tls: { caFile: `${path}/none.pem` } }).hello());
  assert.deepEqual([missing.code, missing.reason], [Code.INVALID_ARGUMENT, "TLS_FILE"]);
});
