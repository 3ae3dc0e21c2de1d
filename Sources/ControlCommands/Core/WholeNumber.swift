import ArgumentParser

/// A whole number on the command line. The parser takes any text, so that a wrong one is refused by a sentence that names its option,
/// together with whatever else is wrong.
package struct WholeNumber: ExpressibleByArgument, ExpressibleByIntegerLiteral, Sendable, Hashable {
  /// As it was written.
  package let text: String

  /// Any text; ``value(in:)`` judges it.
  package init(argument: String) { text = argument }

  /// A default.
  package init(integerLiteral value: Int64) { text = "\(value)" }

  package var defaultValueDescription: String { text }

  /// The number; `nil` when the text is none (a sign, digits) or it does not fit 64 bits.
  package var value: Int64? { text.hasPrefix("+") ? nil : Int64(text) }

  /// The number.
  ///
  /// - Parameter range: what the option allows.
  /// - Throws: a failure with exit code 2 that names `option` when the text is no whole number of the range.
  package func value(of option: String, in range: ClosedRange<Int64>) throws(CommandFailure) -> Int64 {
    if let value, range.contains(value) { return value }
    throw CommandFailure(.usage, "\(option): \(Self.problem(text, in: range))")
  }

  /// What is wrong with a text that is no whole number of a range.
  package static func problem(_ text: String, in range: ClosedRange<Int64>) -> String {
    let bounds = range.upperBound == .max ? "\(range.lowerBound) or more" : "from \(range.lowerBound) to \(range.upperBound)"
    return "must be a whole number, \(bounds), not \"\(text.prefix(40))\""
  }
}
