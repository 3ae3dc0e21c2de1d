import ServiceRuntime
import TradingModel

/// Typed access to one section. What is wrong is collected with its line; what nobody asked for is unknown.
struct SectionReader {
  let section: SectionFile.Section
  /// The process's environment.
  let environment: [String: String]
  private var known: [String] = []
  private(set) var mistakes: [(line: Int, text: String)] = []

  init(_ section: SectionFile.Section, environment: [String: String]) {
    self.section = section
    self.environment = environment
  }

  /// The section's heading.
  var title: String { section.name.isEmpty ? "[\(section.type)]" : "[\(section.type) \(section.name)]" }

  mutating func wrong(_ key: String?, _ text: String) {
    let entry = key.flatMap { key in section.entries.first { $0.key == key } }
    mistakes.append((entry?.line ?? section.line, key.map { "\($0): \(text)" } ?? "\(title) \(text)"))
  }

  /// A value; `nil` where it is not set or empty.
  mutating func text(_ key: String) -> String? {
    known.append(key)
    guard let value = section.entries.first(where: { $0.key == key })?.value, !value.isEmpty else { return nil }
    return value
  }

  mutating func required(_ key: String, _ remedy: String) -> String? {
    let value = text(key)
    if value == nil { wrong(nil, "has no \(key); write \(key) = \(remedy)") }
    return value
  }

  /// Values between commas.
  mutating func list(_ key: String) -> [String] {
    (text(key) ?? "").split(separator: ",").map { String(SectionFile.trimmed($0)) }.filter { !$0.isEmpty }
  }

  /// A length of time in nanoseconds: `500ms`, `30s`, `10m`, `1h`, `2d`.
  mutating func duration(_ key: String, in range: ClosedRange<Int64>) -> Int64? {
    guard let text = text(key) else { return nil }
    let units: [String: Int64] = [
      "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000, "d": 86_400_000_000_000,
    ]
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard digits.utf8.count <= 6, let number = Int64(digits), let unit = units[String(text.dropFirst(digits.count))],
      range.contains(number * unit)
    else {
      wrong(
        key,
        "\"\(text.prefix(40))\" is no time from \(Self.words(range.lowerBound)) to \(Self.words(range.upperBound)); write for example 30s, 10m, 1h"
      )
      return nil
    }
    return number * unit
  }

  private static func words(_ nanoseconds: Int64) -> String {
    switch nanoseconds {
    case 0: "0s"
    case ..<1_000_000_000: "\(nanoseconds / 1_000_000)ms"
    case ..<60_000_000_000: "\(nanoseconds / 1_000_000_000)s"
    case ..<3_600_000_000_000: "\(nanoseconds / 60_000_000_000)m"
    case ..<86_400_000_000_000: "\(nanoseconds / 3_600_000_000_000)h"
    default: "\(nanoseconds / 86_400_000_000_000)d"
    }
  }

  /// One of a few words.
  mutating func choice<Value: RawRepresentable & CaseIterable>(_ key: String, _ type: Value.Type) -> Value? where Value.RawValue == String {
    guard let text = text(key) else { return nil }
    let value = Value(rawValue: text)
    if value == nil { wrong(key, "\"\(text.prefix(40))\" is none of \(Value.allCases.map(\.rawValue).joined(separator: ", "))") }
    return value
  }

  mutating func level(_ key: String) -> Level? {
    guard let text = text(key) else { return nil }
    let level = Level(word: text)
    if level == nil { wrong(key, "\"\(text.prefix(40))\" is none of \(Level.allCases.map(\.word).joined(separator: ", "))") }
    return level
  }

  /// A path; `~/` is the home directory, `credential:NAME` systemd's credential.
  mutating func path(_ key: String) -> String? { text(key).map { CredentialFile.path($0, environment: environment) } }

  /// A secret: `NAME-file` names a private file (0600), `NAME-env` a variable of the environment.
  ///
  /// - Parameter plain: `NAME` itself may hold it too, since it can be harmless.
  mutating func secret(_ name: String, plain: Bool = false) -> Secret? {
    let (file, variable) = (path(name + "-file"), text(name + "-env"))
    let value = plain ? text(name) : nil
    if !plain, section.entries.contains(where: { $0.key == name }) {
      known.append(name)
      wrong(
        name,
        "a secret does not stand in this file; put it into a file of mode 0600 and write \(name)-file = FILE, or \(name)-env = VARIABLE")
      return nil
    }
    guard [file, variable, value].count(where: { $0 != nil }) <= 1 else {
      wrong(nil, "has more than one of \(plain ? name + ", " : "")\(name)-file and \(name)-env; keep one")
      return nil
    }
    if let file {
      do throws(RuntimeError) {
        return try Secret.reading(path: file)
      } catch {
        wrong(name + "-file", error.message)
      }
    } else if let variable {
      if let text = environment[variable], !text.isEmpty { return Secret(text) }
      wrong(name + "-env", "the environment has no \(variable.prefix(40)), or it is empty")
    } else if let value {
      return Secret(value)
    }
    return nil
  }

  mutating func requiredSecret(_ name: String, plain: Bool = false) -> Secret? {
    let before = mistakes.count
    let secret = secret(name, plain: plain)
    if secret == nil, mistakes.count == before {
      wrong(nil, "has no \(name); write \(plain ? "\(name) = …, or " : "")\(name)-file = FILE (mode 0600), or \(name)-env = VARIABLE")
    }
    return secret
  }

  /// Notes the keys that nobody asked for. Last of all.
  mutating func finish() {
    for entry in section.entries where !known.contains(entry.key) {
      let near = known.filter { $0.hasPrefix(entry.key.prefix(3)) }.min {
        abs($0.count - entry.key.count) < abs($1.count - entry.key.count)
      }
      mistakes.append(
        (
          entry.line,
          "\(entry.key) is no setting of \(title)\(near.map { "; did you mean \($0)?" } ?? "")"
            + " (there are \(Set(known).sorted().joined(separator: ", ")))"
        ))
    }
  }
}
