import { readFileSync } from "node:fs";
import * as net from "node:net";
import * as tls from "node:tls";
import { parseAddress } from "../address.js";
import { BotdError, Code, ConnectionRefusedError } from "../errors.js";
import type { TlsFiles } from "../tls.js";

/**
 * Connects a socket.
 *
 * @param tlsFiles undefined: without TLS.
 * @throws ConnectionRefusedError when nothing accepts the connection, or the certificate is not good; BotdError (INVALID_ARGUMENT,
 * `TLS_FILE`) when a file cannot be read; the signal's reason.
 */
export function connectSocket(address: string, tlsFiles: TlsFiles | undefined, signal: AbortSignal): Promise<net.Socket> {
  const target = parseAddress(address);
  const isSecure = tlsFiles !== undefined && "host" in target;
  return new Promise((resolve, reject) => {
    const socket = isSecure ? tls.connect({ ...target, ...read(tlsFiles) }) : net.connect(target);
    const aborted = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener("abort", aborted);
    let failure = new Error("it did not accept the connection");
    const failed = (error: Error) => {
      failure = error;
    };
    const closed = () => {
      signal.removeEventListener("abort", aborted);
      reject(new ConnectionRefusedError(address, failure));
    };
    socket.on("error", failed);
    socket.once("close", closed);
    socket.once(isSecure ? "secureConnect" : "connect", () => {
      signal.removeEventListener("abort", aborted);
      socket.off("error", failed);
      socket.off("close", closed);
      if ("host" in target) socket.setNoDelay(true).setKeepAlive(true, 15_000);
      resolve(socket);
    });
  });
}

function read(files: TlsFiles) {
  return {
    ca: content(files.caFile),
    cert: content(files.certificateFile),
    key: content(files.keyFile),
    ...(files.serverName === undefined ? {} : { servername: files.serverName }),
  };
}

function content(path: string | undefined): Uint8Array | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new BotdError(Code.INVALID_ARGUMENT, `a file for TLS cannot be read: ${(cause as Error).message}`, { reason: "TLS_FILE", cause });
  }
}
