package import ArgumentParser
package import ControlCommands
import Synchronization

/// The testing library has an `ExitStatus` of its own.
package typealias CommandExit = ControlCommands.ExitStatus

/// What a command line printed and returned.
package struct CommandResult: Sendable {
  package let status: CommandExit
  package let out: String
  package let err: String

  package init(status: CommandExit, out: String, err: String) {
    self.status = status
    self.out = out
    self.err = err
  }

  package var outLines: [String] { out.split(separator: "\n").map(String.init) }
}

/// Collects text from any thread and wakes who waits for some.
package final class Collected: Sendable {
  private let state = Mutex<(text: String, waiters: [(String, CheckedContinuation<Void, Never>)])>(("", []))

  package init() {}

  package var text: String { state.withLock { $0.text } }

  package func append(_ more: String) {
    let ready = state.withLock { state in
      state.text += more
      let ready = state.waiters.filter { state.text.contains($0.0) }.map(\.1)
      state.waiters.removeAll { state.text.contains($0.0) }
      return ready
    }
    for continuation in ready { continuation.resume() }
  }

  /// Waits until the text holds `part`.
  package func contains(_ part: String) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.text.contains(part) { return true }
        state.waiters.append((part, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }
}

/// A way to interrupt a running command like Ctrl-C does.
package final class Interrupt: Sendable {
  private let state = Mutex<(handler: (@Sendable () -> Void)?, fired: Bool)>((nil, false))

  package init() {}

  func observe(_ handler: @escaping @Sendable () -> Void) {
    let fired = state.withLock { state in
      state.handler = handler
      return state.fired
    }
    if fired { handler() }
  }

  package func fire() {
    let handler = state.withLock { state in
      state.fired = true
      return state.handler
    }
    handler?()
  }
}

/// A command line under test, in the command tree below `Root`.
package struct CommandRun<Root: AsyncParsableCommand>: Sendable {
  package let out = Collected()
  package let err = Collected()
  package let interrupt = Interrupt()
  package var isTerminal = false
  package var width: Int?
  package var variables: [String: String] = ["HOME": "/nonexistent"]
  /// Standard input.
  package var input: @Sendable () async -> [UInt8]? = { nil }

  package init() {}

  /// Runs it to its end.
  package func run(_ arguments: [String]) async -> CommandResult {
    let (out, err, interrupt) = (out, err, interrupt)
    var environment = ControlEnvironment(
      variables: variables, isTerminal: isTerminal, width: width, out: { out.append($0) }, err: { err.append($0) },
      onInterrupt: { interrupt.observe($0) })
    let input = input
    environment.input = { () async throws(CommandFailure) in await input() }
    let status = await BotControl.run(Root.self, arguments, in: environment)
    return CommandResult(status: status, out: out.text, err: err.text)
  }

  /// Runs the words, at the address of a daemon where one is given.
  package static func run(_ arguments: String..., at daemon: ScriptedDaemon? = nil) async -> CommandResult {
    await CommandRun().run(arguments + (daemon.map { ["--address", $0.address] } ?? []))
  }
}
