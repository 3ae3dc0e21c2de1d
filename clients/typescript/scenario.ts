// The scenario that every client runs (see clients/README.md):
//
//   node build/scenario.js --address ADDRESS --bot ID --symbol BTCUSDT [--bookmark-file FILE]
import { writeFileSync } from "node:fs";
import { Client, decimal, enumName, listAll, Side } from "botd";
import type { Trade } from "botd";

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function required(name: string): string {
  const value = argument(name);
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value, (_, field) => (typeof field === "bigint" ? Number(field) : field))}\n`);
}

function shown(trade: Trade): object {
  const { sequence, previousSequence, tradeId, symbol, clientOrderId, price, quantity } = trade;
  const names = { trade_id: tradeId, symbol, client_order_id: clientOrderId, price, quantity, side: enumName(Side, trade.side) };
  return { sequence, previous_sequence: previousSequence, ...names };
}

/** Calls `stop` when a line `stop` comes, or the input ends. */
function onStop(stop: () => void): void {
  let text = "";
  process.stdin.on("data", (chunk) => {
    text += new TextDecoder("utf-8").decode(chunk);
    if (/^stop\s*$/m.test(text)) stop();
  });
  process.stdin.on("end", stop);
}

async function run(client: Client, bot: string, symbol: string, file: string | undefined): Promise<void> {
  const parameters = [
    { key: "fast", value: "2" },
    { key: "slow", value: "3" },
  ];
  const spec = { symbol, strategy: "ema_cross", parameters, interval: "1m", capital: decimal("10000") };
  await client.bot.createBot({ botId: bot, spec });
  await client.bot.startBot({ botId: bot });
  print({ ready: true });
  const trades = client.trades({ after: "start", botIds: [bot] });
  let failure: unknown;
  onStop(() => {
    void client.bot.stopBot({ botId: bot }).catch((error) => (failure = error)).finally(() => trades.close());
  });
  for await (const { trade, bookmark } of trades) {
    print(shown(trade));
    if (file !== undefined) writeFileSync(file, bookmark.toString());
  }
  if (failure !== undefined) throw failure;
  const page = (pageToken: string) => client.trade.listTrades({ pageToken, pageSize: 50, botIds: [bot] });
  for await (const trade of listAll(page, (answer) => answer.trades)) print({ listed: shown(trade) });
  print({ done: true });
}

try {
  const client = new Client({ address: required("--address"), name: "scenario" });
  await run(client, required("--bot"), required("--symbol"), argument("--bookmark-file"));
  await client.close();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
