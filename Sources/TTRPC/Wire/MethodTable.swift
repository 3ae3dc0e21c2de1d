/// The registered methods, found by the bytes of their names without making a String.
struct MethodTable: Sendable {
  enum Handler: Sendable {
    case unary(RPCServer.UnaryHandler)
    case stream(RPCServer.StreamHandler)
  }

  final class Entry: Sendable {
    let method: RPCMethod
    let handler: Handler
    fileprivate let key: [UInt8]

    init(method: RPCMethod, handler: Handler) {
      self.method = method
      self.handler = handler
      self.key = Array(method.service.utf8) + [0] + Array(method.name.utf8)
    }
  }

  enum Lookup {
    case found(Entry)
    case unknownService
    case unknownMethod
  }

  private var buckets: [[Entry]] = Array(repeating: [], count: 256)
  private var services: Set<[UInt8]> = []

  /// All registered methods.
  var methods: [RPCMethod] { buckets.flatMap { $0.map(\.method) } }

  /// Adds a method, replacing one of the same name.
  mutating func register(_ entry: Entry) {
    services.insert(Array(entry.method.service.utf8))
    let bucket = unsafe entry.key.withUnsafeBytes { unsafe Self.hash($0, Self.seed) }
    buckets[bucket & 255].removeAll { $0.key == entry.key }
    buckets[bucket & 255].append(entry)
  }

  func find(service: UnsafeRawBufferPointer, method: UnsafeRawBufferPointer) -> Lookup {
    var hash = unsafe Self.hash(service, Self.seed)
    hash = unsafe withUnsafeBytes(of: UInt8(0)) { unsafe Self.hash($0, hash) }
    hash = unsafe Self.hash(method, hash)
    for entry in buckets[hash & 255] where unsafe Self.matches(entry.key, service, method) { return .found(entry) }
    return unsafe services.contains(Array(service)) ? .unknownMethod : .unknownService
  }

  private static let seed = Int(truncatingIfNeeded: 0xCBF2_9CE4_8422_2325 as UInt64)

  private static func hash(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Int {
    var hash = start
    for index in 0..<bytes.count { hash = unsafe (hash ^ Int(bytes[index])) &* 0x100_0000_01B3 }
    return hash
  }

  private static func matches(_ key: [UInt8], _ service: UnsafeRawBufferPointer, _ method: UnsafeRawBufferPointer) -> Bool {
    guard key.count == service.count + 1 + method.count else { return false }
    return unsafe key.withUnsafeBytes { key in
      unsafe UnsafeRawBufferPointer(rebasing: key[..<service.count]).elementsEqual(service)
        && UnsafeRawBufferPointer(rebasing: key[(service.count + 1)...]).elementsEqual(method)
    }
  }
}
