import ExchangeSimulation

/// The unit of times in answers and messages: header `X-MBX-TIME-UNIT`, or `timeUnit` in a WebSocket's URL.
enum TimeUnit: Hashable {
  case milliseconds
  case microseconds

  /// - Throws: -1194 for other words than the exchange's two, in any letters.
  init(_ text: String?) throws(ExchangeError) {
    switch text?.uppercased() {
    case nil, "MILLISECOND": self = .milliseconds
    case "MICROSECOND": self = .microseconds
    default: throw ExchangeError(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.")
    }
  }

  /// A payload in this unit. Everything is written in milliseconds first: no time here is finer.
  ///
  /// A time is a number of exactly thirteen digits outside of texts: milliseconds from 2001 to 2286. Nothing else that is a number grows so
  /// long: ids count from 1, or go on from those of a recording (eleven digits in 2025).
  /// Cost: one look at each byte; nothing for milliseconds.
  func written(_ json: [UInt8]) -> [UInt8] {
    guard self == .microseconds else { return json }
    var result: [UInt8] = []
    result.reserveCapacity(json.count + 32)
    var isText = false
    var isEscaped = false
    var digits = 0
    for byte in json {
      if isText {
        result.append(byte)
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isText = false
        }
        continue
      }
      if byte &- 48 <= 9 {
        digits += 1
      } else {
        if digits == 13, byte != UInt8(ascii: ".") { result.append(contentsOf: "000".utf8) }
        digits = 0
        if byte == UInt8(ascii: "\"") { isText = true }
      }
      result.append(byte)
    }
    return result
  }
}

extension TimeUnit {
  static let header = "X-MBX-TIME-UNIT"

  /// The answer to a request whose header names no unit; `nil` where all is well.
  static func refusal(_ header: String?) -> APIAnswer? {
    do throws(ExchangeError) {
      _ = try TimeUnit(header)
      return nil
    } catch {
      return .failure(error)
    }
  }
}

extension APIAnswer {
  /// The same with the times of its JSON in the unit that a header names.
  func inUnit(_ header: String?) -> APIAnswer {
    guard header != nil, contentType.hasPrefix("application/json"), let unit = try? TimeUnit(header) else { return self }
    var changed = self
    changed.body = unit.written(body)
    return changed
  }
}
