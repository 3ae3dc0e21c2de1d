import ArgumentParser
import BotAPI
import Foundation
import Presentation
import Synchronization
import TTRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a bug report needs, in one private file: versions, settings without secrets, health, bots, and what happened last.
struct SupportArchive {
  /// Events that are told, the newest.
  static let eventsMaximum: Int64 = 1_000
  /// Of a log file its end.
  static let logBytesMaximum = 4 << 20

  let options: DaemonOptions
  /// A log file to take along.
  let log: String?
  let redaction: Redaction

  init(_ options: DaemonOptions, log: String?) throws {
    self.options = options
    self.log = log
    let variables = ControlEnvironment.current.variables
    var secrets = Redaction.variableNames.compactMap { variables[$0] }
    if let token = try? Token.read(options) { secrets.append(token) }
    redaction = Redaction(secrets)
  }

  /// Everything, gathered; what cannot be asked says why and stops nothing else.
  func gather(_ checks: String) async -> [(name: String, text: String)] {
    var files: [(name: String, text: String)] = [("README.txt", Self.readme), ("system.txt", Self.system), ("doctor.json", checks)]
    let last = await lastSequence()
    files.append(("version.json", await printed(VersionShow.self)))
    files.append(("config.json", await printed(ConfigShow.self)))
    files.append(("health.json", await printed(HealthShow.self)))
    files.append(("portfolio.json", await printed(PortfolioShow.self)))
    files.append(("bots.json", await printed(BotList.self)))
    files.append(("positions.json", await printed(PositionList.self)))
    files.append(("orders.json", await printed(OrderList.self, "--limit", "200")))
    files.append(("events.json", await printed(EventList.self, "--from", "\(max(0, last - Self.eventsMaximum))")))
    files.append(("quality.json", await printed(FeedQualityList.self)))
    files.append(("limits.json", await printed(RateLimitList.self)))
    files.append(("risk.json", await printed(RiskShow.self)))
    files.append(("locks.json", await printed(LockList.self)))
    files.append(("discrepancies.json", await printed(DiscrepancyList.self)))
    if let log { files.append(("log.txt", Self.end(of: log))) }
    return files.map { ($0.name, redaction.applied(to: $0.text)) }
  }

  /// Writes them; the file is this user's alone, and replaces nothing.
  func write(_ files: [(name: String, text: String)], to path: String) throws(CommandFailure) {
    var zip = StoredZip()
    for file in files { zip.add(file.name, Array(file.text.utf8)) }
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      let reason = errno == EEXIST ? "it is there already; name another file" : unsafe String(cString: strerror(errno))
      throw CommandFailure(.failure, "--support: \(path) cannot be made: \(reason)")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: zip.bytes)
      try handle.close()
    } catch {
      _ = unsafe unlink(path)
      throw CommandFailure(.failure, "--support: \(path) cannot be written: \(error.localizedDescription)")
    }
  }

  // MARK: Parts

  /// What a command prints as JSON, its failure included.
  private func printed<Command: AsyncParsableCommand>(_ command: Command.Type, _ words: String...) async -> String {
    let text = Mutex("")
    let environment = ControlEnvironment(
      variables: ControlEnvironment.current.variables, isTerminal: false, width: nil, out: { more in text.withLock { $0 += more } },
      err: { more in text.withLock { $0 += more } }, onInterrupt: { _ in })
    let status = await BotControl.run(command, words + ["--output", "json"] + options.arguments, in: environment)
    return text.withLock { $0 } + (status == .ok ? "" : "exit code \(status.rawValue)\n")
  }

  /// The last entry that is published; 0 where nobody says.
  private func lastSequence() async -> Int64 {
    guard let session = try? await Session.open(options) else { return 0 }
    let summary = try? await session.portfolio.getPortfolioSummary(timeout: session.timeout)
    await session.client.close()
    return summary?.sequence ?? 0
  }

  private static func end(of path: String) -> String {
    guard let handle = FileHandle(forReadingAtPath: path), let size = try? handle.seekToEnd() else { return "\(path) cannot be read\n" }
    try? handle.seek(toOffset: size > UInt64(logBytesMaximum) ? size - UInt64(logBytesMaximum) : 0)
    let data = (try? handle.read(upToCount: logBytesMaximum)) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  private static var system: String {
    var name = utsname()
    _ = unsafe uname(&name)
    func text<Bytes>(_ bytes: Bytes) -> String {
      unsafe withUnsafeBytes(of: bytes) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
    let memory = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
    let kept = memory.split(separator: "\n").filter { $0.hasPrefix("MemTotal") || $0.hasPrefix("MemAvailable") || $0.hasPrefix("SwapFree") }
    // Not the machine's name, which is a person's business.
    return "\(Version.text)\n\(text(name.sysname)) \(text(name.release)) \(text(name.machine))\n"
      + "processors: \(ProcessInfo.processInfo.activeProcessorCount)\n" + kept.joined(separator: "\n") + "\n\n" + release
  }

  private static let readme = """
    What botctl doctor --support gathered, for a report about botd.

    It holds no key, no secret and no password: settings are masked by the daemon, and what looks like a secret elsewhere is taken out.
    It does hold the names of bots, their settings, positions, orders and balances of the last days. Look through it before you send it.

    """
}

extension DaemonOptions {
  /// The same options as words of a command line.
  var arguments: [String] {
    let named = [
      ("--address", address), ("--token-file", tokenFile), ("--tls-ca", tlsCA), ("--tls-cert", tlsCert),
      ("--tls-key", tlsKey),
    ]
    let milliseconds = timeout.duration.components.seconds * 1_000 + timeout.duration.components.attoseconds / 1_000_000_000_000_000
    return named.flatMap { name, value in value.map { [name, $0] } ?? [] } + ["--timeout", "\(milliseconds)ms"]
  }
}
