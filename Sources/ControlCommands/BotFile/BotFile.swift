import BotAPI
import YAMLFiles

/// The state that a file asks of a bot.
enum WantedState: String, CaseIterable, Sendable {
  case running, paused, stopped

  static let list = allCases.map(\.rawValue).joined(separator: ", ")
}

/// Bots as a file describes them.
struct BotFile: Sendable {
  /// A bot of the file.
  struct Entry: Sendable {
    var id: String
    /// The line of its id.
    var line: Int
    /// What the file says and nothing else: a setting that is not named is empty.
    var spec = V1.BotSpec()
    /// `nil`: the file says nothing of it.
    var state: WantedState?
    /// The lines of its settings, by name; a parameter is `parameters[period]`.
    var lines: [String: Int] = [:]

    /// The line of a field as violations name it (`spec.capital`, `bot_id`), or the nearest one above.
    func line(of field: String) -> Int {
      let name = field.hasPrefix("spec.") ? String(field.dropFirst(5)) : field
      return lines[name] ?? lines[String(name.prefix { $0 != "[" })] ?? line
    }
  }

  /// Something that is wrong with it.
  struct Problem: Sendable, Hashable {
    var line: Int
    /// Empty: of the file.
    var bot: String
    /// Empty: of the whole bot.
    var field: String
    var message: String

    /// For example `bots.yaml:7: rsi-btc: stop_loss must be …`.
    func text(file: String) -> String {
      let bot = String(bot.prefix(40))
      let subject = field.isEmpty || message.hasPrefix(field) ? "" : "\(field): "
      // Nothing of a file moves the cursor of who reads it.
      return Cell(["\(file):\(line)", bot, subject + message].filter { !$0.isEmpty }.joined(separator: ": ")).text
    }
  }

  /// Most bots of a file.
  static let botsMaximum = 2_000

  /// In the order of the file.
  var entries: [Entry] = []
  /// What is wrong, in the order of the lines.
  var problems: [Problem] = []

  /// Reads a file. What is wrong with single lines is in ``problems``.
  ///
  /// - Throws: the text is neither YAML nor JSON.
  init(_ bytes: [UInt8]) throws(YAMLError) {
    let root = try YAMLReader.document(bytes)
    var reader = BotFileReader()
    entries = reader.entries(of: root)
    for entry in entries { reader.judge(entry) }
    problems = reader.problems
  }

  /// Settings of one bot, as `NAME=VALUE` on the command line.
  static func read(_ field: String, _ value: String, into entry: inout Entry) -> [Problem] {
    var reader = BotFileReader()
    let (name, parameter) =
      field.firstIndex(of: ".").map { (String(field[..<$0]), String(field[field.index(after: $0)...])) } ?? (field, "")
    if name == "parameters", !parameter.isEmpty {
      reader.parameter(parameter, value, line: 0, &entry)
    } else if let known = reader.known(name, among: BotField.all.map(\.name), line: 0), let field = BotField.named(known) {
      reader.setting(field, YAMLNode(text: value, line: 0), &entry)
    }
    return reader.problems
  }
}
