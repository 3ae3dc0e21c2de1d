import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import type { TestContext } from "node:test";

/** A new folder that only this user may enter, removed after the test. Its path is short enough for a socket's. */
export function folder(context: TestContext): string {
  const path = mkdtempSync(`${tmpdir()}/ts-`);
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
