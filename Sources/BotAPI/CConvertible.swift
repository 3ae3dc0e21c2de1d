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
    let c = try unsafe CField.room(CStruct.self, arena)
    try unsafe fill(c, arena)
    return unsafe ProtobufC.pack(UnsafeRawPointer(c).assumingMemoryBound(to: ProtobufCMessage.self))
  }

  static func unpacked(_ bytes: [UInt8]) throws(ProtobufError) -> Self {
    let message = try unsafe ProtobufC.unpack(descriptor, bytes)
    return unsafe message.withMessage(as: CStruct.self) { unsafe Self(UnsafePointer($0)) }
  }
}

/// Conversion of single fields between Swift and C.
enum CField {
  // The address of a C constant is not to be had in Swift; an initialized message carries it.
  static func descriptor<Struct>(_ initialize: (UnsafeMutablePointer<Struct>?) -> Void) -> ProtobufC.Descriptor {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: MemoryLayout<Struct>.stride, alignment: MemoryLayout<Struct>.alignment)
    defer { unsafe raw.deallocate() }
    unsafe initialize(raw.bindMemory(to: Struct.self, capacity: 1))
    return unsafe ProtobufC.descriptor(of: raw.load(as: ProtobufCMessage.self))
  }

  // MARK: Swift to C

  // C structs with a union are not BitwiseCopyable to Swift, so the arena's own typed calls do not take them. The memory is not
  // initialized: `fill` begins with the generated `__init`, which writes the whole struct.
  static func room<Struct>(
    _ type: Struct.Type, count: Int = 1, _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> UnsafeMutablePointer<Struct> {
    let (size, overflow) = MemoryLayout<Struct>.stride.multipliedReportingOverflow(by: count)
    guard !overflow, let raw = unsafe arena.allocate(byteCount: size) else {
      throw ProtobufError(.memoryLimit, "the message is larger than its memory quota")
    }
    return unsafe raw.bindMemory(to: Struct.self, capacity: count)
  }

  static func message<Message: CConvertible>(
    _ value: Message?, _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> UnsafeMutablePointer<Message.CStruct>? {
    guard let value else { return nil }
    let c = try unsafe room(Message.CStruct.self, arena)
    try unsafe value.fill(c, arena)
    return unsafe c
  }

  static func messages<Message: CConvertible>(
    _ values: [Message], _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<Message.CStruct>?>?) {
    guard !values.isEmpty else { return (0, nil) }
    let structs = try unsafe room(Message.CStruct.self, count: values.count, arena)
    let pointers = try unsafe arena.array(of: UnsafeMutablePointer<Message.CStruct>?.self, count: values.count)
    for index in values.indices {
      try unsafe values[index].fill(structs + index, arena)
      unsafe pointers[index] = structs + index
    }
    return unsafe (values.count, pointers)
  }

  static func strings(
    _ values: [String], _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
    guard !values.isEmpty else { return (0, nil) }
    let pointers = try unsafe arena.array(of: UnsafeMutablePointer<CChar>?.self, count: values.count)
    for index in values.indices { unsafe pointers[index] = try arena.string(values[index]) }
    return unsafe (values.count, pointers)
  }

  static func blobs(
    _ values: [[UInt8]], _ arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> (Int, UnsafeMutablePointer<ProtobufCBinaryData>?) {
    guard !values.isEmpty else { return (0, nil) }
    let blobs = try unsafe arena.array(of: ProtobufCBinaryData.self, count: values.count)
    for index in values.indices { unsafe blobs[index] = try arena.bytes(values[index]) }
    return unsafe (values.count, blobs)
  }

  static func scalars<Value, CValue: BitwiseCopyable>(
    _ values: [Value], _ arena: borrowing ProtobufArena, _ convert: (Value) -> CValue
  ) throws(ProtobufError) -> (Int, UnsafeMutablePointer<CValue>?) {
    guard !values.isEmpty else { return (0, nil) }
    let result = try unsafe arena.array(of: CValue.self, count: values.count)
    for index in values.indices { unsafe result[index] = convert(values[index]) }
    return unsafe (values.count, result)
  }

  // MARK: C to Swift

  static func string(_ pointer: UnsafeMutablePointer<CChar>?) -> String {
    guard let pointer = unsafe pointer, unsafe pointer.pointee != 0 else { return "" }
    return unsafe String(cString: pointer)
  }

  static func blob(_ data: ProtobufCBinaryData) -> [UInt8] {
    unsafe ProtobufC.array(data)
  }

  static func message<Message: CConvertible>(_ pointer: UnsafeMutablePointer<Message.CStruct>?) -> Message? {
    guard let pointer = unsafe pointer else { return nil }
    return unsafe Message(UnsafePointer(pointer))
  }

  static func messages<Message: CConvertible>(
    _ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Message.CStruct>?>?
  ) -> [Message] {
    guard let pointers = unsafe pointers, count > 0 else { return [] }
    var result: [Message] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      if let pointer = unsafe pointers[index] { unsafe result.append(Message(UnsafePointer(pointer))) }
    }
    return result
  }

  static func strings(_ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
    guard let pointers = unsafe pointers, count > 0 else { return [] }
    return (0..<count).map { unsafe string(pointers[$0]) }
  }

  static func blobs(_ count: Int, _ values: UnsafeMutablePointer<ProtobufCBinaryData>?) -> [[UInt8]] {
    guard let values = unsafe values, count > 0 else { return [] }
    return (0..<count).map { unsafe blob(values[$0]) }
  }

  static func scalars<Value, CValue: BitwiseCopyable>(
    _ count: Int, _ values: UnsafeMutablePointer<CValue>?, _ convert: (CValue) -> Value
  ) -> [Value] {
    guard let values = unsafe values, count > 0 else { return [] }
    return (0..<count).map { unsafe convert(values[$0]) }
  }
}
