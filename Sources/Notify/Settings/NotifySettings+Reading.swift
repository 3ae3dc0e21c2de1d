import Foundation
import ServiceRuntime
import TradingModel

extension NotifySettings {
  /// Largest file of settings, in bytes.
  public static let sizeBytesMaximum = 262_144

  /// Reads the settings of a file.
  ///
  /// - Parameter environment: the process's, for secrets and `~`.
  /// - Throws: everything that is wrong, a line for each place: `FILE, line N: …`.
  public static func read(path: String, environment: [String: String]) throws(NotifySettingsError) -> NotifySettings {
    guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: sizeBytesMaximum + 1) else {
      throw NotifySettingsError("there is no file \(path), or it cannot be read; botctl notify --example prints one to begin with")
    }
    guard data.count <= sizeBytesMaximum else { throw NotifySettingsError("\(path) is larger than \(sizeBytesMaximum) bytes") }
    guard let text = String(data: data, encoding: .utf8) else { throw NotifySettingsError("\(path) is not UTF-8 text") }
    return try parse(text, name: path, environment: environment)
  }

  /// Reads settings from text.
  ///
  /// - Parameter name: what mistakes call the text.
  /// - Throws: everything that is wrong, a line for each place.
  public static func parse(_ text: String, name: String, environment: [String: String]) throws(NotifySettingsError) -> NotifySettings {
    var builder = NotifySettingsBuilder(SectionFile(text), environment: environment)
    let settings = builder.build()
    let mistakes = builder.mistakes.sorted { $0.line < $1.line }
    guard mistakes.isEmpty else {
      throw NotifySettingsError(mistakes.map { "\(name), line \($0.line): \($0.text)" }.joined(separator: "\n"))
    }
    return settings
  }
}

/// Builds the settings out of sections.
private struct NotifySettingsBuilder {
  private let file: SectionFile
  private let environment: [String: String]
  private var settings = NotifySettings()
  private var quietText: (text: String, except: Level)?
  private var defaults = Rule(name: "")
  private(set) var mistakes: [(line: Int, text: String)]

  private static let types = ["notify", "channel", "rule", "dead-man", "telegram-commands"]
  private static let minute: Int64 = 60_000_000_000
  private static let day: Int64 = 86_400_000_000_000

  init(_ file: SectionFile, environment: [String: String]) {
    self.file = file
    self.environment = environment
    mistakes = file.mistakes
  }

  mutating func build() -> NotifySettings {
    for section in file.sections where !Self.types.contains(section.type) {
      mistakes.append((section.line, "[\(section.type)] is no section; there are \(Self.types.map { "[\($0)]" }.joined(separator: ", "))"))
    }
    for section in file.sections {
      let isNamed = section.type == "channel" || section.type == "rule"
      guard Self.types.contains(section.type), isNamed == section.name.isEmpty else { continue }
      mistakes.append((section.line, isNamed ? "[\(section.type)] needs a name: [\(section.type) NAME]" : "[\(section.type)] has no name"))
    }
    each("notify") { builder, reader in builder.general(&reader) }
    each("channel") { builder, reader in builder.channel(&reader) }
    each("rule") { builder, reader in builder.rule(&reader) }
    each("dead-man") { builder, reader in builder.deadMan(&reader) }
    each("telegram-commands") { builder, reader in builder.desk(&reader) }
    if settings.channels.isEmpty, mistakes.isEmpty { mistakes.append((1, "there is no [channel NAME], so nobody could be told")) }
    if settings.rules.isEmpty, mistakes.isEmpty { mistakes.append((1, "there is no [rule NAME], so nobody would be told of anything")) }
    if settings.awayTo.isEmpty { settings.awayTo = settings.channels.map(\.name) }
    return settings
  }

  private mutating func each(_ type: String, _ body: (inout Self, inout SectionReader) -> Void) {
    for section in file.sections where section.type == type {
      var reader = SectionReader(section, environment: environment)
      body(&self, &reader)
      reader.finish()
      mistakes += reader.mistakes
    }
  }

  // MARK: [notify]

