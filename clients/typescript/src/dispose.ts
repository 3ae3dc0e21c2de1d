declare global {
  interface SymbolConstructor {
    /** The method that `await using` calls at the end of its block. */
    readonly asyncDispose: unique symbol;
  }
}

/** Gives `Symbol` the property `asyncDispose` where the runtime has none (Node.js before 18.18). */
export function provideAsyncDispose(symbol: object): void {
  if ("asyncDispose" in symbol) return;
  Object.defineProperty(symbol, "asyncDispose", { value: Symbol("Symbol.asyncDispose") });
}

provideAsyncDispose(Symbol);
