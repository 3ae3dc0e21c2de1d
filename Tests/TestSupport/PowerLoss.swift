import Foundation

/// A disk that loses its power under a program: what was written and not made durable is gone, or part of it.
///
/// ```swift
/// let disk = try PowerLoss(folder: directory.path)
/// let process = try ServerProcess(["/usr/bin/env"] + disk.environment.map { "\($0.key)=\($0.value)" } + command, log: log)
/// process.stop(SIGKILL)
/// let lost = try disk.strike { _ in .lost }
/// ```
public final class PowerLoss: Sendable {
  /// What becomes of a write that the disk had not promised to keep.
  public enum Fate: Sendable { case kept, lost, torn }

  private struct Change {
    var kind: UInt64
    var path: String
    var offset: UInt64
    var old: Data
    var new: Data
    var size: UInt64
  }

  private let tools: TemporaryDirectory
  private let library: String
  private let log: String
  private let folder: String

  /// Why there can be none here; `nil`: there can.
  public static var obstacle: String? { program("cc") == nil ? "there is no C compiler (cc)" : nil }

  /// Compiles the library into a folder of its own. About 100 ms.
  ///
  /// - Parameter folder: the files of which are watched.
  public init(folder: String) throws {
    tools = try TemporaryDirectory("power")
    library = tools.file("power_loss.so")
    log = tools.file("log")
    // As the kernel names it.
    self.folder = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Tools/power_loss.c").path
    let compiled = try run(["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source])
    guard compiled.code == 0 else { throw TestFailure("the disk's library does not compile: \(compiled.output)") }
  }

  /// What the program's environment needs.
  public var environment: [String: String] { ["LD_PRELOAD": library, "POWER_LOSS_LOG": log, "POWER_LOSS_FOLDER": folder] }

  /// Gives the files what a machine finds that lost its power when the program was killed; the program must be dead.
  ///
  /// - Parameter fate: of each write that was not made durable, in their order.
  /// - Returns: how many such writes there were.
  @discardableResult public func strike(_ fate: (Int) -> Fate) throws -> Int {
    let changes = try read()
    try? FileManager.default.removeItem(atPath: log)
    var open: [Change] = []
    for change in changes {
      if change.kind == 2 { open.removeAll { $0.path == change.path } } else { open.append(change) }
    }
    for change in open.reversed() {
      try Self.change(change.path) { file in
        try Self.put(change.old, file, change.offset)
        try file.truncate(atOffset: change.size)
      }
    }
    for (index, change) in open.enumerated() {
      let fate = fate(index)
      guard fate != .lost else { continue }
      try Self.change(change.path) { file in
        if change.kind == 3 { return try file.truncate(atOffset: change.offset) }
        try Self.put(fate == .torn ? change.new.prefix(change.new.count / 2) : change.new, file, change.offset)
      }
    }
    return open.count
  }

  private static func put(_ bytes: Data, _ file: FileHandle, _ offset: UInt64) throws {
    guard !bytes.isEmpty else { return }
    try file.seek(toOffset: offset)
    try file.write(contentsOf: bytes)
  }

  private static func change(_ path: String, _ body: (FileHandle) throws -> Void) throws {
    // What was taken away meanwhile stays away.
    guard let file = FileHandle(forUpdatingAtPath: path) else { return }
    defer { try? file.close() }
    try body(file)
  }

  private func read() throws -> [Change] {
    guard let bytes = FileManager.default.contents(atPath: log) else { return [] }
    var changes: [Change] = []
    var at = 0
    func number(_ index: Int) -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(bytes[at + index * 8 + $1]) << UInt64($1 * 8) } }
    while at + 56 <= bytes.count {
      let lengths = [1, 3, 4].map { Int(clamping: number($0)) }
      guard lengths.allSatisfy({ $0 <= bytes.count }), at + 56 + lengths.reduce(0, +) <= bytes.count else { break }
      let (path, old) = (at + 56, at + 56 + lengths[0])
      let new = old + lengths[1]
      changes.append(
        Change(
          kind: number(0), path: String(decoding: bytes[path..<old], as: UTF8.self), offset: number(2), old: bytes.subdata(in: old..<new),
          new: bytes.subdata(in: new..<new + lengths[2]), size: number(5)))
      at = new + lengths[2]
    }
    return changes
  }
}
