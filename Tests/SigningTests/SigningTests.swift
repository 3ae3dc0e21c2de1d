import ServiceRuntime
import Signing
import Testing

@Suite struct HMACTests {
  static let secret = Secret("NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j")
  static let query =
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"

  /// The exchange's published vectors (rest-api.md, web-socket-api.md).
  @Test(arguments: [
    (query, "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"),
    (
      "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
        + "&recvWindow=5000&timestamp=1499827319559", "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"
    ),
    (
      "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTCquantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559",
      "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"
    ),
  ])
  func equalsThePublishedVectors(_ payload: String, _ signature: String) {
    #expect(HMACSHA256.hex(payload, secret: Self.secret) == signature)
  }

  /// RFC 4231, test cases 1, 2 and 6.
  @Test(arguments: [
    ([UInt8](repeating: 0x0B, count: 20), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (Array("Jefe".utf8), "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
      [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func equalsTheStandard(_ key: [UInt8], _ message: String, _ code: String) {
    var key = key
    #expect(HMACSHA256.hex(message, secret: Secret(consuming: &key)) == code)
    #expect(key.allSatisfy { $0 == 0 }, "the caller's copy is overwritten")
  }

  @Test func emptyKeyAndMessageAreLegal() {
    #expect(HMACSHA256.hex("", secret: Secret("")) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  @Test func comparisonLooksAtEveryByte() {
    #expect(ConstantTime.equal("abc", "abc"))
    #expect(!ConstantTime.equal("abc", "abd"))
    #expect(!ConstantTime.equal("abc", "abcd"))
    #expect(ConstantTime.equal("", ""))
  }
}

@Suite struct PrivateKeyTests {
  /// RFC 8032 §7.1, test 1, as PKCS#8.
  @Test func ed25519EqualsTheStandard() throws {
    let body = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
    let key = try PrivateKey(pem: Secret("-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n"))
    #expect(key.algorithm == .ed25519)
    let signature = try key.signature(of: [])
    #expect(
      signature.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        == "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    let other = try key.signature(of: [1, 2, 3])
    #expect(other.count == 64)
    #expect(key.isValid(signature: other, of: [1, 2, 3]))
    #expect(!key.isValid(signature: other, of: [1, 2, 4]))
    #expect(try key.signatureBase64(of: [1]).utf8.count == 88)
  }

  @Test func rsaEqualsTheCommandLineTool() throws {
    let key = try PrivateKey(pem: Secret(Keys.rsa))
    #expect(key.algorithm == .rsa)
    #expect(try key.signatureBase64(of: Array("symbol=BTCUSDT&side=BUY&timestamp=1668481559918".utf8)) == Keys.rsaSignature)
  }

  @Test(arguments: ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", Keys.encrypted])
  func anythingElseIsNoKey(_ text: String) {
    #expect(throws: SigningError.self) { try PrivateKey(pem: Secret(text)) }
  }

  @Test(arguments: [Keys.weakRSA, Keys.ellipticCurve]) func weakAndForeignKeysAreRefused(_ text: String) {
    do throws(SigningError) {
      _ = try PrivateKey(pem: Secret(text))
      Issue.record("accepted")
    } catch {
      #expect(error.code == .unsupportedKey)
    }
  }

  @Test func base64IsTheStandards() {
    for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
      #expect(Base64.text(Array(plain.utf8)) == coded)
      #expect(Base64.bytes(coded) == Array(plain.utf8))
    }
    #expect(Base64.bytes("Zg=") == nil)
    #expect(Base64.bytes("Z!==") == nil)
  }
}

@Suite struct RequestSignerTests {
  static let apiKey = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
  let signer = RequestSigner(apiKey: Secret(apiKey), secret: HMACTests.secret)

  @Test func restRequestsAreEncodedThenSignedAndTheSignatureIsLast() throws {
    let parameters = [
      ("symbol", "１２３４５６"), ("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", "1"), ("price", "0.1"),
      ("recvWindow", "5000"), ("timestamp", "1499827319559"),
    ].map { RequestParameter($0.0, $0.1) }
    let text = String(decoding: try signer.signedQuery(parameters), as: UTF8.self)
    #expect(
      text
        == "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
        + "&recvWindow=5000&timestamp=1499827319559&signature=e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3")
  }

  @Test func webSocketRequestsAreSortedAndNotEncoded() throws {
    let parameters = [
      ("symbol", "BTCUSDT"), ("side", "SELL"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", "0.01000000"),
      ("price", "52000.00"), ("recvWindow", "100"), ("timestamp", "1645423376532"), ("apiKey", Self.apiKey),
    ].map { RequestParameter($0.0, $0.1) }
    #expect(try signer.webSocketSignature(parameters) == "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24")
  }

  @Test func webSocketUnicodeRequestEqualsThePublishedVector() throws {
    let parameters = [
      ("symbol", "１２３４５６"), ("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTC"), ("quantity", "1.00000000"),
      ("price", "0.10000000"), ("recvWindow", "5000"), ("timestamp", "1645423376532"), ("apiKey", Self.apiKey),
    ].map { RequestParameter($0.0, $0.1) }
    #expect(try signer.webSocketSignature(parameters) == "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd")
  }

  @Test func asymmetricSignaturesArePercentEncoded() throws {
    let signer = RequestSigner(apiKey: Secret("k"), privateKey: try PrivateKey(pem: Secret(Keys.rsa)))
    let parameters = [
      RequestParameter("symbol", "BTCUSDT"), RequestParameter("side", "BUY"), RequestParameter("timestamp", "1668481559918"),
    ]
    let text = String(decoding: try signer.signedQuery(parameters), as: UTF8.self)
    #expect(text.hasSuffix("&signature=" + PercentEncoding.text(Keys.rsaSignature)))
    #expect(!text.contains("+") && !text.dropFirst(text.utf8.count - 20).contains("="))
  }

  @Test func everythingButUnreservedCharactersIsEncoded() {
    #expect(PercentEncoding.text("Az09-_.~") == "Az09-_.~")
    #expect(PercentEncoding.text("[\"A B\"]+/=&é") == "%5B%22A%20B%22%5D%2B%2F%3D%26%C3%A9")
  }

  @Test func printsNothingOfTheKeys() {
    var dumped = ""
    dump(signer, to: &dumped)
    for text in [String(describing: signer), String(reflecting: signer), "\(signer)", dumped] {
      #expect(!text.contains("vmPU") && !text.contains("NhqP"))
    }
  }
}
