import ArgumentParser
import BotAPI
import TTRPC

/// Whatever knows how to reach the daemon.
package protocol DaemonCommandOptions {
  /// Where the daemon is and how it is reached.
  var daemon: DaemonOptions { get }
}

/// A command that talks to the daemon: connects, runs, and turns errors of calls into exit codes.
protocol DaemonCommand: AsyncParsableCommand, DaemonCommandOptions {
  /// Form of the output; commands that only act print text.
  var format: OutputFormat { get }
  /// Where results go.
  var output: Output { get }

  func run(_ session: Session, _ output: Output) async throws
}

extension DaemonCommand {
  var format: OutputFormat { .table }

  var output: Output { Output(format: format, environment: .current, noColor: daemon.noColor) }

  mutating func run() async throws {
    let command = self
    try await connected(output) { try await command.run($0, $1) }
  }
}

/// A command that reads from the daemon and shows it as a table, a card or JSON.
protocol ReadingCommand: DaemonCommand {
  /// `--output` and `--wide`.
  var outputOptions: OutputOptions { get }
}

extension ReadingCommand {
  var format: OutputFormat { outputOptions.format }

  var output: Output { Output(outputOptions, environment: .current, noColor: daemon.noColor) }
}

extension DaemonCommandOptions {
  /// Runs `body` with a connection, closes it, and turns errors of calls into exit codes.
  package func connected(_ output: Output, _ body: (Session, Output) async throws -> Void) async throws {
    let session = try await Session.open(daemon)
    do {
      try await body(session, output)
      await session.client.close()
    } catch let error as RPCError {
      await session.client.close()
      throw CommandFailure(error, address: session.address)
    } catch {
      await session.client.close()
      throw error
    }
  }
}

/// Runs one action on each of several bots: all are tried, the first failure decides the exit code.
enum ForEachBot {
  static func run(
    _ ids: [String], _ session: Session, _ output: Output, _ action: (String) async throws -> String
  ) async throws {
    var first: ExitStatus?
    for id in ids {
      do {
        output.line(try await action(id))
      } catch let error as RPCError {
        let failure = CommandFailure(error, address: session.address)
        output.complain(id.isEmpty ? failure.message : "\(id): \(failure.message)")
        first = first ?? failure.status
        if failure.status == .noDaemon { break }
      }
    }
    if let first { throw ExitRequest(status: first) }
  }
}
