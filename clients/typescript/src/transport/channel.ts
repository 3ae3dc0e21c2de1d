import { BotdError, ClosedError, Code, DeadlineExceededError, NotBotdError, VersionTooOldError } from "../errors.js";
import type { HelloResponse } from "../generated/botd/system.js";
import { SystemService } from "../generated/botd/system_service.js";
import { Connection } from "./connection.js";
import { connectSocket } from "./socket.js";
import type { TlsFiles } from "../tls.js";

/** The oldest daemon that has all this client needs. */
export const oldestVersion = "0.2.0";

/** How connections are made. */
export interface ChannelSettings {
  readonly address: string;
  readonly tls: TlsFiles | undefined;
  /** Sent by `Login` first; undefined: no `Login`. */
  readonly token: string | undefined;
  /** Name of this program, for the daemon's log. */
  readonly name: string;
  /** How long connecting may take, and a call that says nothing, in ms. */
  readonly timeoutMs: number;
}

/** A connection that has said who it is. */
export interface Ready {
  readonly connection: Connection;
  readonly hello: HelloResponse;
}

/** One connection at a time to one address, made anew when it was lost. */
export class Channel {
  readonly #settings: ChannelSettings;
  readonly #abort = new AbortController();
  #ready: Ready | undefined;
  #opening: Promise<Ready> | undefined;

  constructor(settings: ChannelSettings) {
    this.#settings = settings;
  }

  /** The connection; the same one for all who ask, as long as it lasts. */
  ready(): Promise<Ready> {
    if (this.#abort.signal.aborted) return Promise.reject(new ClosedError("client"));
    if (this.#ready?.connection.isOpen) return Promise.resolve(this.#ready);
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  close(): void {
    this.#abort.abort();
    this.#ready?.connection.close(new ClosedError("client"));
  }

  async #open(): Promise<Ready> {
    const { address, tls, timeoutMs } = this.#settings;
    const attempt = new AbortController();
    const late = () => attempt.abort(new DeadlineExceededError(`${address} did not say within ${timeoutMs / 1000} s who it is`));
    const timer = setTimeout(late, timeoutMs);
    const closed = () => attempt.abort(new ClosedError("client"));
    this.#abort.signal.addEventListener("abort", closed);
    try {
      const socket = await connectSocket(address, tls, attempt.signal);
      const connection = new Connection(socket, { address, timeoutMs });
      attempt.signal.addEventListener("abort", () => connection.close(attempt.signal.reason as BotdError), { once: true });
      this.#ready = await this.#introduce(connection);
      return this.#ready;
    } finally {
      clearTimeout(timer);
      this.#abort.signal.removeEventListener("abort", closed);
    }
  }

  /** Logs in where there is a token, then asks who is there. */
  async #introduce(connection: Connection): Promise<Ready> {
    try {
      const { token, name, address } = this.#settings;
      if (token !== undefined) await connection.unary(SystemService.login, { token }, {});
      const hello = await connection.unary(SystemService.hello, { client: name }, {}).catch((error) => {
        if (error instanceof BotdError && error.code === Code.UNIMPLEMENTED) throw new NotBotdError(address, error.message);
        throw error;
      });
      if (hello.apiVersion !== "botd.v1" || isOlder(hello.version, oldestVersion)) {
        throw new VersionTooOldError(`${hello.version} (${hello.apiVersion || "no interface named"})`, `${oldestVersion} (botd.v1)`);
      }
      return { connection, hello };
    } catch (error) {
      connection.close();
      throw error;
    }
  }
}

/** Compares versions such as "1.10.0" number by number; what follows a hyphen does not count. */
export function isOlder(version: string, than: string): boolean {
  const numbers = (text: string) => (text.split(/[-+]/)[0] ?? "").split(".").map((part) => Number.parseInt(part, 10) || 0);
  const left = numbers(version);
  const right = numbers(than);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
