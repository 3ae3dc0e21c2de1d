import COpenSSL
public import ServiceRuntime

/// An RSA or Ed25519 private key from PEM text (PKCS#8 or traditional RSA, unencrypted).
///
/// Safe to use from several threads: OpenSSL keys are immutable after loading and each signature has a context of its own.
public final class PrivateKey: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
  public enum Algorithm: Hashable, Sendable {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rsa
    /// RFC 8032, pure.
    case ed25519
  }

  public let algorithm: Algorithm
  private let key: OwnedKey

  /// Loads a key.
  ///
  /// - Throws: ``SigningError`` with `malformedKey` or `unsupportedKey`.
  public init(pem: Secret) throws(SigningError) {
    let key = try OwnedKey(pem: pem)
    switch key.algorithmID {
    case EVP_PKEY_ED25519: algorithm = .ed25519
    case EVP_PKEY_RSA:
      guard (2_048...4_096).contains(key.bits) else {
        throw SigningError(.unsupportedKey, "RSA keys must have 2048 to 4096 bits; this one has \(key.bits)")
      }
      algorithm = .rsa
    default:
      throw SigningError(.unsupportedKey, "the private key is neither RSA nor Ed25519")
    }
    self.key = key
  }

  /// The signature of `message` in base64.
  ///
  /// - Throws: ``SigningError`` with `signingFailed`.
  public func signatureBase64(of message: [UInt8]) throws(SigningError) -> String {
    Base64.text(try signature(of: message))
  }

  /// The raw signature of `message`: 64 bytes for Ed25519, the key's size for RSA.
  ///
  /// - Throws: ``SigningError`` with `signingFailed`.
  public func signature(of message: [UInt8]) throws(SigningError) -> [UInt8] {
    guard let context = OwnedDigestContext() else { throw SigningError(.signingFailed, "out of memory") }
    guard let signature = context.signature(of: message, by: key, hashing: algorithm == .rsa) else {
      ERR_clear_error()
      throw SigningError(.signingFailed, "OpenSSL refused to sign")
    }
    return signature
  }

  /// Whether `signature` is this key's for `message`; for checks of a freshly loaded key and for tests.
  public func isValid(signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let context = OwnedDigestContext() else { return false }
    let isValid = context.isValid(signature: signature, of: message, by: key, hashing: algorithm == .rsa)
    if !isValid { ERR_clear_error() }
    return isValid
  }

  public var description: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// Standard base64 (RFC 4648 §4) with padding.
public enum Base64 {
  public static func text(_ bytes: [UInt8]) -> String {
    guard bytes.count <= 1 << 20 else { return "" }
    var output = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    let length = unsafe EVP_EncodeBlock(&output, bytes, Int32(bytes.count))
    return String(decoding: output.prefix(max(0, Int(length))), as: UTF8.self)
  }

  /// The bytes of base64 text; `nil` when it is not a whole number of quartets or has foreign characters.
  public static func bytes(_ text: String) -> [UInt8]? {
    let input = Array(text.utf8)
    guard !input.isEmpty, input.count % 4 == 0, input.count <= 1 << 20 else { return input.isEmpty ? [] : nil }
    var output = [UInt8](repeating: 0, count: input.count / 4 * 3)
    let length = unsafe Int(EVP_DecodeBlock(&output, input, Int32(input.count)))
    guard length == output.count else { return nil }
    let padding = input.suffix(2).reduce(0) { $0 + ($1 == UInt8(ascii: "=") ? 1 : 0) }
    return Array(output.prefix(length - padding))
  }
}
