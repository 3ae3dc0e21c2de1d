// The sample, run as a user runs it.
import { spawn } from "node:child_process";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import type { TestContext } from "node:test";
import { BotState } from "botd";
import { Daemon } from "./support/daemon.js";

/** The running sample, and what it printed. */
class Sample {
  text = "";
  readonly #changed: (() => void)[] = [];
  readonly #child;

  constructor(context: TestContext, daemon: Daemon) {
    const sample = new URL("../examples/follow-fills.js", import.meta.url).pathname;
    this.#child = spawn(process.execPath, [sample, "sample", "BTCUSDT"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, BOTD_ADDRESS: daemon.address },
      cwd: daemon.folder,
    });
    context.after(() => void this.#child.kill("SIGKILL"));
    const add = (chunk: Uint8Array) => {
      this.text += new TextDecoder("utf-8").decode(chunk);
      for (const changed of this.#changed.splice(0)) changed();
    };
    this.#child.once("exit", () => add(new TextEncoder().encode("(ended)\n")));
    this.#child.stdout.on("data", add);
    this.#child.stderr.on("data", add);
  }

  get fills(): number {
    return this.text.split("\n").filter((line) => /^(BUY|SELL) [0-9.]+ BTCUSDT at [0-9.]+: ./.test(line)).length;
  }

  async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      if (this.#child.exitCode !== null) assert.fail(`the sample ended: ${this.text}`);
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }

  /** Interrupts it as Ctrl-C does; gives its exit code. */
  interrupt(): Promise<number | null> {
    return new Promise((resolve) => {
      this.#child.once("exit", resolve);
      this.#child.kill("SIGINT");
    });
  }
}

test("the sample follows its bot's fills over a restart, goes on where it was, and stops the bot", { timeout: 120_000 }, async (context) => {
  const daemon = await Daemon.start(context, { arguments: ["--speed", "1000"] });
  const client = daemon.client(context);
  const first = new Sample(context, daemon);
  await first.until(() => first.fills >= 2);
  await daemon.kill();
  await daemon.start();
  const before = first.fills;
  await first.until(() => first.fills > before);
  assert.equal(await first.interrupt(), 0, first.text);
  assert.match(first.text, /sample is stopped\n/);
  assert.equal((await client.bot.getBot({ botId: "sample" })).bot?.state, BotState.STOPPED);

  const second = new Sample(context, daemon);
  await second.until(() => second.text.includes("exists already") && second.fills >= 1);
  assert.equal(await second.interrupt(), 0, second.text);
  const { trades } = await client.trade.listTrades({ botIds: ["sample"], pageSize: 500 });
  const stored = readFileSync(`${daemon.folder}/sample.bookmark`, "utf8");
  const followed = trades.filter((trade) => trade.sequence <= BigInt(stored.replace(/^.*:/, "")));
  assert.equal(first.fills + second.fills, followed.length);
});
