public import TradingModel

/// A page of metrics in Prometheus' text exposition format, version 0.0.4.
///
/// Each family has its name, what it means and its kind once, and its samples in one block. Numbers are the exact decimals of what they stand
/// for. What is not known has no sample: the page never says NaN, and 0 always means zero.
public struct MetricsText: Sendable {
  /// The media type of the page.
  public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  public enum Kind: String, Sendable { case counter, gauge, histogram }

  /// The value of a sample.
  public struct Value: Sendable {
    let text: String

    /// A whole number.
    public static func number(_ value: some BinaryInteger) -> Value { Value(text: "\(value)") }
    /// 1 or 0.
    public static func flag(_ value: Bool) -> Value { Value(text: value ? "1" : "0") }
    /// An amount of an asset, a price, a quantity.
    public static func decimal(_ value: FixedDecimal) -> Value { Value(text: value.description) }
    /// Nanoseconds as seconds, with every digit.
    public static func seconds(_ nanoseconds: Int64) -> Value { Value(text: MetricsText.seconds(nanoseconds)) }
  }

  /// The samples of one family.
  public struct Samples: Sendable {
    fileprivate let name: String
    fileprivate var lines = ""

    /// Adds a sample; labels in the order in which they are told.
    public mutating func add(_ value: Value, _ labels: KeyValuePairs<String, String> = [:]) {
      add(name, labels.map { ($0.key, $0.value) }, value.text)
    }

    fileprivate mutating func add(_ name: String, _ labels: [(name: String, value: String)], _ value: String) {
      lines += name
      if !labels.isEmpty {
        lines += "{" + labels.map { "\($0.name)=\"\(MetricsText.escaped($0.value))\"" }.joined(separator: ",") + "}"
      }
      lines += " \(value)\n"
    }
  }

  /// The page so far.
  public private(set) var text = ""

  public init() {}

  /// Writes a family. One without samples says only what it means.
  /// - Parameters:
  ///   - name: unique on the page; ends in `_total` for a counter, and in the base unit where it has one.
  ///   - help: one sentence.
  public mutating func family(_ name: String, _ kind: Kind, _ help: String, _ body: (inout Samples) -> Void) {
    var samples = Samples(name: name)
    body(&samples)
    begin(name, kind, help)
    text += samples.lines
  }

  /// Writes a family of one sample; of none where the value is `nil`.
  public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Value?) {
    family(name, kind, help) { samples in if let value { samples.add(value) } }
  }

  /// Writes a histogram of lengths of time in seconds.
  /// - Parameters:
  ///   - bounds: upper ends of the classes, in nanoseconds, rising.
  ///   - cumulative: how many times were at most as long as each bound.
  public mutating func histogram(
    _ name: String, _ help: String, bounds: [Int64], cumulative: [UInt64], count: UInt64, sumNanoseconds: Int64
  ) {
    var samples = Samples(name: name)
    for (bound, below) in zip(bounds, cumulative) {
      samples.add("\(name)_bucket", [("le", Self.seconds(bound))], "\(below)")
    }
    samples.add("\(name)_bucket", [("le", "+Inf")], "\(count)")
    samples.add("\(name)_sum", [], Self.seconds(sumNanoseconds))
    samples.add("\(name)_count", [], "\(count)")
    begin(name, .histogram, help)
    text += samples.lines
  }

  private mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(Self.escaped(help, isLabel: false))\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// `1.5` for 1,500,000,000.
  static func seconds(_ nanoseconds: Int64) -> String {
    let sign = nanoseconds < 0 ? "-" : ""
    let whole = nanoseconds.magnitude / 1_000_000_000
    let rest = nanoseconds.magnitude % 1_000_000_000
    guard rest > 0 else { return "\(sign)\(whole)" }
    let digits = String(rest)
    return DecimalText.trimmed("\(sign)\(whole).\(String(repeating: "0", count: 9 - digits.count))\(digits)")
  }

  static func escaped(_ text: String, isLabel: Bool = true) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where isLabel: result += "\\\""
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
