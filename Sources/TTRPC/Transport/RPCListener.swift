/// A server's certificate and, for mutual TLS, the authority of its clients. Files in PEM.
public struct RPCServerTLS: Sendable, Hashable {
  public var certificateChainPath: String
  public var privateKeyPath: String
  /// When set, a client must show a certificate signed by this authority; otherwise the handshake fails.
  public var clientAuthorityPath: String?

  public init(certificateChainPath: String, privateKeyPath: String, clientAuthorityPath: String? = nil) {
    self.certificateChainPath = certificateChainPath
    self.privateKeyPath = privateKeyPath
    self.clientAuthorityPath = clientAuthorityPath
  }
}

/// What a client needs for TLS. Files in PEM.
public struct RPCClientTLS: Sendable, Hashable {
  /// The authority that signed the server's certificate; nil = the system's.
  public var authorityPath: String?
  /// The client's own certificate and key, for mutual TLS.
  public var certificateChainPath: String?
  public var privateKeyPath: String?
  /// The name the server's certificate must carry; nil = the host of the address.
  public var serverName: String?

  public init(
    authorityPath: String? = nil, certificateChainPath: String? = nil, privateKeyPath: String? = nil, serverName: String? = nil
  ) {
    self.authorityPath = authorityPath
    self.certificateChainPath = certificateChainPath
    self.privateKeyPath = privateKeyPath
    self.serverName = serverName
  }
}

/// One address a server listens on.
public struct RPCListener: Sendable, Hashable {
  public var address: RPCAddress
  public var tls: RPCServerTLS?
  /// A unix socket that the group of its file may use as well (0660), in a directory that the group may enter (0750); else it is private
  /// to this user.
  public var isShared = false

  public init(address: RPCAddress, tls: RPCServerTLS? = nil, isShared: Bool = false) {
    self.address = address
    self.tls = tls
    self.isShared = isShared
  }
}
