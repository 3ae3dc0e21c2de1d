import COpenSSL
import ServiceRuntime

/// Owns one OpenSSL key.
@safe struct OwnedKey: ~Copyable {
  private let raw: OpaquePointer

  /// Loads a key from PEM text.
  ///
  /// - Throws: ``SigningError`` with `malformedKey`.
  init(pem: Secret) throws(SigningError) {
    guard pem.count > 0, pem.count <= Secret.sizeBytesMaximum else { throw SigningError(.malformedKey, "the private key is empty") }
    let loaded = unsafe pem.withUnsafeBytes { bytes -> OpaquePointer? in
      guard let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
      defer { unsafe BIO_free(source) }
      // The callback answers "no passphrase", otherwise OpenSSL would ask on the terminal.
      return unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
    }
    guard let loaded = unsafe loaded else {
      ERR_clear_error()
      throw SigningError(.malformedKey, "not an unencrypted PEM private key (PKCS#8 expected: -----BEGIN PRIVATE KEY-----)")
    }
    unsafe raw = loaded
  }

  /// Loads a public key from PEM text.
  ///
  /// - Throws: ``SigningError`` with `malformedKey`.
  init(publicPEM text: String) throws(SigningError) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= Secret.sizeBytesMaximum else { throw SigningError(.malformedKey, "the public key is empty") }
    let loaded = unsafe bytes.withUnsafeBytes { bytes -> OpaquePointer? in
      guard let source = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
      defer { unsafe BIO_free(source) }
      return unsafe PEM_read_bio_PUBKEY(source, nil, { _, _, _, _ in -1 }, nil)
    }
    guard let loaded = unsafe loaded else {
      ERR_clear_error()
      throw SigningError(.malformedKey, "not a PEM public key (expected: -----BEGIN PUBLIC KEY-----)")
    }
    unsafe raw = loaded
  }

  deinit { unsafe EVP_PKEY_free(raw) }

  /// OpenSSL's number of the key's algorithm.
  var algorithmID: Int32 { unsafe EVP_PKEY_get_base_id(raw) }
  /// The key's size in bits.
  var bits: Int32 { unsafe EVP_PKEY_get_bits(raw) }

  /// Lends the key for one call.
  func withKey<Value>(_ body: (OpaquePointer) -> Value) -> Value { unsafe body(raw) }
}
