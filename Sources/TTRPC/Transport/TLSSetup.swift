internal import NIOSSL

/// Turns file names into TLS contexts: TLS 1.2 or newer, certificates always verified.
enum TLSSetup {
  static func server(_ tls: RPCServerTLS) throws(RPCError) -> NIOSSLContext {
    let chain = try certificates(tls.certificateChainPath, "certificate").map { NIOSSLCertificateSource.certificate($0) }
    let key = try key(tls.privateKeyPath)
    var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    if let path = tls.clientAuthorityPath {
      configuration.trustRoots = .certificates(try certificates(path, "authority of client certificates"))
      configuration.certificateVerification = .noHostnameVerification
    }
    return try context(configuration, "with \(tls.certificateChainPath)")
  }

  static func client(_ tls: RPCClientTLS) throws(RPCError) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    if let path = tls.authorityPath { configuration.trustRoots = .certificates(try certificates(path, "certificate authority")) }
    if let path = tls.certificateChainPath {
      configuration.certificateChain = try certificates(path, "certificate").map { .certificate($0) }
    }
    if let path = tls.privateKeyPath { configuration.privateKey = .privateKey(try key(path)) }
    return try context(configuration, "as a client")
  }

  /// A file's certificates; `what` says whose they are, for the error.
  private static func certificates(_ path: String, _ what: String) throws(RPCError) -> [NIOSSLCertificate] {
    do { return try NIOSSLCertificate.fromPEMFile(path) } catch { throw unusable("\(what) \(path)", "PEM certificates", error) }
  }

  private static func key(_ path: String) throws(RPCError) -> NIOSSLPrivateKey {
    do {
      return try NIOSSLPrivateKey(file: path, format: .pem)
    } catch {
      throw unusable("private key \(path)", "a PEM key without a passphrase", error)
    }
  }

  private static func unusable(_ file: String, _ content: String, _ error: any Error) -> RPCError {
    RPCError(code: .invalidArgument, message: "the \(file) cannot be used: it must hold \(content) (\(error))")
  }

  private static func context(_ configuration: TLSConfiguration, _ how: String) throws(RPCError) -> NIOSSLContext {
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw RPCError(code: .invalidArgument, message: "cannot set up TLS \(how): \(error)")
    }
  }
}
