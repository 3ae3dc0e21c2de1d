import Foundation
import ServiceRuntime
import Testing

@Suite struct SecretTests {
  static let text = "s3cr3t-Value-42"

  @Test func showsNothingHoweverItIsPrinted() {
    let secret = Secret(Self.text)
    var dumped = ""
    dump(secret, to: &dumped)
    struct Holder { var name: String; var secret: Secret }
    let holder = Holder(name: "h", secret: secret)
    let texts = [
      "\(secret)", String(describing: secret), String(reflecting: secret), dumped, "\(holder)", String(reflecting: holder),
      "\([secret])", "\(Optional(secret) as Any)", String(describing: Mirror(reflecting: secret)),
    ]
    for text in texts { #expect(!text.contains("s3cr3t"), "\(text)") }
    #expect("\(secret)" == "***")
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }

  @Test func lendsExactlyItsBytes() {
    let lent = unsafe Secret(Self.text).withUnsafeBytes { unsafe Array($0) }
    #expect(lent == Array(Self.text.utf8))
    #expect(Secret("").isEmpty)
    #expect(Secret(String(repeating: "x", count: 5_000)).count == 5_000)
  }

  @Test func readsAPrivateFileWithoutItsLineEnd() throws {
    let path = NSTemporaryDirectory() + "/botd-secret-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(FileManager.default.createFile(atPath: path, contents: Data("abc\r\n".utf8), attributes: [.posixPermissions: 0o600]))
    let lent = try unsafe Secret.reading(path: path).withUnsafeBytes { unsafe Array($0) }
    #expect(lent == Array("abc".utf8))
  }

  @Test(arguments: [0o644, 0o640, 0o604, 0o660]) func refusesAFileThatOthersCanRead(_ mode: Int) throws {
    let path = NSTemporaryDirectory() + "/botd-secret-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(FileManager.default.createFile(atPath: path, contents: Data("abc".utf8), attributes: [.posixPermissions: mode]))
    let error = #expect(throws: RuntimeError.self) { try Secret.reading(path: path) }
    #expect(error?.message.contains("chmod 600") == true)
  }

  @Test func refusesWhatIsNoFileOrEmpty() throws {
    #expect(throws: RuntimeError.self) { try Secret.reading(path: "/nowhere/at/all") }
    #expect(throws: RuntimeError.self) { try Secret.reading(path: NSTemporaryDirectory()) }
    let path = NSTemporaryDirectory() + "/botd-secret-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(FileManager.default.createFile(atPath: path, contents: Data("\n".utf8), attributes: [.posixPermissions: 0o600]))
    #expect(throws: RuntimeError.self) { try Secret.reading(path: path) }
  }
}
