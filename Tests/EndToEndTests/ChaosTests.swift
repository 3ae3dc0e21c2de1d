import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Everything at once (row 68 of the fault catalogue): eight bots, random faults of the exchange, kills, a failing disk, clocks that step,
/// a person on the same account; judged by the exchange's truth. `make chaos` runs it for as long as one likes.
@Suite struct ChaosTests {
  @Test(.enabled(if: program("python3") != nil && program("cc") != nil, "needs python3 and a C compiler"))
  func everyPromiseHolds() throws {
    let directory = try TemporaryDirectory("chaos")
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Tools/chaos/chaos.py").standardized
    let environment = ProcessInfo.processInfo.environment
    let result = try run([
      "python3", script.path, "--programs", try Programs.folder().path, "--seconds", environment["BOT_CHAOS_SECONDS"] ?? "40", "--seed",
      environment["BOT_CHAOS_SEED"] ?? "4", "--calm", "8", "--directory", directory.path,
    ])
    #expect(result.code == 0, "\(result.output)")
  }
}
