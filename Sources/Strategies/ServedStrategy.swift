import TradingModel

/// A strategy that another process serves, as that process declared it. A bot's record keeps it, so that its settings can be judged and
/// completed while the process is away.
public struct ServedStrategy: Hashable, Sendable, Codable {
  /// 1 to 64 of a-z, 0-9, "_" and "-", a letter first; none of a built-in strategy.
  public var name: String
  /// One sentence on the rule.
  public var summary: String
  /// How it decides, in a paragraph.
  public var details: String
  public var parameters: [ParameterDescriptor]
  /// Closed candles it needs before its first signal.
  public var warmUp: Int

  /// Bounds of what a process may declare.
  public static let parametersMaximum = 64
  public static let nameMaximum = 64
  public static let textMaximum = 2_000
  public static let choicesMaximum = 100
  public static let warmUpMaximum = 100_000
  /// Most closed candles that an instance is given before the first one asked about.
  public static let historyMaximum = 500

  /// A declared strategy; ``problems`` says what is wrong with it.
  public init(name: String, summary: String, details: String = "", parameters: [ParameterDescriptor], warmUp: Int = 0) {
    self.name = name
    self.summary = summary
    self.details = details
    self.parameters = parameters
    self.warmUp = warmUp
  }

  /// As the catalogue knows strategies; what it makes wants nothing.
  public var descriptor: StrategyDescriptor {
    StrategyDescriptor(name: name, summary: summary, parameters: parameters.map(DeclaredParameter.init)) { _ in IdleStrategy() }
  }

  /// Everything that is wrong with the declaration, each a sentence; empty when nothing is.
  public var problems: [String] {
    var found: [String] = []
    if !Self.isName(name, maximum: Self.nameMaximum, allowsDash: true) {
      found.append(
        "\"\(name.prefix(80))\" is no name of a strategy: 1 to \(Self.nameMaximum) of a-z, 0-9, _ and -, a letter first")
    }
    if StrategyCatalogue.descriptor(named: name) != nil { found.append("\(name) is a built-in strategy; give yours another name") }
    if summary.count > Self.textMaximum || details.count > Self.textMaximum {
      found.append("the summary and the description of \(name.prefix(80)) may have \(Self.textMaximum) characters each")
    }
    if warmUp < 0 || warmUp > Self.warmUpMaximum {
      found.append("warm_up_candles of \(name.prefix(80)) must be from 0 to \(Self.warmUpMaximum), not \(warmUp)")
    }
    if parameters.count > Self.parametersMaximum {
      found.append("\(name.prefix(80)) has \(parameters.count) parameters; there may be \(Self.parametersMaximum)")
      return found
    }
    for (index, parameter) in parameters.enumerated() {
      if parameters[..<index].contains(where: { $0.name == parameter.name }) {
        found.append("\(name.prefix(80)) declares the parameter \(parameter.name.prefix(80)) twice")
      }
      found += Self.problems(of: parameter)
    }
    return found
  }

  private static func problems(of parameter: ParameterDescriptor) -> [String] {
    let name = parameter.name.prefix(80)
    guard isName(parameter.name, maximum: nameMaximum, allowsDash: false) else {
      return ["\"\(name)\" is no name of a parameter: 1 to \(nameMaximum) of a-z, A-Z, 0-9 and _, a letter first"]
    }
    var found: [String] = []
    if parameter.choices.count > choicesMaximum { found.append("\(name) has more than \(choicesMaximum) choices") }
    if parameter.meaning.count > textMaximum { found.append("the description of \(name) has more than \(textMaximum) characters") }
    if parameter.type == .integer || parameter.type == .number {
      for (bound, text) in [("minimum", parameter.minimum), ("maximum", parameter.maximum)]
      where !text.isEmpty && FixedDecimal(plain: text) == nil {
        found.append("the \(bound) of \(name) is no decimal: \"\(text.prefix(40))\"")
      }
    }
    if found.isEmpty, let complaint = DeclaredParameter(parameter).complaint(about: parameter.defaultValue) {
      found.append("its default value: \(complaint)")
    }
    return found
  }

  private static func isName(_ text: String, maximum: Int, allowsDash: Bool) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= maximum else { return false }
    func isLetter(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || !allowsDash && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
    return isLetter(first)
      && bytes.allSatisfy {
        isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
          || allowsDash && $0 == UInt8(ascii: "-")
      }
  }
}

/// A parameter that another process declared: its text, where that is right.
private struct DeclaredParameter: Parameter {
  let descriptor: ParameterDescriptor

  init(_ descriptor: ParameterDescriptor) { self.descriptor = descriptor }

  var fallback: String { descriptor.defaultValue }

  func value(of text: String) -> String? {
    if !descriptor.choices.isEmpty { return descriptor.choices.contains(text) ? text : nil }
    switch descriptor.type {
    case .boolean: return text == "true" || text == "false" ? text : nil
    case .text:
      let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
      return isPlain && text.count <= ParameterDescriptor.Kind.textMaximum ? text : nil
    case .integer, .number:
      guard let number = FixedDecimal(text: text) else { return nil }
      if descriptor.type == .integer, number.raw % FixedDecimal.unitsPerWhole != 0 { return nil }
      if let least = FixedDecimal(text: descriptor.minimum), number < least { return nil }
      if let greatest = FixedDecimal(text: descriptor.maximum), number > greatest { return nil }
      return text
    }
  }
}