  private mutating func general(_ reader: inout SectionReader) {
    if let zone = reader.text("time-zone") {
      if Zone.isKnown(zone) {
        settings.zone = zone
      } else {
        reader.wrong("time-zone", "\"\(zone.prefix(40))\" is not known; write UTC, local, or a name such as Europe/Berlin")
      }
    }
    let except = reader.level("quiet-except") ?? .critical
    if let quiet = quiet(&reader, except: except) { quietText = (quiet, except) }
    if let group = reader.duration("group", in: 0...Self.day) { defaults.group = group }
    if let interval = reader.duration("repeat", in: 0...(30 * Self.day)) { defaults.interval = interval }
    if let away = reader.duration("away-after", in: 5_000_000_000...Self.day) { settings.awayAfter = away }
    settings.awayTo = reader.list("away-to")
    for name in settings.awayTo { checkChannel(name, "away-to", &reader) }
    settings.authorityFile = reader.path("ca-file")
    if let file = settings.authorityFile, !FileManager.default.isReadableFile(atPath: file) {
      reader.wrong("ca-file", "\(file) cannot be read")
    }
  }

  private func quiet(_ reader: inout SectionReader, except: Level) -> String? {
    guard let text = reader.text("quiet") else { return nil }
    guard text == "never" || QuietHours(text, zone: settings.zone, except: except) != nil else {
      reader.wrong("quiet", "\"\(text.prefix(40))\" are no hours; write for example 22:00-07:00, or never")
      return nil
    }
    return text
  }

  private func checkChannel(_ name: String, _ key: String, _ reader: inout SectionReader) {
    let names = file.sections.filter { $0.type == "channel" }.map(\.name)
    if !names.contains(name) {
      reader.wrong(key, "there is no [channel \(name.prefix(40))]; there are \(names.isEmpty ? "none" : names.joined(separator: ", "))")
    }
  }

  // MARK: [channel NAME]

  private enum Kind: String, CaseIterable { case telegram, smtp, webhook, ntfy, exec }

  private mutating func channel(_ reader: inout SectionReader) {
    _ = reader.required("type", Kind.allCases.map(\.rawValue).joined(separator: " | "))
    let kind = reader.choice("type", Kind.self)
    let except = reader.level("quiet-except") ?? quietText?.except ?? .critical
    let hours = quiet(&reader, except: except) ?? quietText?.text
    let transport: ChannelSettings.Transport? =
      switch kind {
      case .telegram: telegram(&reader)
      case .smtp: mail(&reader)
      case .webhook: Self.webhook(&reader)
      case .ntfy: Self.ntfy(&reader)
      case .exec: exec(&reader)
      case nil: nil
      }
    guard let transport else { return }
    settings.channels.append(
      ChannelSettings(
        name: reader.section.name, transport: transport, quiet: hours.flatMap { QuietHours($0, zone: settings.zone, except: except) }))
  }

  private func telegram(_ reader: inout SectionReader) -> ChannelSettings.Transport? {
    let token = reader.requiredSecret("token")
    let chat = reader.required("chat", "the chat's number, or @channelname")
    let base = reader.text("url") ?? "https://api.telegram.org"
    if !Self.isURL(base) { reader.wrong("url", "must begin with https:// (or http:// of this machine)") }
    if let chat, Int64(chat) == nil, !chat.hasPrefix("@") { reader.wrong("chat", "must be a number, or begin with @") }
    guard let token, let chat else { return nil }
    if !Self.fits(token, { ($0 >= 45 && $0 <= 122) && $0 != 47 }) {
      reader.wrong(nil, "has a token that is none: write what BotFather gave, such as 123456:ABC…, and nothing else")
    }
    return .telegram(base: base.hasSuffix("/") ? String(base.dropLast()) : base, token: token, chat: chat)
  }

  private func mail(_ reader: inout SectionReader) -> ChannelSettings.Transport? {
    let server = reader.required("server", "HOST:PORT, for example smtp.example.org:587")
    let security = reader.choice("tls", MailSettings.Security.self)
    let user = reader.text("user") ?? ""
    let password = user.isEmpty ? reader.secret("password") : reader.requiredSecret("password")
    let from = reader.required("from", "the sender's address")
    let to = reader.list("to")
    if to.isEmpty { reader.wrong(nil, "has no to; write to = ADDRESS, ADDRESS") }
    for address in to + (from.map { [$0] } ?? []) where !Self.isAddress(address) {
      reader.wrong(
        to.contains(address) ? "to" : "from", "\"\(address.prefix(60))\" is no address; write name@example.org, without a name before it")
    }
    guard let server, let from else { return nil }
    guard let colon = server.lastIndex(of: ":"), let port = Int(server[server.index(after: colon)...]), (1...65_535).contains(port),
      Self.isHost(server[..<colon])
    else {
      reader.wrong("server", "\"\(server.prefix(60))\" is none; write HOST:PORT, for example smtp.example.org:587")
      return nil
    }
    let host = String(server[..<colon])
    let kind = security ?? (port == 465 ? .implicit : .startTLS)
    if kind == .none, !Self.isLocal(host) { reader.wrong("tls", "none is for servers of this machine; write starttls or implicit") }
    return .mail(MailSettings(host: host, port: port, security: kind, user: user, password: password, from: from, to: to))
  }

