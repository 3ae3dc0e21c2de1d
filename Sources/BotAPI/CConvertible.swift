import CBotProto
import ProtobufC

/// A Swift value with a protobuf-c struct as its twin.
protocol CConvertible: BotMessage {
  associatedtype CStruct

  /// protobuf-c's description of the message.
  static var descriptor: ProtobufC.Descriptor { get }

  /// Initializes `c` and fills it with this value; what it points to lives in `arena`.
  func fill(_ c: UnsafeMutablePointer<CStruct>, _ arena: borrowing ProtobufArena) throws(ProtobufError)

  /// Copies a C struct.
  init(_ c: UnsafePointer<CStruct>)
}

extension CConvertible {
  func packed() throws(ProtobufError) -> [UInt8] {
    let arena = ProtobufArena(byteLimit: MessageLimits.encodeBytesMaximum, firstChunkBytes: 2048)
    let c = try CField.room(CStruct.self, arena)
    try fill(c, arena)
    return ProtobufC.pack(UnsafeRawPointer(c).assumingMemoryBound(to: ProtobufCMessage.self))
  }

  static func unpacked(_ bytes: [UInt8]) throws(ProtobufError) -> Self {
    let message = try ProtobufC.unpack(descriptor, bytes)
    return message.withMessage(as: CStruct.self) { Self(UnsafePointer($0)) }
  }
}

/// Conversion of single fields between Swift and C.
enum CField {
  // The address of a C constant is not to be had in Swift; an initialized message carries it.
  static func descriptor<Struct>(_ initialize: (UnsafeMutablePointer<Struct>?) -> Void) -> ProtobufC.Descriptor {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<Struct>.stride, alignment: MemoryLayout<Struct>.alignment)
    defer { raw.deallocate() }
    initialize(raw.bindMemory(to: Struct.self, capacity: 1))
    return raw.load(as: ProtobufCMessage.self).descriptor
  }

  // MARK: Swift to C

  // C structs with a union are not BitwiseCopyable to Swift, so the arena's own typed calls do not take them. The memory is not
  // initialized: `fill` begins with the generated `__init`, which writes the whole struct.
  static func room<Struct>(
    _ type: Struct.Type, count: Int = 1, _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> UnsafeMutablePointer<Struct> {
    let (size, overflow) = MemoryLayout<Struct>.stride.multipliedReportingOverflow(by: count)
    guard !overflow, let raw = arena.allocate(byteCount: size) else {
      throw ProtobufError(.memoryLimit, "the message is larger than its memory quota")
    }
    return raw.bindMemory(to: Struct.self, capacity: count)
  }

  static func message<Message: CConvertible>(
    _ value: Message?, _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> UnsafeMutablePointer<Message.CStruct>? {
    guard let value else { return nil }
    let c = try room(Message.CStruct.self, arena)
    try value.fill(c, arena)
    return c
  }

  static func messages<Message: CConvertible>(
    _ values: [Message], _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message.CStruct>?>?) {
    guard !values.isEmpty else { return (0, nil) }
    let structs = try room(Message.CStruct.self, count: values.count, arena)
    let pointers = try arena.array(of: UnsafeMutablePointer<Message.CStruct>?.self, count: values.count)
    for index in values.indices {
      try values[index].fill(structs + index, arena)
      pointers[index] = structs + index
    }
    return (values.count, pointers)
  }

  static func strings(
    _ values: [String], _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
    guard !values.isEmpty else { return (0, nil) }
    let pointers = try arena.array(of: UnsafeMutablePointer<CChar>?.self, count: values.count)
    for index in values.indices { pointers[index] = try arena.string(values[index]) }
    return (values.count, pointers)
  }

  static func blobs(
    _ values: [[UInt8]], _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> (Int, UnsafeMutablePointer<ProtobufCBinaryData>?) {
    guard !values.isEmpty else { return (0, nil) }
    let blobs = try arena.array(of: ProtobufCBinaryData.self, count: values.count)
    for index in values.indices { blobs[index] = try arena.bytes(values[index]) }
    return (values.count, blobs)
  }

  static func scalars<Value, CValue: BitwiseCopyable>(
    _ values: [Value], _ arena: borrowing ProtobufArena, _ convert: (Value) -> CValue
  ) throws(ProtobufError) -> (Int, UnsafeMutablePointer<CValue>?) {
    guard !values.isEmpty else { return (0, nil) }
    let result = try arena.array(of: CValue.self, count: values.count)
    for index in values.indices { result[index] = convert(values[index]) }
    return (values.count, result)
  }

  // MARK: C to Swift

  static func string(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    guard let pointer, pointer.pointee != 0 else { return "" }
    return String(cString: pointer)
  }

  static func blob(_ data: ProtobufCBinaryData) -> [UInt8] {
    guard let base = data.data, data.len > 0 else { return [] }
    return Array(UnsafeBufferPointer(start: base, count: data.len))
  }

  static func message<Message: CConvertible>(_ pointer: UnsafeMutablePointer<Message.CStruct>?) -> Message? {
    guard let pointer else { return nil }
    return Message(UnsafePointer(pointer))
  }

  static func messages<Message: CConvertible>(
    _ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Message.CStruct>?>?
  ) -> [Message] {
    guard let pointers, count > 0 else { return [] }
    var result: [Message] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      if let pointer = pointers[index] { result.append(Message(UnsafePointer(pointer))) }
    }
    return result
  }

  static func strings(_ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
    guard let pointers, count > 0 else { return [] }
    return (0..<count).map { string(pointers[$0]) }
  }

  static func blobs(_ count: Int, _ values: UnsafeMutablePointer<ProtobufCBinaryData>?) -> [[UInt8]] {
    guard let values, count > 0 else { return [] }
    return (0..<count).map { blob(values[$0]) }
  }

  static func scalars<Value, CValue: BitwiseCopyable>(
    _ count: Int, _ values: UnsafeMutablePointer<CValue>?, _ convert: (CValue) -> Value
  ) -> [Value] {
    guard let values, count > 0 else { return [] }
    return (0..<count).map { convert(values[$0]) }
  }
}
