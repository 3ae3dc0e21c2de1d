import COpenSSL

/// An RSA or Ed25519 public key from PEM text (SubjectPublicKeyInfo): what an exchange knows of a client's ``PrivateKey``.
///
/// Safe to use from several threads: OpenSSL keys are immutable after loading and each check has a context of its own.
public final class PublicKey: @unchecked Sendable {
  public let algorithm: PrivateKey.Algorithm
  private let key: OwnedKey

  /// Loads a key.
  ///
  /// - Throws: ``SigningError`` with `malformedKey` or `unsupportedKey`.
  public init(pem: String) throws(SigningError) {
    let key = try OwnedKey(publicPEM: pem)
    switch key.algorithmID {
    case EVP_PKEY_ED25519: algorithm = .ed25519
    case EVP_PKEY_RSA: algorithm = .rsa
    default: throw SigningError(.unsupportedKey, "the public key is neither RSA nor Ed25519")
    }
    self.key = key
  }

  /// Whether a signature in base64 was made for `message` by the private key. False for anything that is no signature.
  public func isValid(signatureBase64 text: String, of message: [UInt8]) -> Bool {
    guard let signature = Base64.bytes(text), !signature.isEmpty, let context = OwnedDigestContext() else { return false }
    let isValid = context.isValid(signature: signature, of: message, by: key, hashing: algorithm == .rsa)
    if !isValid { ERR_clear_error() }
    return isValid
  }
}
