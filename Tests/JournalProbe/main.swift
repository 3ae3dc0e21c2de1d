// Appends sample entries to the journal in a directory and prints the last durable sequence after each commit, until it is killed.
// Usage: journal-probe DIRECTORY GROUP COUNT [recover]: with the last word it recovers from failures, at once and as often as it takes.
import Foundation
import Journal
import TestSupport
import TradingCore

@Sendable func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

let arguments = CommandLine.arguments
guard arguments.count == 4 || arguments.count == 5, let group = Int(arguments[2]), let count = Int(arguments[3]), group > 0 else {
  exit(64)
}
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
    do { _ = try journal.flush() } catch {
      guard arguments.count == 5 else { throw error }
      pending = entries + pending
      let ended = DispatchSemaphore(value: 0)
      journal.recover(pending) { result in
        if case .success(let sequence) = result { say("recovered \(sequence)") } else { say("not recovered") }
        ended.signal()
      }
      ended.wait()
      pending.removeAll { $0.sequence <= journal.lastSequence }
    }
  }
  journal.close()
  say("closed")
} catch {
  say("error \(error)")
  exit(1)
}
