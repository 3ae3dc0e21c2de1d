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
  private let key: KeyHandle

  /// Loads a key.
  ///
  /// - Throws: ``SigningError`` with `malformedKey` or `unsupportedKey`.
  public init(pem: Secret) throws(SigningError) {
    let key = try KeyHandle(pem: pem)
    switch EVP_PKEY_get_base_id(key.pointer) {
    case EVP_PKEY_ED25519: algorithm = .ed25519
    case EVP_PKEY_RSA:
      let bits = EVP_PKEY_get_bits(key.pointer)
      guard (2_048...4_096).contains(bits) else {
        throw SigningError(.unsupportedKey, "RSA keys must have 2048 to 4096 bits; this one has \(bits)")
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
  public func signature(of message: [UInt8]) throws(SigningError) -> [UInt8] {
    guard let context = DigestContext() else { throw SigningError(.signingFailed, "out of memory") }
    let digest = algorithm == .rsa ? EVP_sha256() : nil
    guard EVP_DigestSignInit(context.pointer, nil, digest, nil, key.pointer) == 1 else { throw Self.failure() }
    var length = 0
    guard EVP_DigestSign(context.pointer, nil, &length, message, message.count) == 1, length > 0, length <= 1_024 else {
      throw Self.failure()
    }
    var signature = [UInt8](repeating: 0, count: length)
    guard EVP_DigestSign(context.pointer, &signature, &length, message, message.count) == 1 else { throw Self.failure() }
    signature.removeLast(signature.count - min(length, signature.count))
    return signature
  }

  /// Whether `signature` is this key's for `message`; for checks of a freshly loaded key and for tests.
  public func isValid(signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let context = DigestContext() else { return false }
    let digest = algorithm == .rsa ? EVP_sha256() : nil
    guard EVP_DigestVerifyInit(context.pointer, nil, digest, nil, key.pointer) == 1 else { return false }
    let result = EVP_DigestVerify(context.pointer, signature, signature.count, message, message.count)
    if result != 1 { ERR_clear_error() }
    return result == 1
  }

  public var description: String { "***" }
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

  private static func failure() -> SigningError {
    ERR_clear_error()
    return SigningError(.signingFailed, "OpenSSL refused to sign")
  }
}

/// Owns one `EVP_PKEY`.
private struct KeyHandle: ~Copyable {
  let pointer: OpaquePointer

  init(pem: Secret) throws(SigningError) {
    guard pem.count > 0, pem.count <= Secret.sizeBytesMaximum else { throw SigningError(.malformedKey, "the private key is empty") }
    let loaded = pem.withUnsafeBytes { bytes -> OpaquePointer? in
      guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
      defer { BIO_free(source) }
      // The callback answers "no passphrase", otherwise OpenSSL would ask on the terminal.
      return PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
    }
    guard let loaded else {
      ERR_clear_error()
      throw SigningError(.malformedKey, "not an unencrypted PEM private key (PKCS#8 expected: -----BEGIN PRIVATE KEY-----)")
    }
    pointer = loaded
  }

  deinit { EVP_PKEY_free(pointer) }
}

/// Owns one `EVP_MD_CTX`.
private struct DigestContext: ~Copyable {
  let pointer: OpaquePointer

  init?() {
    guard let made = EVP_MD_CTX_new() else { return nil }
    pointer = made
  }

  deinit { EVP_MD_CTX_free(pointer) }
}

/// Standard base64 (RFC 4648 §4) with padding.
public enum Base64 {
  public static func text(_ bytes: [UInt8]) -> String {
    guard bytes.count <= 1 << 20 else { return "" }
    var output = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    let length = EVP_EncodeBlock(&output, bytes, Int32(bytes.count))
    return String(decoding: output.prefix(max(0, Int(length))), as: UTF8.self)
  }

  /// The bytes of base64 text; `nil` when it is not a whole number of quartets or has foreign characters.
  public static func bytes(_ text: String) -> [UInt8]? {
    let input = Array(text.utf8)
    guard !input.isEmpty, input.count % 4 == 0, input.count <= 1 << 20 else { return input.isEmpty ? [] : nil }
    var output = [UInt8](repeating: 0, count: input.count / 4 * 3)
    let length = Int(EVP_DecodeBlock(&output, input, Int32(input.count)))
    guard length == output.count else { return nil }
    let padding = input.suffix(2).reduce(0) { $0 + ($1 == UInt8(ascii: "=") ? 1 : 0) }
    return Array(output.prefix(length - padding))
  }
}
