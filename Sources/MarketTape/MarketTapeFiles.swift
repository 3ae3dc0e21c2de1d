import Time
public import TradingModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The best price on the other side of the book around an order that was to fill at once, as a line of `arrivals.csv`.
public struct TapeArrival: Hashable, Sendable {
  public var order: ClientOrderID
  /// When it was decided.
  public var decided: Price
  /// When its first trade was executed.
  public var arrived: Price
  /// Two prices of an order.
  public init(order: ClientOrderID, decided: Price, arrived: Price) {
    self.order = order
    self.decided = decided
    self.arrived = arrived
  }
}

/// The tape as files, for those who carry it elsewhere piece by piece.
extension MarketTape {
  static let arrivalsFile = "arrivals.csv"
  static let arrivalsHeader = "client_order_id,decided,arrived"

  static func line(_ arrival: TapeArrival) -> String { "\(arrival.order),\(arrival.decided),\(arrival.arrived)\n" }

  static func arrival(_ line: Substring) -> TapeArrival? {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    guard cells.count == 3, let order = ClientOrderID(String(cells[0])), let decided = FixedDecimal(text: cells[1]),
      let arrived = FixedDecimal(text: cells[2]), decided.isPositive, arrived.isPositive
    else { return nil }
    return TapeArrival(order: order, decided: decided, arrived: arrived)
  }

  /// The files of a tape with their lengths in bytes, in the order of their names; none where there is no tape.
  public static func files(stateDirectory: String) -> [(name: String, size: Int64)] {
    names(stateDirectory).compactMap { name in
      var status = stat()
      guard unsafe lstat("\(stateDirectory)/\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      return (name, Int64(status.st_size))
    }
  }

  /// A piece of a file; empty at its end.
  /// - Returns: `nil` when the tape has no file of that name, or it cannot be read.
  public static func bytes(of name: String, stateDirectory: String, from offset: Int64, maximum: Int) -> [UInt8]? {
    // Names are compared with those that are there: none leads out of the folder.
    guard names(stateDirectory).contains(name), offset >= 0 else { return nil }
    let descriptor = unsafe open("\(stateDirectory)/\(folder)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: maximum)
    while true {
      let count = unsafe pread(descriptor, &bytes, maximum, off_t(offset))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      return Array(bytes[..<count])
    }
  }

  static func names(_ stateDirectory: String) -> [String] {
    guard let directory = unsafe opendir("\(stateDirectory)/\(folder)") else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) {
          unsafe String(cString: $0)
        }
      }
      if name.hasSuffix(".csv") { names.append(name) }
    }
    return names.sorted()
  }

  /// What a file of a tape holds.
  public enum Contents: Sendable {
    case series(SeriesKey, [Row])
    case rules([TradingRules])
    case arrivals([TapeArrival])
  }

  /// Reads a file line by line as its bytes come, so that it need not be in memory whole.
  public struct Reader: Sendable {
    public private(set) var contents: Contents
    private var rest: [UInt8] = []
    private var isHeader = true

    /// - Returns: `nil` where a tape has no file of that name.
    public init?(file name: String) {
      if name == rulesFile {
        contents = .rules([])
      } else if name == arrivalsFile {
        contents = .arrivals([])
      } else if let key = key(ofFile: name) {
        contents = .series(key, [])
      } else {
        return nil
      }
    }

    /// Takes the next bytes. Lines that are none are left out; so is the last one while its end is missing.
    public mutating func add(_ bytes: [UInt8]) {
      rest += bytes
      guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
      let text = String(decoding: rest[..<end], as: UTF8.self)
      rest.removeSubrange(...end)
      var lines = text.split(separator: "\n")[...]
      if isHeader {
        lines = lines.dropFirst()
        isHeader = false
      }
      switch contents {
      case .series(let key, var rows):
        contents = .rules([])
        rows += lines.compactMap { row($0) }
        contents = .series(key, rows)
      case .rules(let known): contents = .rules(known + lines.compactMap { tradingRules($0) })
      case .arrivals(var known):
        contents = .rules([])
        known += lines.compactMap { arrival($0) }
        contents = .arrivals(known)
      }
    }
  }
}