  private static func webhook(_ reader: inout SectionReader) -> ChannelSettings.Transport? {
    let url = checkedURL(&reader)
    let key = reader.secret("secret")
    if let key, key.count < 16 { reader.wrong(nil, "has a secret of \(key.count) bytes; give it 16 or more") }
    guard let url else { return nil }
    return .webhook(url: url, key: key)
  }

  private static func ntfy(_ reader: inout SectionReader) -> ChannelSettings.Transport? {
    let url = checkedURL(&reader)
    let token = reader.secret("token")
    guard let url else { return nil }
    return .ntfy(url: url, token: token)
  }

  private static func checkedURL(_ reader: inout SectionReader) -> Secret? {
    guard let url = reader.requiredSecret("url", plain: true) else { return nil }
    let text = unsafe url.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    if !isURL(text) { reader.wrong(nil, "has a url that is none; write https://… (http:// for servers of this machine)") }
    return url
  }

  private func exec(_ reader: inout SectionReader) -> ChannelSettings.Transport? {
    let timeout = reader.duration("timeout", in: 100_000_000...(10 * Self.minute)) ?? 10_000_000_000
    guard let command = reader.required("command", "/full/path/of/program and its words; no shell reads them") else { return nil }
    let words = command.split(separator: " ").map { HomeDirectory.expanded(String($0), environment: environment) }
    guard let program = words.first, program.hasPrefix("/"), FileManager.default.isExecutableFile(atPath: program) else {
      reader.wrong("command", "\"\(command.prefix(80))\" does not begin with the full path of a program that can be run")
      return nil
    }
    return .exec(words: words, timeout: timeout)
  }

  // MARK: [rule NAME]

  private mutating func rule(_ reader: inout SectionReader) {
    var rule = defaults
    rule.name = reader.section.name
    for word in reader.list("kind") {
      let kinds = Happening.Kind.allCases.filter { $0 != .threshold && $0 != .link }
      if let kind = kinds.first(where: { $0.rawValue == word }) {
        rule.kinds.insert(kind)
      } else if word == "all" {
        rule.kinds.formUnion(kinds)
      } else {
        reader.wrong("kind", "\"\(word.prefix(40))\" is none of \(kinds.map(\.rawValue).joined(separator: ", ")), all")
      }
    }
    let bots = reader.list("bot")
    rule.bots = bots.map { Glob($0) }
    rule.codes = reader.list("code").map { Glob($0) }
    rule.level = reader.level("level") ?? .info
    rule.told = reader.level("as")
    if let group = reader.duration("group", in: 0...Self.day) { rule.group = group }
    if let interval = reader.duration("repeat", in: 0...(30 * Self.day)) { rule.interval = interval }
    if let text = reader.text("text") {
      do throws(NotifySettingsError) { rule.template = try Template(text) } catch { reader.wrong("text", error.message) }
    }
    rule.channels = reader.list("to")
    if rule.channels.isEmpty { reader.wrong(nil, "has no to; write to = CHANNEL, CHANNEL") }
    for name in rule.channels { checkChannel(name, "to", &reader) }
    rule.threshold = threshold(&reader, bots: rule.bots)
    let isThreshold = reader.section.entries.contains { $0.key == "when" }
    if isThreshold, !rule.kinds.isEmpty { reader.wrong("kind", "does not go together with when: write two rules") }
    if isThreshold, !rule.codes.isEmpty { reader.wrong("code", "does not go together with when") }
    if !isThreshold, rule.kinds.isEmpty, !reader.mistakes.contains(where: { $0.text.hasPrefix("kind") }) {
      reader.wrong(nil, "has neither kind nor when; write kind = trade, alert, … or when = drawdown > 10%")
    }
    settings.rules.append(rule)
  }

