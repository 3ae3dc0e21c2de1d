import { spawn } from "node:child_process";
import type { Child } from "node:child_process";
import { createServer } from "node:net";
import type { TestContext } from "node:test";
import { Client } from "botd";
import type { ClientOptions } from "botd";
import { folder } from "./folder.js";

/** The folder of botd, botctl and botsim. */
export function programs(): string {
  const path = process.env["BOTD_BIN"];
  if (!path) throw new Error("BOTD_BIN is not set: the folder that holds botd, botctl and botsim");
  return path;
}

/** A TCP port that nobody uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer(() => undefined);
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** How a daemon is started. */
export interface DaemonSettings {
  /** More arguments. */
  arguments?: readonly string[];
  /** More variables of its environment. */
  environment?: Readonly<Record<string, string>>;
}

/** A running botd on a market of its own, killed after the test. */
export class Daemon {
  readonly folder: string;
  readonly address: string;
  stateFolder: string;
  readonly #settings: DaemonSettings;
  #process: Child | undefined;
  #log = "";

  private constructor(path: string, settings: DaemonSettings) {
    this.folder = path;
    this.address = `unix:${path}/botd.sock`;
    this.stateFolder = `${path}/state`;
    this.#settings = settings;
  }

  static async start(context: TestContext, settings: DaemonSettings = {}): Promise<Daemon> {
    const daemon = new Daemon(folder(context), settings);
    context.after(() => daemon.kill());
    await daemon.start();
    return daemon;
  }

  /** A client of it, closed after the test. */
  client(context: TestContext, options: ClientOptions = {}): Client {
    const client = new Client({ address: this.address, ...options });
    context.after(() => client.close());
    return client;
  }

  /** Starts it and waits until it serves. */
  start(): Promise<void> {
    const words = ["--mode", "simulated", "--speed", "300", "--state-dir", this.stateFolder, "--listen", this.address];
    const child = spawn(`${programs()}/botd`, [...words, ...(this.#settings.arguments ?? [])], {
      stdio: ["ignore", "ignore", "pipe"],
      // Nothing of the test's own environment: the daemon refuses names with BOTD_ that it does not know.
      env: { HOME: this.folder, ...this.#settings.environment },
      cwd: this.folder,
    });
    this.#process = child;
    return new Promise((resolve, reject) => {
      child.stderr.on("data", (chunk) => {
        this.#log = (this.#log + new TextDecoder("utf-8").decode(chunk)).slice(-10_000);
        if (this.#log.includes("msg=ready")) resolve();
      });
      child.once("exit", () => reject(new Error(`botd ended: ${this.#log}`)));
    });
  }

  kill(): Promise<void> {
    return this.stop("SIGKILL");
  }

  /** Sends a signal and waits for the end. */
  stop(signal: string): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    this.#log = "";
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once("exit", () => resolve());
      child.kill(signal);
    });
  }
}
