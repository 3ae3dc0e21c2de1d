import CProtobufC

/// One pass over the encoded bytes before protobuf-c sees them: structure, nesting depth, strings.
enum WireCheck {
  /// Checks `bytes` as an encoding of `descriptor`.
  ///
  /// - Complexity: linear; recursion at most `depthLimit` deep.
  static func check(
    _ descriptor: ProtobufC.Descriptor, _ bytes: UnsafeRawBufferPointer, depthLimit: Int
  ) throws(ProtobufError) {
    guard depthLimit > 0 else { throw ProtobufError(.tooDeep, "messages are nested deeper than \(ProtobufC.depthMaximum) levels") }
    var at = 0
    var guess = 0
    while at < bytes.count {
      guard let tag = unsafe varint(bytes, &at), tag >> 3 >= 1, tag >> 3 <= 0x1FFF_FFFF else { throw unsafe malformed(descriptor) }
      let field = unsafe find(descriptor, number: UInt32(truncatingIfNeeded: tag >> 3), guess: &guess)
      switch tag & 7 {
      case 0:
        guard unsafe varint(bytes, &at) != nil else { throw unsafe malformed(descriptor) }
      case 1:
        guard bytes.count - at >= 8 else { throw unsafe malformed(descriptor) }
        at += 8
      case 5:
        guard bytes.count - at >= 4 else { throw unsafe malformed(descriptor) }
        at += 4
      case 2:
        guard let length = unsafe varint(bytes, &at), length <= UInt64(bytes.count - at) else { throw unsafe malformed(descriptor) }
        let end = at + Int(length)
        if let field = unsafe field {
          try unsafe checkContent(field, UnsafeRawBufferPointer(rebasing: bytes[at..<end]), depthLimit: depthLimit)
        }
        at = end
      default:
        throw unsafe malformed(descriptor)
      }
    }
  }

  private static func checkContent(
    _ field: UnsafePointer<ProtobufCFieldDescriptor>, _ content: UnsafeRawBufferPointer, depthLimit: Int
  ) throws(ProtobufError) {
    if unsafe field.pointee.type == PROTOBUF_C_TYPE_STRING {
      guard unsafe isText(content) else {
        throw ProtobufError(.notUTF8, unsafe "the field \(String(cString: field.pointee.name)) is not UTF-8 text without NUL")
      }
    } else if unsafe field.pointee.type == PROTOBUF_C_TYPE_MESSAGE, let descriptor = unsafe field.pointee.descriptor {
      try unsafe check(descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self), content, depthLimit: depthLimit - 1)
    }
  }

  /// The field with this number. Fields are sorted by number and mostly arrive in order, so the one after the last found is tried first.
  private static func find(
    _ descriptor: ProtobufC.Descriptor, number: UInt32, guess: inout Int
  ) -> UnsafePointer<ProtobufCFieldDescriptor>? {
    let count = unsafe Int(descriptor.pointee.n_fields)
    guard count > 0, let fields = unsafe descriptor.pointee.fields else { return nil }
    if guess < count {
      if unsafe fields[guess].id == number { return unsafe fields + guess }
      if guess + 1 < count, unsafe fields[guess + 1].id == number {
        guess += 1
        return unsafe fields + guess
      }
    }
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if unsafe fields[middle].id < number { low = middle + 1 } else { high = middle }
    }
    guard low < count, unsafe fields[low].id == number else { return nil }
    guess = low
    return unsafe fields + low
  }

  private static func varint(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < bytes.count, shift < 70 {
      let byte = unsafe bytes[at]
      at += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  /// UTF-8 as Unicode defines it (no overlong forms, no surrogates, at most U+10FFFF), and no NUL.
  static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var at = 0
    let count = bytes.count
    while at < count {
      while count - at >= 8 {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        let hasNul = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
        guard (word & 0x8080_8080_8080_8080) | hasNul == 0 else { break }
        at += 8
      }
      guard at < count else { return true }
      let first = unsafe bytes[at]
      if first < 0x80 {
        guard first != 0 else { return false }
        at += 1
        continue
      }
      guard let length = unsafe scalarLength(bytes, at) else { return false }
      at += length
    }
    return true
  }

  private static func scalarLength(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Int? {
    let first = unsafe bytes[at]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0:
      length = 3
      second = 0xA0...0xBF
    case 0xED:
      length = 3
      second = 0x80...0x9F
    case 0xE1...0xEF: length = 3
    case 0xF0:
      length = 4
      second = 0x90...0xBF
    case 0xF1...0xF3: length = 4
    case 0xF4:
      length = 4
      second = 0x80...0x8F
    default: return nil
    }
    guard bytes.count - at >= length, unsafe second.contains(bytes[at + 1]) else { return nil }
    for offset in 2..<max(2, length) {
      guard unsafe bytes[at + offset] & 0xC0 == 0x80 else { return nil }
    }
    return length
  }

  private static func malformed(_ descriptor: ProtobufC.Descriptor) -> ProtobufError {
    ProtobufError(.malformed, unsafe "the bytes are not a \(String(cString: descriptor.pointee.name))")
  }
}
