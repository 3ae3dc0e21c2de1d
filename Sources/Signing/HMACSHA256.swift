import COpenSSL
public import ServiceRuntime

/// HMAC-SHA-256 (RFC 2104, FIPS 180-4) by OpenSSL.
public enum HMACSHA256 {
  /// The 32 bytes of the code; empty when the library fails (out of memory).
  public static func bytes(_ message: UnsafeRawBufferPointer, secret: Secret) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { output, count in
      var length: UInt32 = 0
      let result = secret.withUnsafeBytes { key in
        // A nil key would mean "reuse the last one"; an empty secret gets a valid address.
        withUnsafePointer(to: UInt8(0)) { nothing in
          HMAC(
            EVP_sha256(), key.baseAddress ?? UnsafeRawPointer(nothing), Int32(key.count),
            message.bindMemory(to: UInt8.self).baseAddress, message.count, output.baseAddress, &length)
        }
      }
      count = result == nil ? 0 : Int(length)
    }
  }

  /// The code as 64 lower-case hexadecimal characters.
  public static func hex(_ message: [UInt8], secret: Secret) -> String {
    message.withUnsafeBytes { Hexadecimal.text(bytes($0, secret: secret)) }
  }

  /// The code of the UTF-8 bytes of `message` as 64 lower-case hexadecimal characters.
  public static func hex(_ message: String, secret: Secret) -> String { hex(Array(message.utf8), secret: secret) }
}

enum Hexadecimal {
  static func text(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { output in
      for (index, byte) in bytes.enumerated() {
        output[index * 2] = digit(byte >> 4)
        output[index * 2 + 1] = digit(byte & 15)
      }
      return bytes.count * 2
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}

/// Comparison whose time does not depend on where the bytes differ.
public enum ConstantTime {
  /// Whether both have equal bytes; the lengths are not hidden.
  public static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    return a.withUnsafeBytes { left in
      b.withUnsafeBytes { right in
        left.count == 0 || CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
      }
    }
  }

  /// Whether both have equal UTF-8 bytes.
  public static func equal(_ a: String, _ b: String) -> Bool { equal(Array(a.utf8), Array(b.utf8)) }
}
