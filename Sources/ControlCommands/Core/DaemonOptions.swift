package import ArgumentParser
import BotAPI
import TTRPC

/// Form of what a reading command prints.
package enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
  case table, json, csv
}

/// Options of every command that talks to the daemon.
package struct DaemonOptions: ParsableArguments {
  package init() {}

  @Option(
    help: ArgumentHelp("Where botd listens: unix:PATH or tcp://HOST:PORT.", valueName: "address"))
  var address: String?

  @Option(
    help: ArgumentHelp("Longest wait for an answer, above 0, for example 10, 500ms, 2m.", valueName: "time"))
  var timeout: CommandDuration = CommandDuration(.seconds(10))

  @Option(
    help: ArgumentHelp("File with the access token (for TCP); else BOTD_TOKEN.", valueName: "file"), completion: .anyFile)
  var tokenFile: String?

  @Option(
    help: ArgumentHelp(
      "Certificate authority of the daemon (PEM); switches TLS on.", valueName: "file"), completion: .anyFile)
  var tlsCA: String?

  @Option(help: ArgumentHelp("The client's certificate (PEM).", valueName: "file"), completion: .anyFile)
  var tlsCert: String?

  @Option(help: ArgumentHelp("The client's private key (PEM).", valueName: "file"), completion: .anyFile)
  var tlsKey: String?

  @Flag(help: "No colours (also: NO_COLOR).")
  package var noColor = false

  /// The address asked for.
  func parsedAddress() throws -> RPCAddress {
    let variables = ControlEnvironment.current.variables
    let account = variables[DefaultAddress.accountName] ?? ""
    if address == nil, variables[DefaultAddress.environmentName]?.isEmpty != false, !account.isEmpty {
      try AccountOption.check(account, DefaultAddress.accountName)
    }
    let text = address ?? DefaultAddress.text(environment: variables)
    do throws(RPCError) {
      return try RPCAddress(parsing: text)
    } catch {
      throw CommandFailure(.usage, error.message)
    }
  }

  /// TLS, when asked for.
  var tls: RPCClientTLS? {
    guard tlsCA != nil || tlsCert != nil else { return nil }
    return RPCClientTLS(authorityPath: tlsCA, certificateChainPath: tlsCert, privateKeyPath: tlsKey)
  }
}

/// `--output` of every command that reads.
package struct OutputOptions: ParsableArguments {
  package init() {}

  @Option(name: [.customLong("output"), .customShort("o")], help: "Form of the output; csv is for lists.")
  package var format: OutputFormat = .table

  @Flag(help: "On a terminal: tables in full, however narrow it is.")
  package var wide = false

  /// Refuses CSV, for commands whose result is no list.
  package func refuseCSV() throws(CommandFailure) {
    guard format != .csv else { throw CommandFailure(.usage, "--output csv: this command prints no list; write table or json") }
  }
}

/// A length of time on the command line: `10`, `10s`, `500ms`, `2m`, `1h`.
struct CommandDuration: ExpressibleByArgument, Sendable, Hashable {
  let duration: Duration

  init(_ duration: Duration) { self.duration = duration }

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), number > 0, number <= 1_000_000 else { return nil }
    switch argument.dropFirst(digits.count) {
    case "", "s": duration = .seconds(number)
    case "ms": duration = .milliseconds(number)
    case "m": duration = .seconds(number * 60)
    case "h": duration = .seconds(number * 3600)
    default: return nil
    }
  }

  var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
