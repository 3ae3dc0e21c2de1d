public import Presentation
public import ProtobufC

/// Why a message cannot be encoded or decoded, for modules that do not know the C library below.
public typealias MessageError = ProtobufError

/// A message of the interface: a plain value that encodes to protobuf and renders as JSON.
///
/// Strings must not hold U+0000: encoding replaces it by U+FFFD, decoding refuses it. Unknown fields are skipped in decoding.
public protocol BotMessage: Sendable, Equatable {
  /// Full name in the schema, for example `botd.v1.Bot`.
  static var typeName: String { get }

  /// The protobuf encoding, made by libprotobuf-c.
  ///
  /// - Throws: `memoryLimit` for a message of more than ``MessageLimits/encodeBytesMaximum`` bytes in memory.
  func encode() throws(ProtobufError) -> [UInt8]

  /// Reads a protobuf encoding, by libprotobuf-c, with bounded memory and depth.
  ///
  /// - Throws: `malformed`, `notUTF8`, `tooDeep`, `memoryLimit`.
  static func decode(_ bytes: [UInt8]) throws(ProtobufError) -> Self

  /// ``encode()`` in a codec's memory: lends the bytes to `body`.
  func encode<Result>(
    with codec: borrowing MessageCodec, _ body: (UnsafeRawBufferPointer) -> Result
  ) throws(ProtobufError) -> Result

  /// ``decode(_:)`` in a codec's memory.
  static func decode(_ bytes: UnsafeRawBufferPointer, with codec: borrowing MessageCodec) throws(ProtobufError) -> Self

  /// Appends the message as a JSON object.
  func write(to json: inout JSONText)
}

extension BotMessage {
  /// The message as JSON text. Field names are those of the schema, in its order, and all of them are present; 64-bit integers are strings,
  /// enums their names in lower case without prefix, absent messages `null`, bytes base64.
  ///
  /// - Parameter pretty: one field a line, indented by two spaces.
  public func jsonText(pretty: Bool = false) -> String {
    var json = JSONText(pretty: pretty)
    write(to: &json)
    return json.text
  }
}

/// An enum of the interface. It is open: a value that a newer peer sent is kept as `unrecognized`.
public protocol OpenEnum: Sendable, Hashable, RawRepresentable, CaseIterable where RawValue == Int32 {
  init(rawValue: Int32)

  /// The name in the schema without its prefix, in lower case, for example `pending_cancel`.
  var name: String { get }
}

extension OpenEnum {
  /// The known value with this ``name``, or nil.
  public init?(name: String) {
    guard let value = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = value
  }
}

/// Bounds of encoding.
public enum MessageLimits {
  /// Most bytes a message may take while it is encoded: 64 MiB. A frame carries 4 MiB at most, so pages stay far below.
  public static let encodeBytesMaximum = 64 << 20
}
