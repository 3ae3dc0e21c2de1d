import Foundation
import TestSupport
import Testing
import TradingModel

@testable import SimulatorServer

/// Clients that nobody here wrote, from PyPI and unmodified, against the simulator: every endpoint that they have.
///
/// `clients/*.py` make the calls and print one line for each; `clients/cannot-pass.txt` names those that cannot pass, and why.
@Suite(.serialized) struct PublicClientTests {
  /// What cannot be is at most every twentieth call.
  static let shareMaximum = 0.05

  @Test(
    .enabled("the public clients cannot be installed here (no python3 with venv, or PyPI is out of reach)") {
      let packages = await PublicClients.packages
      return packages != nil || PublicClients.areRequired
    })
  func everyCallPasses() async throws {
    let packages = try #require(await PublicClients.packages, "BOT_CLIENTS_REQUIRED is set and PyPI is out of reach")
    var (all, impossible) = (0, 0)
    for client in PublicClients.Client.allCases {
      let (calls, cannot) = try await check(client, packages)
      all += calls
      impossible += cannot
    }
    #expect(Double(impossible) <= Double(all) * Self.shareMaximum, "\(impossible) of \(all) calls cannot pass")
  }

  /// Runs one client against a simulator of its own. Returns how many calls it makes, and how many of them cannot pass.
  private func check(_ client: PublicClients.Client, _ packages: URL) async throws -> (calls: Int, cannot: Int) {
    let cannot = try PublicClients.cannotPass(client)
    var count = 0
    try await ServerFixture.run({
      $0.startsPaused = false
      $0.startTime = nil
      $0.historySeconds = 14_400
      $0.hasReferencePrices = true
      $0.accounts[0].balances = [("USDT", FixedDecimal(100_000)), ("BTC", FixedDecimal(5))]
    }) { fixture in
      let outcome = try await PublicClients.run(client, packages, port: fixture.server.port)
      let calls = outcome.output.split(separator: "\n").compactMap(PublicClients.Call.init)
      count = calls.count
      #expect(outcome.status == 0 && count >= 50, "\(outcome.output.suffix(2_000))")
      let failed = calls.filter { !$0.isPassed }
      for call in failed where cannot[call.name] == nil { Issue.record("\(client.rawValue): \(call.name): \(call.reason)") }
      for name in cannot.keys where !failed.contains(where: { $0.name == name }) {
        Issue.record("\(client.rawValue): \(name) passes, or is not called: it does not belong into cannot-pass.txt")
      }
      print("public client \(client.rawValue): \(count - failed.count) of \(count) calls passed")
    }
    return (count, cannot.count)
  }
}

/// The clients' packages, cached under the system's temporary folder, and their scripts.
enum PublicClients {
  enum Client: String, CaseIterable, Sendable {
    case pythonBinance = "python_binance"
    case ccxt = "ccxt_all"
    case connector
    case spotSDK = "sdk_spot"
  }

  /// One line of a script's output.
  struct Call {
    let name: String
    let isPassed: Bool
    let reason: String

    init?(_ line: Substring) {
      if line.hasPrefix("passed ") {
        (name, isPassed, reason) = (String(line.dropFirst(7)), true, "")
      } else if line.hasPrefix("failed ") {
        let parts = line.dropFirst(7).split(separator: ": ", maxSplits: 1)
        guard let first = parts.first else { return nil }
        (name, isPassed, reason) = (String(first), false, parts.count > 1 ? String(parts[1]) : "")
      } else {
        return nil
      }
    }
  }

  struct Outcome {
    var status: Int32
    var output: String
  }

  private static let shared = ["python-binance==1.0.37", "ccxt==4.5.90", "binance-sdk-spot==13.3.0"]
  /// Its package has the name of python-binance's, so it lies in a folder of its own.
  private static let apart = ["binance-connector==3.13.0"]

  static let areRequired = ProcessInfo.processInfo.environment["BOT_CLIENTS_REQUIRED"] == "1"

  private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("clients")

  /// The folder with all packages; `nil` where they cannot be had.
  static var packages: URL? {
    get async { await installation.value }
  }
  private static let installation = Task { await install() }

  private static func install() async -> URL? {
    let key = (shared + apart).joined(separator: " ")
    let digest = key.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let temporary = FileManager.default.temporaryDirectory
    let folder = temporary.appendingPathComponent("botsim-clients-\(String(digest, radix: 16))")
    if FileManager.default.fileExists(atPath: folder.path) { return folder }
    // Made beside it and moved there whole: another run never sees half of it.
    let staging = temporary.appendingPathComponent("botsim-clients-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: staging) }
    let environment = staging.appendingPathComponent("venv")
    guard let made = try? await run(["python3", "-m", "venv", environment.path]), made.status == 0 else { return nil }
    for (name, wanted) in [("shared", shared), ("apart", apart)] {
      let install = [
        environment.appendingPathComponent("bin/python").path, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--timeout", "20", "--retries", "1", "--target", staging.appendingPathComponent(name).path,
      ]
      guard let installed = try? await run(install + wanted), installed.status == 0 else { return nil }
    }
    try? FileManager.default.removeItem(at: environment)
    try? FileManager.default.moveItem(at: staging, to: folder)
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }

  /// Runs a client's script to its end, five minutes at most.
  static func run(_ client: Client, _ packages: URL, port: Int) async throws -> Outcome {
    try await run([scripts.appendingPathComponent(client.rawValue + ".py").path], of: client, packages, port: port)
  }

  /// Runs Python with a client's packages.
  static func run(_ arguments: [String], of client: Client, _ packages: URL, port: Int) async throws -> Outcome {
    let folders = client == .connector ? ["apart", "shared"] : ["shared"]
    return try await run(
      ["timeout", "300", "python3"] + arguments + [
        "127.0.0.1:\(port)", SimulatorConfiguration.testAPIKey, SimulatorConfiguration.testAPISecret,
      ],
      environment: [
        "PYTHONPATH": folders.map { packages.appendingPathComponent($0).path }.joined(separator: ":"), "PYTHONDONTWRITEBYTECODE": "1",
      ])
  }

  /// On a thread of its own: waiting for minutes on one of the tasks' few would hold up every other test.
  private static func run(_ words: [String], environment: [String: String] = [:]) async throws -> Outcome {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            let ended = try TestSupport.run(words, environment: environment)
            return Outcome(status: ended.code, output: ended.output)
          })
      }
    }
  }

  /// The calls of a client that cannot pass, each with its reason: lines `client | call | reason`.
  static func cannotPass(_ client: Client) throws -> [String: String] {
    let text = try String(contentsOf: scripts.appendingPathComponent("cannot-pass.txt"), encoding: .utf8)
    var calls: [String: String] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      try #require(cells.count == 3 && cells[2].contains(".md"), "cannot-pass.txt: \(line): client | call | reason citing a document")
      if cells[0] == client.rawValue { calls[cells[1]] = cells[2] }
    }
    return calls
  }
}
