import Foundation
import ServiceRuntime
import TestSupport
import Testing

/// Every kind of file that must not hold a secret is refused with a sentence of its own, and none is waited for (T15).
@Suite struct PrivateFileTests {
  private let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory("private") }

  private func path(_ text: String = "abc") throws -> String {
    let path = directory.file("file")
    #expect(FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
    return path
  }

  private func refusal(_ path: String) -> String? {
    let error = #expect(throws: RuntimeError.self) { try Secret.reading(path: path) }
    #expect(error?.message.contains("abc") == false)
    return error?.message
  }

  @Test func aSymbolicLink() throws {
    let link = directory.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: try path())
    #expect(refusal(link)?.contains("symbolic link") == true)
  }

  @Test func aFIFO() throws {
    let fifo = directory.file("fifo")
    #expect(unsafe mkfifo(fifo, 0o600) == 0)
    #expect(refusal(fifo)?.contains("FIFO") == true)
  }

  @Test func aDirectory() { #expect(refusal(directory.path)?.contains("is a directory") == true) }

  @Test func aByteOrderMark() throws { #expect(refusal(try path("\u{FEFF}abc"))?.contains("byte order mark") == true) }

  @Test(arguments: [0o640, 0o604, 0o620, 0o602]) func othersThatMayReadOrWrite(_ mode: Int) throws {
    let path = try path()
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    #expect(refusal(path)?.contains("chmod 600") == true)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root, to give a file away")) func aForeignOwner() throws {
    let path = try path()
    try #require(unsafe chown(path, 65_534, 65_534) == 0)
    #expect(refusal(path)?.contains("belongs to user 65534") == true)
  }

  @Test func tooLargeOrEmpty() throws {
    #expect(refusal(try path(String(repeating: "x", count: 70_000)))?.contains("larger than") == true)
    #expect(refusal(try path("\r\n"))?.contains("is empty") == true)
  }

  @Test func theOwnersOwn() throws {
    let lent = try unsafe Secret.reading(path: try path("abc\n")).withUnsafeBytes { unsafe Array($0) }
    #expect(lent == Array("abc".utf8))
  }

  @Test func aDirectoryHasAMarkThatACopyHasNot() throws {
    let mark = try #require(DirectoryMark(path: directory.path))
    #expect(DirectoryMark(path: directory.path) == mark)
    let other = try TemporaryDirectory("private2")
    #expect(DirectoryMark(path: other.path) != mark && DirectoryMark(path: "/nowhere") == nil)
  }
}
