/** Files for TLS over TCP, all PEM. */
export interface TlsFiles {
  /** The authorities that the daemon's certificate may come from; the system's when left out. */
  caFile?: string;
  /** This client's certificate chain. */
  certificateFile?: string;
  /** The private key of it. */
  keyFile?: string;
  /** The name in the daemon's certificate, where it is not the address's host. */
  serverName?: string;
}
