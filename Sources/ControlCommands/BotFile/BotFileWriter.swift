import BotAPI
import Presentation
import YAMLFiles

/// Bots as a file that describes them.
enum BotFileWriter {
  /// A setting, or `state`.
  private enum Value {
    case one(String)
    case flag
    case names([V1.KeyValue])
    case list([String])
  }

  private static func members(_ bot: V1.Bot) -> [(name: String, value: Value)] {
    let spec = bot.spec ?? V1.BotSpec()
    var members: [(name: String, value: Value)] = BotField.all.compactMap { field in
      let values = field.values(of: spec)
      guard let first = values.first else { return nil }
      switch field.place {
      case .text, .count: return (field.name, .one(first.value))
      case .flag: return (field.name, .flag)
      case .parameters: return (field.name, .names(spec.parameters))
      case .guards: return (field.name, .list(first.value.split(separator: ";").map { String($0.drop { $0 == " " }) }))
      }
    }
    if let state = BotStanding(bot.state).wanted { members.append(("state", .one(state.rawValue))) }
    return members
  }

  /// As YAML.
  static func yaml(_ bots: [V1.Bot]) -> String {
    guard !bots.isEmpty else { return "bots: {}\n" }
    var text = "bots:\n"
    for bot in bots {
      text += "  \(YAMLText.scalar(bot.id)):\n"
      for (name, value) in members(bot) {
        switch value {
        case .one(let value): text += "    \(name): \(YAMLText.scalar(value))\n"
        case .flag: text += "    \(name): true\n"
        case .names(let values):
          text += "    \(name):\n"
          for value in values { text += "      \(YAMLText.scalar(value.key)): \(YAMLText.scalar(value.value))\n" }
        case .list(let values):
          text += "    \(name):\n"
          for value in values { text += "      - \(YAMLText.scalar(value))\n" }
        }
      }
      if BotStanding(bot.state) == .halted {
        let reason = Cell(bot.reasonText).text
        text += "    # It is halted\(reason.isEmpty ? "" : ": \(reason)"). A file that says nothing of its state leaves it so.\n"
      }
    }
    return text
  }

  /// As JSON; numbers are texts.
  static func json(_ bots: [V1.Bot]) -> String {
    var json = JSONText(pretty: true)
    json.beginObject()
    json.key("bots")
    json.beginObject()
    for bot in bots {
      json.key(bot.id)
      json.beginObject()
      for (name, value) in members(bot) {
        switch value {
        case .one(let value): json.field(name, value)
        case .flag: json.field(name, true)
        case .list(let values): json.field(name, values)
        case .names(let values):
          json.key(name)
          json.beginObject()
          for value in values { json.field(value.key, value.value) }
          json.endObject()
        }
      }
      json.endObject()
    }
    json.endObject()
    json.endObject()
    return json.text
  }
}
