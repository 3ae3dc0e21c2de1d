import BotAPI
import Presentation
import TradingCore
import TradingModel
import YAMLFiles

/// Makes bots of a document and collects what is wrong with it. Values are judged by the one judge of settings (`BotSettingsText`), here
/// only their form.
struct BotFileReader {
  /// Nobody mends more at once.
  private static let problemsMaximum = 500

  private(set) var problems: [BotFile.Problem] = []
  private var bot = ""

  private mutating func wrong(_ line: Int, _ field: String, _ message: String) {
    let problem = BotFile.Problem(line: line, bot: bot, field: field, message: message)
    // What an alias brings to many bots is said of each; what it repeats within one, once.
    if problems.count < Self.problemsMaximum, !problems.contains(problem) { problems.append(problem) }
  }

  // MARK: The file

  private static let form = "write \"bots:\" and below it, indented, each bot's id with a colon and its settings"

  mutating func entries(of root: YAMLNode?) -> [BotFile.Entry] {
    guard let root, !root.isNull else {
      wrong(1, "", "the file is empty: \(Self.form)")
      return []
    }
    let members = self.members(of: root, among: ["bots", "defaults"], what: "the file")
    let defaults = members.first { $0.name == "defaults" }.map { node in
      self.members(of: node.value, among: Self.names, what: "defaults")
    }
    guard let bots = members.first(where: { $0.name == "bots" }) else {
      if root.pairs != nil { wrong(root.line, "", "has no bots: \(Self.form)") }
      return []
    }
    guard bots.value.pairs != nil else {
      wrong(bots.value.line, "bots", "must be ids with their settings, not \(Self.kind(bots.value)): \(Self.form); \"bots: {}\" is no bot")
      return []
    }
    let list = self.members(of: bots.value, among: nil, what: "bots")
    guard list.count <= BotFile.botsMaximum else {
      wrong(bots.value.line, "bots", "there may be \(BotFile.botsMaximum) bots at most, not \(list.count)")
      return []
    }
    return list.compactMap { entry($0.name, $0.value, line: $0.line, defaults: defaults ?? []) }
  }

  private static let names = BotField.all.map(\.name) + ["state"]

  private mutating func entry(_ id: String, _ node: YAMLNode, line: Int, defaults: [Member]) -> BotFile.Entry? {
    bot = id
    defer { bot = "" }
    var entry = BotFile.Entry(id: id, line: line)
    if BotID(id) == nil { wrong(line, "bot_id", "bot_id must be 1 to 32 of a-z, 0-9, '-' and '_'") }
    let own = node.isNull ? [] : members(of: node, among: Self.names, what: "a bot")
    guard node.isNull || node.pairs != nil else { return nil }
    for member in own + defaults.filter({ theirs in !own.contains { $0.name == theirs.name } }) {
      entry.lines[member.name] = member.line
      if member.name == "state" {
        entry.state = state(member.value)
      } else if let field = BotField.named(member.name) {
        setting(field, member.value, &entry)
      }
    }
    return entry
  }

  // MARK: Mappings

  struct Member {
    var name: String
    var value: YAMLNode
    var line: Int
  }

  /// The members of a mapping, those that `<<` brings included; what is there twice or not known is said.
  ///
  /// - Parameter known: `nil`: any name.
  private mutating func members(of node: YAMLNode, among known: [String]?, what: String) -> [Member] {
    guard let pairs = node.pairs else {
      wrong(node.line, "", "\(what) must be names with values (name: value), not \(Self.kind(node))")
      return []
    }
    var result: [Member] = []
    var places: [String: Int] = [:]
    for pair in pairs {
      guard let text = pair.key.text else {
        wrong(pair.key.line, "", "a name must be one word, not \(Self.kind(pair.key))")
        continue
      }
      guard text != "<<" else { continue }
      let name = known == nil ? text : self.known(text, among: known ?? [], line: pair.key.line)
      if let first = places[text] {
        wrong(pair.key.line, text, "\(shown(text)) is given twice, first at line \(first): leave one of them out")
        continue
      }
      places[text] = pair.key.line
      if let name { result.append(Member(name: name, value: pair.value, line: pair.key.line)) }
    }
    for pair in pairs where pair.key.text == "<<" {
      for merged in pair.value.elements ?? [pair.value] {
        for member in members(of: merged, among: known, what: "what << brings") where places[member.name] == nil {
          places[member.name] = member.line
          result.append(member)
        }
      }
    }
    return result
  }

