import COpenSSL

/// SHA-256 (FIPS 180-4) by OpenSSL.
public enum SHA256 {
  /// The digest as 64 lower-case hexadecimal characters; empty when the library fails (out of memory).
  public static func hex(_ message: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    let isDone = unsafe EVP_Digest(message, message.count, &digest, &length, EVP_sha256(), nil) == 1
    return isDone && length == 32 ? Hexadecimal.text(digest) : ""
  }
}
