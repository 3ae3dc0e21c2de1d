import TradingModel

/// School arithmetic on decimal digits, least significant first: the slow twin of `FixedDecimal`.
struct NaiveDecimal: Equatable {
  /// Units of 10⁻⁸, no leading zeros; empty is zero.
  var digits: [Int]
  var isNegative: Bool

  init(digits: [Int], isNegative: Bool) {
    var digits = digits
    while digits.last == 0 { digits.removeLast() }
    self.digits = digits
    self.isNegative = isNegative && !digits.isEmpty
  }

  init(_ value: FixedDecimal) {
    self.init(digits: String(value.raw.magnitude).reversed().compactMap(\.wholeNumberValue), isNegative: value.raw < 0)
  }

  /// Parses text of the form -?d+(.d{1,8})? by moving its digits.
  init(text: String) {
    let isNegative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(separator: ".")
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let all = parts[0] + fraction + String(repeating: "0", count: 8 - fraction.count)
    self.init(digits: all.reversed().compactMap(\.wholeNumberValue), isNegative: isNegative)
  }

  static func compare(_ a: [Int], _ b: [Int]) -> Int {
    if a.count != b.count { return a.count < b.count ? -1 : 1 }
    for (x, y) in zip(a.reversed(), b.reversed()) where x != y { return x < y ? -1 : 1 }
    return 0
  }

  static func sum(_ a: [Int], _ b: [Int]) -> [Int] {
    var result: [Int] = []
    var carry = 0
    for index in 0..<max(a.count, b.count) {
      let total = (index < a.count ? a[index] : 0) + (index < b.count ? b[index] : 0) + carry
      result.append(total % 10)
      carry = total / 10
    }
    if carry > 0 { result.append(carry) }
    return result
  }

  /// a − b for a ≥ b.
  static func difference(_ a: [Int], _ b: [Int]) -> [Int] {
    var result: [Int] = []
    var borrow = 0
    for index in a.indices {
      let total = a[index] - (index < b.count ? b[index] : 0) - borrow
      result.append((total + 10) % 10)
      borrow = total < 0 ? 1 : 0
    }
    while result.last == 0 { result.removeLast() }
    return result
  }

  static func + (a: NaiveDecimal, b: NaiveDecimal) -> NaiveDecimal {
    if a.isNegative == b.isNegative { return NaiveDecimal(digits: sum(a.digits, b.digits), isNegative: a.isNegative) }
    if compare(a.digits, b.digits) >= 0 { return NaiveDecimal(digits: difference(a.digits, b.digits), isNegative: a.isNegative) }
    return NaiveDecimal(digits: difference(b.digits, a.digits), isNegative: b.isNegative)
  }

  static func product(_ a: [Int], _ b: [Int]) -> [Int] {
    var result = [Int](repeating: 0, count: a.count + b.count + 1)
    for (i, x) in a.enumerated() { for (j, y) in b.enumerated() { result[i + j] += x * y } }
    for index in result.indices.dropLast() {
      result[index + 1] += result[index] / 10
      result[index] %= 10
    }
    while result.last == 0 { result.removeLast() }
    return result
  }

  /// Long division, digit by digit.
  static func quotient(_ a: [Int], _ b: [Int]) -> (quotient: [Int], remainder: [Int]) {
    var rest: [Int] = []
    var quotient: [Int] = []
    for digit in a.reversed() {
      rest.insert(digit, at: 0)
      while rest.last == 0 { rest.removeLast() }
      var times = 0
      while compare(rest, b) >= 0 {
        rest = difference(rest, b)
        times += 1
      }
      quotient.insert(times, at: 0)
    }
    while quotient.last == 0 { quotient.removeLast() }
    return (quotient, rest)
  }

  static func ratio(_ a: NaiveDecimal, _ b: NaiveDecimal, over c: NaiveDecimal, _ rounding: FixedDecimal.Rounding) -> NaiveDecimal {
    var (digits, rest) = quotient(product(a.digits, b.digits), c.digits)
    let up =
      switch rounding {
      case .towardZero: false
      case .awayFromZero: !rest.isEmpty
      case .nearest: compare(sum(rest, rest), c.digits) >= 0
      case .nearestEven:
        compare(sum(rest, rest), c.digits) > 0 || (compare(sum(rest, rest), c.digits) == 0 && (digits.first ?? 0) % 2 == 1)
      }
    if up { digits = sum(digits, [1]) }
    return NaiveDecimal(digits: digits, isNegative: (a.isNegative != b.isNegative) != c.isNegative)
  }
}
