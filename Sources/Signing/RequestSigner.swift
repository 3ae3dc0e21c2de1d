public import ServiceRuntime

/// Percent-encoding of query values (RFC 3986: everything but unreserved characters).
public enum PercentEncoding {
  public static func append(_ text: String, to output: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
        output.append(byte)
      default:
        output.append(UInt8(ascii: "%"))
        output.append(upperHex(byte >> 4))
        output.append(upperHex(byte & 15))
      }
    }
  }

  public static func text(_ text: String) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(text.utf8.count + 16)
    append(text, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  private static func upperHex(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }
}

/// One `name=value` of a request, raw (not yet encoded).
public struct RequestParameter: Hashable, Sendable {
  public var name: String
  public var value: String
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// An account's API key and what signs for it.
///
/// REST requests are percent-encoded first and then signed, byte for byte as they are sent; the signature comes last.
/// WebSocket API requests sign their parameters sorted by name and not encoded.
public struct RequestSigner: Sendable, CustomStringConvertible {
  private enum Key: Sendable {
    case hmac(Secret)
    case asymmetric(PrivateKey)
  }

  private let apiKeyBytes: Secret
  private let key: Key

  /// Signs with HMAC-SHA-256.
  public init(apiKey: Secret, secret: Secret) {
    apiKeyBytes = apiKey
    key = .hmac(secret)
  }

  /// Signs with RSA or Ed25519.
  public init(apiKey: Secret, privateKey: PrivateKey) {
    apiKeyBytes = apiKey
    key = .asymmetric(privateKey)
  }

  /// The API key as it goes into a header; lives in plain memory from here on, so do not keep or print it.
  public var apiKey: String { unsafe apiKeyBytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) } }

  public var description: String { "***" }

  /// The signature of `payload` as text: hexadecimal for HMAC, base64 otherwise; not percent-encoded.
  ///
  /// - Throws: ``SigningError`` with `signingFailed`.
  public func signature(of payload: [UInt8]) throws(SigningError) -> String {
    switch key {
    case .hmac(let secret):
      let text = HMACSHA256.hex(payload, secret: secret)
      guard !text.isEmpty else { throw SigningError(.signingFailed, "OpenSSL refused to sign") }
      return text
    case .asymmetric(let privateKey): return try privateKey.signatureBase64(of: payload)
    }
  }

  /// `name=value&…` with encoded values, without a signature.
  public static func query(_ parameters: [RequestParameter]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(256)
    for parameter in parameters {
      if !output.isEmpty { output.append(UInt8(ascii: "&")) }
      PercentEncoding.append(parameter.name, to: &output)
      output.append(UInt8(ascii: "="))
      PercentEncoding.append(parameter.value, to: &output)
    }
    return output
  }

  /// The encoded query or form body with `signature` last: exactly the bytes to send.
  ///
  /// - Throws: ``SigningError`` with `signingFailed`.
  public func signedQuery(_ parameters: [RequestParameter]) throws(SigningError) -> [UInt8] {
    var output = Self.query(parameters)
    let signature = try signature(of: output)
    output.append(contentsOf: "&signature=".utf8)
    PercentEncoding.append(signature, to: &output)
    return output
  }

  /// The signature of a WebSocket API request: parameters (with `apiKey`) sorted by name, `k=v` joined by `&`, not encoded.
  ///
  /// - Throws: ``SigningError`` with `signingFailed`.
  public func webSocketSignature(_ parameters: [RequestParameter]) throws(SigningError) -> String {
    let text = parameters.sorted { $0.name < $1.name }.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    return try signature(of: Array(text.utf8))
  }
}
