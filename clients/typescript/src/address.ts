/** Where a daemon listens. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number };

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The address to use when none is given: `BOTD_ADDRESS`, else the socket file in the user's runtime or home folder. */
export function defaultAddress(environment: Environment): string {
  const named = environment["BOTD_ADDRESS"];
  if (named) return named;
  if (environment["XDG_RUNTIME_DIR"]) return `unix:${environment["XDG_RUNTIME_DIR"]}/botd/botd.sock`;
  if (environment["HOME"]) return `unix:${environment["HOME"]}/.botd/botd.sock`;
  return "unix:/run/botd/botd.sock";
}

/**
 * Reads an address.
 *
 * @param text `unix:PATH` or `tcp://HOST:PORT`; a host with colons stands in brackets.
 * @throws RangeError when it has another form.
 */
export function parseAddress(text: string): Address {
  if (text.startsWith("unix:") && text.length > "unix:".length) return { path: text.slice("unix:".length) };
  const match = /^tcp:\/\/(?:\[([^\]]+)\]|([^:/\]]+)):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    throw new RangeError(`not an address: ${JSON.stringify(text)}; its form is unix:PATH or tcp://HOST:PORT`);
  }
  return { host, port };
}
