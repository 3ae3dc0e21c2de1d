// Creates a bot, starts it, prints its fills across restarts of the daemon, and stops it on Ctrl-C.
//
//   node build/examples/follow-fills.js [BOT_ID] [SYMBOL]
//
// The bookmark is kept in BOT_ID.bookmark: run it again, and it goes on after the last fill that it printed.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { Bookmark, BotdError, Client, Code, decimal, enumName, Side } from "botd";

const bot = process.argv[2] ?? "my-first-bot";
const symbol = process.argv[3] ?? "BTCUSDT";
const file = `${bot}.bookmark`;

async function createOnce(client: Client): Promise<void> {
  const parameters = [
    { key: "fast", value: "3" },
    { key: "slow", value: "8" },
  ];
  const spec = { symbol, strategy: "ema_cross", parameters, interval: "1m", capital: decimal("1000") };
  try {
    await client.bot.createBot({ botId: bot, spec });
  } catch (error) {
    if (!(error instanceof BotdError) || error.code !== Code.ALREADY_EXISTS) throw error;
    console.log(`${bot} exists already`);
  }
  await client.bot.startBot({ botId: bot });
}

/** Stores the bookmark so that a crash leaves the old one or the new one. */
function store(bookmark: Bookmark): void {
  writeFileSync(`${file}.new`, bookmark.toString());
  renameSync(`${file}.new`, file);
}

async function follow(client: Client, signal: AbortSignal): Promise<void> {
  const after = existsSync(file) ? Bookmark.parse(readFileSync(file, "utf8")) : "start";
  try {
    for await (const { trade, bookmark } of client.trades({ after, botIds: [bot], signal })) {
      console.log(`${enumName(Side, trade.side)} ${trade.quantity} ${trade.symbol} at ${trade.price}: ${trade.reason}`);
      store(bookmark);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const client = await Client.connect();
try {
  await createOnce(client);
  console.log(`${bot} is running on ${symbol}; Ctrl-C stops it`);
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  await follow(client, interrupt.signal);
  await client.bot.stopBot({ botId: bot });
  console.log(`${bot} is stopped`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await client.close();
}