  /// The name, where it is one of those; else it is said, with the one that was meant.
  mutating func known(_ text: String, among names: [String], line: Int) -> String? {
    if names.contains(text) { return text }
    let plain = text.lowercased().replacing("-", with: "_")
    let byOption = BotField.all.first { $0.option == "--" + plain.replacing("_", with: "-") }?.name
    let meant =
      [plain, byOption ?? ""].first(where: names.contains) ?? NearestName.of(plain.replacing("_", with: ""), among: names)
      ?? NearestName.of(plain, among: names)
    let remedy = meant.map { "did you mean \($0)?" } ?? "known are \(names.joined(separator: ", "))"
    wrong(line, "", "there is no \(shown(text)) here; \(remedy)")
    return nil
  }

  private func shown(_ text: String) -> String { "\"" + Cell(String(text.prefix(40))).text + "\"" }

  private static func kind(_ node: YAMLNode) -> String {
    if node.isNull { return "nothing" }
    return node.pairs != nil
      ? "names with values" : node.elements != nil ? "a list" : "\"\(Cell(String((node.text ?? "").prefix(40))).text)\""
  }

  // MARK: Values

  private mutating func state(_ node: YAMLNode) -> WantedState? {
    if let state = node.text.flatMap({ WantedState(rawValue: $0) }) { return state }
    wrong(node.line, "state", "state must be one of \(WantedState.list), not \(Self.kind(node)); left out, it stays as it is")
    return nil
  }

  /// Reads the value of a setting.
  mutating func setting(_ field: BotField, _ node: YAMLNode, _ entry: inout BotFile.Entry) {
    if entry.lines[field.name] == nil { entry.lines[field.name] = node.line }
    switch field.place {
    case .text(let path):
      guard let text = scalar(field.name, node) else { return }
      entry.spec[keyPath: path] = field.name == "symbol" ? SymbolOption.text(text) : text
    case .count(let path, let range):
      guard let text = scalar(field.name, node) else { return }
      guard let number = WholeNumber(argument: text).value, range.contains(number) else {
        return wrong(node.line, field.name, "\(field.name) \(WholeNumber.problem(text, in: range))")
      }
      entry.spec[keyPath: path] = number
    case .flag(let path):
      guard let text = scalar(field.name, node) else { return }
      guard let flag = Bool(text) else {
        return wrong(node.line, field.name, "\(field.name) must be true or false, not \(shown(text))")
      }
      entry.spec[keyPath: path] = flag
    case .parameters:
      guard node.pairs != nil else {
        return wrong(node.line, field.name, "parameters must be names with values, for example {period: 14}, not \(Self.kind(node))")
      }
      for member in members(of: node, among: nil, what: "parameters") {
        guard let text = scalar("parameters[\(member.name)]", member.value) else { continue }
        parameter(member.name, text, line: member.line, &entry)
      }
    case .guards:
      let elements = node.elements ?? [node]
      let texts = elements.compactMap { scalar(field.name, $0) }
      if texts.count == elements.count { entry.spec.guards = texts.isEmpty ? "none" : texts.joined(separator: "; ") }
    }
  }

  /// Sets a parameter of the strategy.
  mutating func parameter(_ name: String, _ value: String, line: Int, _ entry: inout BotFile.Entry) {
    entry.lines["parameters[\(name)]"] = line
    entry.spec.parameters.removeAll { $0.key == name }
    entry.spec.parameters.append(V1.KeyValue(key: name, value: value))
  }

  /// The text of one value; that there is none, or more than one, is said.
  private mutating func scalar(_ field: String, _ node: YAMLNode) -> String? {
    if let text = node.text, !node.isNull, !text.isEmpty { return text }
    let isEmpty = node.isNull || node.text == ""
    wrong(
      node.line, field,
      isEmpty ? "\(field) has no value: write one, or leave the line out" : "\(field) must be one value, not \(Self.kind(node))")
    return nil
  }

  // MARK: Judgement

  /// Adds what the judge of settings finds, where the form is right. Whether there is a strategy of that name only the daemon knows.
  mutating func judge(_ entry: BotFile.Entry) {
    bot = entry.id
    defer { bot = "" }
    let found = BotSettingsText(entry.spec).judged(id: BotID(entry.id), base: nil) { _ in .unasked }.violations
    let known = Set(problems.lazy.filter { [bot] in $0.bot == bot }.map(\.field))
    for violation in found where violation.reason != "STRATEGY_UNKNOWN" && !known.contains(violation.field) {
      wrong(entry.line(of: violation.field), violation.field, violation.message)
    }
    problems.sort { ($0.line, $0.bot) < ($1.line, $1.bot) }
  }
}
