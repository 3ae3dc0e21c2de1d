/// What can fail while loading a key or signing. The message never contains key material.
public struct SigningError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// The text is not an unencrypted PEM private key.
    case malformedKey
    /// Neither RSA of 2048 to 4096 bit nor Ed25519.
    case unsupportedKey
    /// A signature is needed and no key is configured.
    case missingKey
    /// The library refused to sign.
    case signingFailed
  }
  public var code: Code
  public var message: String
  public var isRetryable: Bool { false }

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
