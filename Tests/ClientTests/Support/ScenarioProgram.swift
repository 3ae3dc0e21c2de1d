import Foundation
import TestSupport

/// A client's scenario program while it runs: commands go in by lines, what it prints are JSON lines.
final class ScenarioProgram {
  private let process: ServerProcess
  private let input: FileHandle
  private let output: String
  let log: String

  init(_ arguments: [String], in directory: TemporaryDirectory) throws {
    let pipe = directory.file("stdin")
    output = directory.file("stdout")
    log = directory.file("stderr")
    guard mkfifo(pipe, 0o600) == 0 else { throw TestFailure("mkfifo: errno \(errno)") }
    // Open for both: neither side waits for the other, and the program never sees an end.
    let descriptor = open(pipe, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw TestFailure("\(pipe): errno \(errno)") }
    input = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let script = "input=$1 output=$2; shift 2; exec \"$@\" <\"$input\" >\"$output\""
    process = try ServerProcess(["/bin/sh", "-c", script, "sh", pipe, output] + arguments, log: log)
  }

  func say(_ line: String) throws { try input.write(contentsOf: Data("\(line)\n".utf8)) }

  func exitCode(within seconds: Double) -> Int32? { process.exitCode(within: seconds) }

  /// What it wrote on standard error.
  var complaint: String { String(((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").suffix(3_000)) }

  /// The whole lines it has printed so far.
  func lines() throws -> [ScenarioLine] {
    let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
    guard let end = text.lastIndex(of: "\n") else { return [] }
    return try text[..<end].split(separator: "\n").map { line in
      do {
        return try JSONDecoder().decode(ScenarioLine.self, from: Data(line.utf8))
      } catch {
        throw TestFailure("not a line of the protocol: \(line) (\(error))")
      }
    }
  }

  /// The trades it has followed so far.
  func followed() throws -> [ScenarioTrade] { try lines().compactMap { if case .trade(let trade) = $0 { trade } else { nil } } }
}

/// A fill as the program prints it.
struct ScenarioTrade: Decodable, Equatable {
  var sequence: Int
  var previous_sequence: Int
  var trade_id: String
  var symbol: String
  var client_order_id: String
  var price: String
  var quantity: String
  var side: String
}

enum ScenarioLine: Decodable, Equatable {
  case ready
  case trade(ScenarioTrade)
  case listed(ScenarioTrade)
  case done

  private enum Key: CodingKey { case ready, listed, done }

  init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Key.self)
    if object.contains(.ready) {
      self = .ready
    } else if object.contains(.done) {
      self = .done
    } else if object.contains(.listed) {
      self = .listed(try object.decode(ScenarioTrade.self, forKey: .listed))
    } else {
      self = .trade(try ScenarioTrade(from: decoder))
    }
  }
}
