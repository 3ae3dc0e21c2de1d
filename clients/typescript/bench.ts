// Measures the client against a running daemon and prints one line of JSON:
//
//   node build/bench.js [--address ADDRESS] [--seconds N]
//
// calls_per_second: Ping with 64 calls in flight on one connection. p50_us, p99_us: one Ping after the other. items_per_second: events of
// the journal from its beginning, again and again, opening included: give it a journal of many thousands. 0 where the journal is empty.
import { Client } from "botd";

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

async function latencies(client: Client, seconds: number): Promise<number[]> {
  const payload = new Uint8Array(200);
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let start = performance.now(); start < end; ) {
    await client.system.ping({ payload });
    const now = performance.now();
    times.push((now - start) * 1000);
    start = now;
  }
  return times.sort((left, right) => left - right);
}

async function callsPerSecond(client: Client, seconds: number): Promise<number> {
  const payload = new Uint8Array(200);
  const start = performance.now();
  let count = 0;
  const worker = async () => {
    while (performance.now() < start + seconds * 1000) {
      await client.system.ping({ payload });
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  return count / ((performance.now() - start) / 1000);
}

async function itemsPerSecond(client: Client, seconds: number): Promise<number> {
  const live = client.events();
  const lastSequence = (await live.ready()).sequence;
  await live.close();
  if (lastSequence === 0n) return 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  let count = 0;
  while (performance.now() < end) {
    for await (const { event } of client.events({ after: "start" })) {
      count += 1;
      if (event.sequence >= lastSequence) break;
    }
  }
  return count / ((performance.now() - start) / 1000);
}

const address = argument("--address");
const seconds = Number(argument("--seconds") ?? 3);
const client = await Client.connect({ ...(address !== undefined && { address }), name: "bench" });
await latencies(client, seconds / 4);
const times = await latencies(client, seconds);
const at = (part: number) => Math.round(times[Math.floor(times.length * part)] ?? 0);
const calls = await callsPerSecond(client, seconds);
const items = await itemsPerSecond(client, seconds);
await client.close();
const rates = { calls_per_second: Math.round(calls), p50_us: at(0.5), p99_us: at(0.99), items_per_second: Math.round(items) };
console.log(JSON.stringify({ client: "typescript", ...rates }));
