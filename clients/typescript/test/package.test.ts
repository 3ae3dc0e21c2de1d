// The package as its user has it: its files alone, in the user's node_modules, with declarations checked strictly.
import { spawnSync } from "node:child_process";
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { folder } from "./support/folder.js";

const settings = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2022", "DOM"],
    module: "Node16",
    moduleResolution: "Node16",
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  },
  files: ["user.ts"],
};

const program = `
import { Bookmark, Client, ConnectionRefusedError, decimal, Side } from "botd";
import type { Decimal, TradeItem } from "botd";

const client = new Client({ address: "unix:/nowhere/botd.sock" });
const capital: Decimal = decimal("1000");
const spec = { symbol: "BTCUSDT", strategy: "rsi", interval: "1m", capital };
export async function first(): Promise<TradeItem | undefined> {
  for await (const item of client.trades({ after: new Bookmark("j", 1n), signal: new AbortController().signal })) {
    const sequence: bigint = item.trade.sequence;
    if (item.trade.side === Side.BUY && sequence > 0n) return item;
  }
  return undefined;
}
// @ts-expect-error an amount is no number
export const number = () => client.bot.createBot({ botId: "a", spec: { ...spec, capital: 1000 } });
// @ts-expect-error an amount is no string that was not checked
export const text = () => client.bot.createBot({ botId: "a", spec: { ...spec, capital: "1e3" } });
// @ts-expect-error no such field
export const field = () => client.bot.createBot({ bot: "a" });
// @ts-expect-error a sequence is a bigint
export const sequence = () => client.trade.listTrades({ afterSequence: 5 });

try {
  await client.bot.createBot({ botId: "a", spec });
} catch (error) {
  if (error instanceof ConnectionRefusedError) console.log(error.codeName, error.message);
}
await client[Symbol.asyncDispose]();
`;

function run(directory: string, words: readonly string[]): string {
  const [name, ...rest] = words as [string, ...string[]];
  const result = spawnSync(name, rest, { cwd: directory });
  const output = new TextDecoder("utf-8").decode(Buffer.from([...result.stdout, ...result.stderr]));
  assert.equal(result.status, 0, output);
  return output;
}

test("a strict user's program compiles against the package and runs", { timeout: 60_000 }, (context) => {
  const directory = folder(context);
  const installed = `${directory}/node_modules/botd`;
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { files: string[]; dependencies?: object };
  assert.equal(manifest.dependencies, undefined);
  mkdirSync(installed, { recursive: true });
  for (const name of ["package.json", ...manifest.files]) cpSync(name, `${installed}/${name}`, { recursive: true });
  writeFileSync(`${directory}/package.json`, `{ "type": "module" }`);
  writeFileSync(`${directory}/tsconfig.json`, JSON.stringify(settings));
  writeFileSync(`${directory}/user.ts`, program);
  run(directory, ["tsc", "-p", "."]);
  assert.match(run(directory, [process.execPath, "user.js"]), /^UNAVAILABLE cannot connect to unix:\/nowhere\/botd\.sock: .*is botd running/);
});
