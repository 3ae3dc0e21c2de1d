package import ArgumentParser
import BotAPI
import DynamicMessages
import Strategies
import TradingModel
import TTRPC

/// What the shell offers for arguments and options. Names come from the daemon that the command line would reach; half a second is the most it
/// may take, and without it there is nothing to offer (strategies: those of this build).
extension CompletionKind {
  /// Ids of the daemon's bots.
  package static var bots: CompletionKind { .asked { await $0.bots().map(\.id) } }
  /// Symbols that the daemon knows, in lower case for who writes so.
  package static var symbols: CompletionKind { .asked { await $0.symbols() } }
  /// Ids of the newest orders.
  static var orders: CompletionKind { .asked { await $0.orders() } }
  /// Strategies of the daemon.
  package static var strategies: CompletionKind { .asked { await $0.strategies().map(\.name) } }
  /// `name=` for each parameter of the strategy that the line names: by --strategy, by the bot, or as a word.
  package static var strategyParameters: CompletionKind { .asked { await $0.parameters().map { "\($0)=" } } }
  /// Methods of the daemon: `BotService/ListBots`, or with the package in front where the word begins with it.
  static var methods: CompletionKind {
    .asked { line in line.spelled(await line.schemaItems().filter { if case .method = $0 { true } else { false } }.map(\.name)) }
  }
  /// Services, methods, messages and enums of the daemon, spelled like ``methods``.
  static var schemaNames: CompletionKind { .asked { line in line.spelled(await line.schemaItems().map(\.name)) } }
  /// Candle intervals.
  package static var intervals: CompletionKind { .list(Interval.allCases.map(\.rawValue)) }
  /// Any file.
  package static var anyFile: CompletionKind { .file() }

  private static func asked(_ names: @escaping @Sendable (CompletionLine) async -> [String]) -> CompletionKind {
    .custom { words, index, prefix in
      await CompletionLine(words: words, index: index, prefix: prefix, variables: ControlEnvironment.current.variables).candidates(names)
    }
  }
}

/// A command line that is being written, and the daemon that it is for.
struct CompletionLine: Sendable {
  let words: [String]
  /// Which word is completed.
  let index: Int
  /// What stands before the cursor in that word.
  let prefix: String
  let variables: [String: String]

  /// Longest time for the daemon's answer: nobody waits longer for a list.
  var limit = Duration.milliseconds(500)

  private static let page: Int32 = 500

  /// Names that begin with what is written already; in lower case where that is.
  func candidates(_ names: (CompletionLine) async -> [String]) async -> [String] {
    let all = await names(self)
    if !prefix.isEmpty, prefix == prefix.lowercased(), !all.contains(where: { $0.hasPrefix(prefix) }) {
      return all.map { $0.lowercased() }.filter { $0.hasPrefix(prefix) }
    }
    return all.filter { $0.hasPrefix(prefix) }
  }

  // MARK: What the line says

  /// The value of an option before the word that is completed or behind it: `--name value` or `--name=value`.
  func value(of option: String) -> String? {
    for (place, word) in words.enumerated() where place != index {
      if word.hasPrefix(option + "=") { return String(word.dropFirst(option.count + 1)) }
      // bash makes a word of its own of "=".
      guard word == option, place + 1 < words.count else { continue }
      let next = words[place + 1] == "=" ? place + 2 : place + 1
      if next != index, next < words.count { return words[next] }
    }
    return nil
  }

  private var options: DaemonOptions? {
    let given = ["--token-file", "--tls-ca", "--tls-cert", "--tls-key"].flatMap { option in
      value(of: option).map { [option, $0] } ?? []
    }
    let account = value(of: "--account").flatMap { DefaultAddress.text(account: $0) }
    let address = value(of: "--address") ?? account ?? DefaultAddress.text(environment: variables)
    return try? DaemonOptions.parse(given + ["--address", address, "--timeout", "\(Int(limit / .milliseconds(1)))ms"])
  }

  // MARK: What the daemon says

  /// Runs `body` with a connection; nil when there is none, or it takes longer than ``limit``.
  private func ask<Value: Sendable>(_ body: @escaping @Sendable (Session) async throws -> Value) async -> Value? {
    guard let options else { return nil }
    return await withTaskGroup(of: Value?.self) { group in
      group.addTask {
        guard let session = try? await Session.open(options) else { return nil }
        let value = try? await body(session)
        await session.client.close()
        return value
      }
      group.addTask {
        try? await Task.sleep(for: limit)
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }

  func bots() async -> [V1.Bot] {
    await ask { session in
      try await session.bots.listBots(V1.ListBotsRequest(pageSize: Self.page), timeout: session.timeout).bots
    } ?? []
  }

  func symbols() async -> [String] {
    await ask { session in
      try await Pages.read { (size, token) throws(RPCError) in
        let request = V1.ListSymbolsRequest(pageSize: size, pageToken: token)
        let response = try await session.market.listSymbols(request, timeout: session.timeout)
        return (response.symbols.map(\.symbol), response.nextPageToken)
      }
    } ?? []
  }

  func orders() async -> [String] {
    await ask { session in
      try await session.orders.listOrders(V1.ListOrdersRequest(pageSize: 50), timeout: session.timeout).orders.map(\.clientOrderID)
    } ?? []
  }

  /// Names with the names of their parameters.
  func strategies() async -> [(name: String, parameters: [String])] {
    let asked = await ask { session in
      try await session.strategies.listStrategies(V1.ListStrategiesRequest(pageSize: Self.page), timeout: session.timeout).strategies
    }
    guard let asked, !asked.isEmpty else { return StrategyCatalogue.all.map { ($0.name, $0.parameters.map(\.name)) } }
    return asked.map { ($0.name, $0.parameters.map(\.name)) }
  }

  /// All that the daemon's schema names.
  func schemaItems() async -> [SchemaItem] { await ask { try await $0.schema().allItems } ?? [] }

  /// Full names without their package, unless the word begins with that.
  func spelled(_ names: [String]) -> [String] {
    if !prefix.isEmpty, names.contains(where: { $0.hasPrefix(prefix) }) { return names }
    return names.map { name in
      let (path, method) = name.firstIndex(of: "/").map { (String(name[..<$0]), String(name[$0...])) } ?? (name, "")
      return Schema.lastName(path) + method
    }
  }

  /// Parameters of the strategy that the line names.
  func parameters() async -> [String] {
    let known = await strategies()
    var name = value(of: "--strategy")
    if name == nil {
      let named = await bots().first { words.contains($0.id) }
      name = named?.spec?.strategy ?? known.first { words.contains($0.name) }?.name
    }
    return known.first { $0.name == name }?.parameters ?? []
  }
}
