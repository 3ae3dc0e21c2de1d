import assert from "node:assert/strict";

/** What `body` fails with; fails itself where it succeeds or the error is of another class. */
export async function failure<E extends Error>(type: abstract new (...words: never[]) => E, body: Promise<unknown>): Promise<E> {
  try {
    await body;
  } catch (error) {
    if (!(error instanceof type)) assert.fail(`${type.name} was expected, not ${error}`);
    return error;
  }
  assert.fail(`${type.name} was expected, and nothing was thrown`);
}
