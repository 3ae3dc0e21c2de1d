import ServiceRuntime
import Signing
import Testing

@Suite struct PublicKeyTests {
  /// The public half of RFC 8032 §7.1, test 1, by `openssl pkey -pubout`.
  private static let ed25519 = """
    -----BEGIN PUBLIC KEY-----
    MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
    -----END PUBLIC KEY-----
    """

  @Test func aSignatureOfThePrivateHalfIsKnown() throws {
    let body = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
    let own = try PrivateKey(pem: Secret("-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n"))
    let key = try PublicKey(pem: Self.ed25519)
    #expect(key.algorithm == .ed25519)
    let signature = try own.signatureBase64(of: [1, 2, 3])
    #expect(key.isValid(signatureBase64: signature, of: [1, 2, 3]))
    #expect(!key.isValid(signatureBase64: signature, of: [1, 2]))
    #expect(!key.isValid(signatureBase64: signature.lowercased(), of: [1, 2, 3]), "base64 has its case")
    for wrong in ["", "AAAA", "no base64", String(signature.dropLast(4))] { #expect(!key.isValid(signatureBase64: wrong, of: [1, 2, 3])) }
  }

  @Test(arguments: ["", "nonsense", Keys.rsa])
  func whatIsNoPublicKeyIsRefused(text: String) {
    #expect(throws: SigningError.self) { try PublicKey(pem: text) }
  }
}
