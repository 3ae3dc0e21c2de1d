import COpenSSL
public import ServiceRuntime

/// HMAC-SHA-256 (RFC 2104, FIPS 180-4) by OpenSSL.
public enum HMACSHA256 {
  /// The 32 bytes of the code; empty when the library fails (out of memory).
  public static func bytes(_ message: [UInt8], secret: Secret) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    let isDone = unsafe secret.withUnsafeBytes { key in
      // A nil key would mean "reuse the last one"; an empty secret gets a valid address.
      unsafe withUnsafePointer(to: UInt8(0)) { nothing in
        unsafe HMAC(
          EVP_sha256(), key.baseAddress ?? UnsafeRawPointer(nothing), Int32(key.count), message, message.count, &code, &length) != nil
      }
    }
    return isDone && length == 32 ? code : []
  }

  /// The code as 64 lower-case hexadecimal characters; empty when the library fails.
  public static func hex(_ message: [UInt8], secret: Secret) -> String { Hexadecimal.text(bytes(message, secret: secret)) }

  /// The code of the UTF-8 bytes of `message` as 64 lower-case hexadecimal characters.
  public static func hex(_ message: String, secret: Secret) -> String { hex(Array(message.utf8), secret: secret) }
}

enum Hexadecimal {
  static func text(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      output.append(digit(byte >> 4))
      output.append(digit(byte & 15))
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}

/// Comparison whose time does not depend on where the bytes differ.
public enum ConstantTime {
  /// Whether both have equal bytes; the lengths are not hidden.
  public static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return unsafe a.withUnsafeBytes { left in
      unsafe b.withUnsafeBytes { right in
        unsafe left.count == 0 || CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
      }
    }
  }

  /// Whether both have equal UTF-8 bytes.
  public static func equal(_ a: String, _ b: String) -> Bool { equal(Array(a.utf8), Array(b.utf8)) }
}
