import Foundation

/// A directory of its own for one test, removed with its last reference.
public final class TemporaryDirectory: Sendable {
  public let path: String

  /// Makes a directory of mode 0711 in the system's temporary directory.
  public init(_ label: String = "test") throws {
    var template = Array((NSTemporaryDirectory() + "/botd-\(label)-XXXXXX").utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw TestFailure("cannot make a temporary directory: errno \(errno)") }
    path = unsafe template.withUnsafeBufferPointer { buffer in unsafe buffer.baseAddress.map { unsafe String(cString: $0) } ?? "" }
    unsafe chmod(path, 0o711)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func file(_ name: String) -> String { path + "/" + name }
}

/// A test's own failure, with words.
public struct TestFailure: Error, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}

/// Asks `condition` again and again until it holds, at most `seconds`; answers whether it did.
public func eventually(within seconds: Double = 60, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(seconds * 1e9)
  while try !condition() {
    if DispatchTime.now().uptimeNanoseconds > deadline { return false }
    _ = poll(nil, 0, 5)
  }
  return true
}
