// Appends sample entries to the journal in a directory and prints the last durable sequence after each commit, until it is killed.
// Usage: journal-probe DIRECTORY GROUP COUNT
import Foundation
import Journal
import TestSupport
import TradingCore

@Sendable func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

let arguments = CommandLine.arguments
guard arguments.count == 4, let group = Int(arguments[2]), let count = Int(arguments[3]), group > 0 else { exit(64) }
do {
  let journal = try Journal.open(directory: arguments[1])
  say("opened \(journal.lastSequence)")
  var pending = Array(Samples.session(count: Int(journal.lastSequence) + count).dropFirst(Int(journal.lastSequence)))
  while !pending.isEmpty {
    let entries = Array(pending.prefix(group))
    pending.removeFirst(entries.count)
    journal.append(entries) { result in
      switch result {
      case .success(let sequence): say("durable \(sequence)")
      case .failure(let error): say("failed \(error.code) \(error.sequence)")
      }
    }
    _ = try journal.flush()
  }
  journal.close()
  say("closed")
} catch {
  say("error \(error)")
  exit(1)
}
