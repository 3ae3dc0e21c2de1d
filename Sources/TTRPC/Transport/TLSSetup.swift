internal import NIOSSL

/// Turns file names into TLS contexts: TLS 1.2 or newer, certificates always verified.
enum TLSSetup {
  static func server(_ tls: RPCServerTLS) throws(RPCError) -> NIOSSLContext {
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(tls.certificateChainPath).map { NIOSSLCertificateSource.certificate($0) }
      let key = try NIOSSLPrivateKey(file: tls.privateKeyPath, format: .pem)
      var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
      configuration.minimumTLSVersion = .tlsv12
      if let path = tls.clientAuthorityPath {
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
        configuration.certificateVerification = .noHostnameVerification
      }
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw RPCError(code: .invalidArgument, message: "cannot set up TLS with \(tls.certificateChainPath): \(error)")
    }
  }

  static func client(_ tls: RPCClientTLS) throws(RPCError) -> NIOSSLContext {
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      if let path = tls.authorityPath { configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path)) }
      if let path = tls.certificateChainPath {
        configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(path).map { .certificate($0) }
      }
      if let path = tls.privateKeyPath { configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: path, format: .pem)) }
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw RPCError(code: .invalidArgument, message: "cannot set up TLS: \(error)")
    }
  }
}
