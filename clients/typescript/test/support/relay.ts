import { connect } from "node:net";
import type { Socket } from "node:net";
import type { TestContext } from "node:test";
import { serveSocket } from "./peer.js";
import type { Random } from "./random.js";

/** Passes bytes between clients and a daemon's socket file, and cuts every connection at a random byte of one of the daemon's writes. */
export class Relay {
  readonly address: string;
  /** Connections cut so far. */
  cuts = 0;

  private constructor(address: string) {
    this.address = address;
  }

  /** @param most writes of the daemon that a connection lives at most, but the first one, which lives as many. */
  static async start(context: TestContext, address: string, random: Random, most: number): Promise<Relay> {
    const relay: Relay = new Relay(
      await serveSocket(context, (client, index) => {
        relay.#pass(client, connect({ path: address.replace(/^unix:/, "") }), index === 0 ? most : 1 + random.below(most), random);
      }),
    );
    return relay;
  }

  #pass(client: Socket, daemon: Socket, writes: number, random: Random): void {
    let left = writes;
    const end = () => {
      client.destroy();
      daemon.destroy();
    };
    client.on("data", (chunk) => daemon.write(chunk));
    daemon.on("data", (chunk) => {
      left -= 1;
      if (left > 0) client.write(chunk);
      if (left !== 0) return;
      this.cuts += 1;
      // What was written arrives before the end.
      client.end(chunk.subarray(0, random.below(chunk.length + 1)));
      daemon.destroy();
    });
    daemon.on("error", end);
    daemon.on("close", () => client.end());
    client.on("close", end);
  }
}
