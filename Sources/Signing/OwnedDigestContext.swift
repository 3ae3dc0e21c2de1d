import COpenSSL

/// Owns one OpenSSL digest context: the state of one signature.
@safe struct OwnedDigestContext: ~Copyable {
  private let raw: OpaquePointer

  /// `nil` when OpenSSL has no memory.
  init?() {
    guard let made = unsafe EVP_MD_CTX_new() else { return nil }
    unsafe raw = made
  }

  deinit { unsafe EVP_MD_CTX_free(raw) }

  /// The signature of `message`, hashed with SHA-256 first or as the algorithm does by itself; `nil` when OpenSSL refuses, its error
  /// stack then says why.
  func signature(of message: [UInt8], by key: borrowing OwnedKey, hashing: Bool) -> [UInt8]? {
    let isReady = unsafe key.withKey { unsafe EVP_DigestSignInit(raw, nil, hashing ? EVP_sha256() : nil, nil, $0) == 1 }
    var length = 0
    guard isReady, unsafe EVP_DigestSign(raw, nil, &length, message, message.count) == 1, length > 0, length <= 1_024 else { return nil }
    var signature = [UInt8](repeating: 0, count: length)
    guard unsafe EVP_DigestSign(raw, &signature, &length, message, message.count) == 1 else { return nil }
    signature.removeLast(signature.count - min(length, signature.count))
    return signature
  }

  /// Whether `signature` is the key's for `message`; if not, OpenSSL's error stack may say why.
  func isValid(signature: [UInt8], of message: [UInt8], by key: borrowing OwnedKey, hashing: Bool) -> Bool {
    let isReady = unsafe key.withKey { unsafe EVP_DigestVerifyInit(raw, nil, hashing ? EVP_sha256() : nil, nil, $0) == 1 }
    return unsafe isReady && EVP_DigestVerify(raw, signature, signature.count, message, message.count) == 1
  }
}
