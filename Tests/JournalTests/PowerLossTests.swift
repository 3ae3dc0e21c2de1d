import Foundation
import Journal
import TestSupport
import Testing
import TradingCore

/// The machine loses its power: what the disk was not told to keep is gone, whole or in part, and in any order.
@Suite(.serialized) struct PowerLossTests {
  /// Fault 47: whatever is left of the writes that were not made durable, everything that was acknowledged is there, and nothing else than
  /// what was written.
  @Test(.enabled(if: PowerLoss.obstacle == nil, "needs a C compiler"), arguments: ["lost", "mixed"])
  func nothingDurableIsLostWithThePower(_ kind: String) throws {
    let directory = try TemporaryDirectory("power")
    let disk = try PowerLoss(folder: directory.path)
    let expected = Samples.session(count: 30_000)
    var random = SeededRandom(seed: 47)
    var durable = 0
    var lost = 0
    for round in 0..<15 {
      let lines = try probe(directory.path, disk, group: 1 + random.below(20), killAt: 2 + random.below(60))
      durable = max(durable, lines.compactMap { $0.hasPrefix("durable ") ? Int($0.dropFirst(8)) : nil }.last ?? 0)
      let fates: [PowerLoss.Fate] = kind == "lost" ? [.lost] : [.kept, .lost, .torn]
      lost += try disk.strike { _ in fates[random.below(fates.count)] }
      let journal = try Journal.open(directory: directory.path)
      var found: [JournalEntry] = []
      try journal.replay { found.append($0) }
      journal.close()
      #expect(found.count >= durable, "round \(round): \(durable) were acknowledged")
      #expect(found == Array(expected.prefix(found.count)), "round \(round)")
      durable = found.count
    }
    #expect(durable > 100 && lost > 0, "\(durable) entries, \(lost) writes were under way")
  }

  /// What it printed until it was killed.
  private func probe(_ directory: String, _ disk: PowerLoss, group: Int, killAt: Int) throws -> [Substring] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try binary())
    process.arguments = [directory, "\(group)", "1000"]
    process.environment = ProcessInfo.processInfo.environment.merging(disk.environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try withNoSignalBlocked { try process.run() }
    var data = Data()
    var lines = 0
    while true {
      let part = output.fileHandleForReading.availableData
      if part.isEmpty { break }
      data += part
      lines += part.count { $0 == 10 }
      if lines >= killAt { kill(process.processIdentifier, SIGKILL) }
    }
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n")
  }

  private func binary() throws -> String {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    for argument in CommandLine.arguments + [own] {
      var folder = URL(fileURLWithPath: argument).deletingLastPathComponent()
      for _ in 0..<4 {
        let path = folder.appendingPathComponent("journal-probe").path
        if FileManager.default.isExecutableFile(atPath: path) { return path }
        folder = folder.deletingLastPathComponent()
      }
    }
    throw TestFailure("journal-probe was not built beside the tests")
  }
}