  private func threshold(_ reader: inout SectionReader, bots: [Glob]) -> Threshold? {
    guard let text = reader.text("when") else { return nil }
    let words = text.split(separator: " ")
    let known = Threshold.Statistic.allCases.map(\.rawValue).joined(separator: ", ")
    guard words.count == 3, words[1] == ">", let statistic = Threshold.Statistic(rawValue: String(words[0])) else {
      reader.wrong("when", "\"\(text.prefix(60))\" is none; write STATISTIC > NUMBER, the statistic one of \(known)")
      return nil
    }
    let isPercent = words[2].hasSuffix("%")
    guard isPercent == statistic.isFraction, let number = FixedDecimal(text: isPercent ? words[2].dropLast() : words[2]), number > .zero
    else {
      reader.wrong(
        "when",
        "\(words[0]) is compared with \(statistic.isFraction ? "percent above 0, for example 10%" : "an amount above 0, for example 50")")
      return nil
    }
    if statistic == .dailyLoss, !bots.isEmpty {
      reader.wrong("bot", "daily-loss is the account's, of all bots; leave bot out")
    }
    return Threshold(statistic: statistic, bound: isPercent ? number / FixedDecimal(100) : number, bots: bots)
  }

  // MARK: The rest

  private mutating func deadMan(_ reader: inout SectionReader) {
    let interval = reader.duration("interval", in: 1_000_000_000...Self.day) ?? Self.minute
    guard let url = Self.checkedURL(&reader) else { return }
    settings.deadMan = DeadManSettings(url: url, interval: interval)
  }

  private mutating func desk(_ reader: inout SectionReader) {
    let channel = reader.required("channel", "the name of a telegram channel")
    var commands: Set<DeskSettings.Command> = []
    for word in reader.list("commands") {
      let name = word.hasPrefix("/") ? String(word.dropFirst()) : word
      if let command = DeskSettings.Command(rawValue: name) {
        commands.insert(command)
      } else {
        reader.wrong(
          "commands", "\"\(word.prefix(40))\" is none of \(DeskSettings.Command.allCases.map(\.rawValue).joined(separator: ", "))")
      }
    }
    if commands.isEmpty { reader.wrong(nil, "allows no command; write commands = status, profit, list (and stop_all)") }
    var chats: Set<Int64> = []
    for word in reader.list("chats") {
      if let chat = Int64(word) { chats.insert(chat) } else { reader.wrong("chats", "\"\(word.prefix(40))\" is no chat's number") }
    }
    if chats.isEmpty { reader.wrong(nil, "allows no chat; write chats = NUMBER, NUMBER") }
    let tokenFile = reader.path("access-file")
    if let tokenFile {
      do throws(RuntimeError) { _ = try Secret.reading(path: tokenFile) } catch { reader.wrong("access-file", error.message) }
    } else {
      let role = commands.contains(.stopAll) ? "operate" : "observe"
      reader.wrong(
        nil,
        "has no access-file; put a token of its own with the role \(role) into botd's BOTD_TOKENS_FILE, the token alone into a file of mode 0600, and write access-file = FILE"
      )
    }
    guard let channel, let tokenFile else { return }
    let isTelegram = settings.channels.contains { if case .telegram = $0.transport { $0.name == channel } else { false } }
    if !isTelegram { reader.wrong("channel", "there is no telegram [channel \(channel.prefix(40))]") }
    settings.desk = DeskSettings(channel: channel, chats: chats, commands: commands, tokenFile: tokenFile)
  }

  // MARK: Forms

  private static func isURL(_ text: String) -> Bool {
    let isVisible = text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
    guard isVisible, let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty else { return false }
    return parts.scheme == "https" || (parts.scheme == "http" && isLocal(host))
  }

  private static func isLocal(_ host: String) -> Bool { ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) }

  private static func isHost(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { ($0 >= 48 && $0 <= 58) || ($0 | 0x20 >= 97 && $0 | 0x20 <= 122) || $0 == 45 || $0 == 46 }
  }

  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
      && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 60 && $0 != 62 && $0 != 44 }
  }

  private static func fits(_ secret: Secret, _ isAllowed: (UInt8) -> Bool) -> Bool {
    unsafe secret.withUnsafeBytes { unsafe $0.allSatisfy(isAllowed) }
  }
}
