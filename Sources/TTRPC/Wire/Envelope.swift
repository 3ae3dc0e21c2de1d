internal import CTTRPCProto
internal import NIOCore
internal import ProtobufC

/// The `Request` and `Response` messages around every payload, packed and unpacked by protobuf-c.
enum Envelope {
  // The address of a generated descriptor is taken from an initialized message: a C constant's own address is not to be had in Swift.
  private nonisolated(unsafe) static let requestDescriptor: ProtobufC.Descriptor = {
    var message = Ttrpc__Request()
    ttrpc__request__init(&message)
    return message.base.descriptor
  }()
  private nonisolated(unsafe) static let responseDescriptor: ProtobufC.Descriptor = {
    var message = Ttrpc__Response()
    ttrpc__response__init(&message)
    return message.base.descriptor
  }()

  // MARK: Server side

  /// Appends a RESPONSE frame with a payload and no status, which means OK.
  ///
  /// Returns false, appending nothing, when the data would be larger than `messageBytesMaximum`.
  static func appendResponse(
    to outbox: inout Outbox, streamID: UInt32, payload: UnsafeRawBufferPointer, messageBytesMaximum: Int, account: OutboxAccount? = nil
  ) -> Bool {
    var response = Ttrpc__Response()
    ttrpc__response__init(&response)
    response.payload = data(payload)
    return append(&response, type: .response, streamID: streamID, flags: [], to: &outbox, messageBytesMaximum, account)
  }

  /// Appends a RESPONSE frame with a status. Codes outside 0...16 become UNKNOWN; details that do not fit are left out.
  static func appendStatus(
    to outbox: inout Outbox, streamID: UInt32, error: RPCError, messageBytesMaximum: Int, account: OutboxAccount? = nil
  ) {
    let arena = ProtobufArena(byteLimit: 2 * messageBytesMaximum + 65536, firstChunkBytes: 1024)
    guard let response = try? status(error, in: arena) else {
      let short = RPCError(code: error.code, message: "the error's text and details are too large to send")
      guard let response = try? status(short, in: arena) else { return }
      _ = append(response, type: .response, streamID: streamID, flags: [], to: &outbox, messageBytesMaximum, account)
      return
    }
    if append(response, type: .response, streamID: streamID, flags: [], to: &outbox, messageBytesMaximum, account) { return }
    let short = RPCError(code: error.code, message: String(error.message.prefix(1024)))
    guard let response = try? status(short, in: arena) else { return }
    _ = append(response, type: .response, streamID: streamID, flags: [], to: &outbox, messageBytesMaximum, account)
  }

  private static func status(
    _ error: RPCError, in arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> UnsafeMutablePointer<Ttrpc__Response> {
    let response = try arena.make(Ttrpc__Response.self)
    ttrpc__response__init(response)
    let status = try arena.make(Ttrpc__Status.self)
    ttrpc__status__init(status)
    status.pointee.code = error.code.isStandard && error.code != .ok ? error.code.rawValue : RPCStatusCode.unknown.rawValue
    status.pointee.message = try arena.string(error.message)
    if !error.details.isEmpty {
      let details = try arena.array(of: UnsafeMutablePointer<Ttrpc__Any>?.self, count: error.details.count)
      for (index, detail) in error.details.enumerated() {
        let any = try arena.make(Ttrpc__Any.self)
        ttrpc__any__init(any)
        any.pointee.type_url = try arena.string(detail.typeURL)
        any.pointee.value = try arena.bytes(detail.bytes)
        details[index] = any
      }
      status.pointee.n_details = error.details.count
      status.pointee.details = details
    }
    response.pointee.status = status
    return response
  }

  /// Reads the data of a REQUEST frame. The result lives in `arena`.
  static func request(
    _ bytes: UnsafeRawBufferPointer, in arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> UnsafeMutablePointer<Ttrpc__Request> {
    let message = try arena.unpack(requestDescriptor, bytes)
    return UnsafeMutableRawPointer(message).assumingMemoryBound(to: Ttrpc__Request.self)
  }

  // MARK: Client side

  /// Appends a REQUEST frame. Returns false, appending nothing, when it would be larger than `messageBytesMaximum`.
  static func appendRequest(
    to outbox: inout Outbox, streamID: UInt32, flags: FrameFlags, method: RPCMethod, payload: UnsafeRawBufferPointer,
    timeoutNanoseconds: Int64, metadata: [(String, String)], messageBytesMaximum: Int
  ) -> Bool {
    let service = method.service
    let name = method.name
    var request = Ttrpc__Request()
    ttrpc__request__init(&request)
    request.timeout_nano = timeoutNanoseconds
    request.payload = data(payload)
    if metadata.isEmpty, !method.hasNUL {
      return service.withCText { serviceText in
        name.withCText { nameText in
          request.service = serviceText
          request.method = nameText
          return append(&request, type: .request, streamID: streamID, flags: flags, to: &outbox, messageBytesMaximum, nil)
        }
      }
    }
    let arena = ProtobufArena(byteLimit: messageBytesMaximum * 2, firstChunkBytes: 1024)
    do throws(ProtobufError) {
      request.service = try arena.string(service)
      request.method = try arena.string(name)
      let entries = try arena.array(of: UnsafeMutablePointer<Ttrpc__KeyValue>?.self, count: metadata.count)
      for (index, (key, value)) in metadata.enumerated() {
        let entry = try arena.make(Ttrpc__KeyValue.self)
        ttrpc__key_value__init(entry)
        entry.pointee.key = try arena.string(key)
        entry.pointee.value = try arena.string(value)
        entries[index] = entry
      }
      request.n_metadata = metadata.count
      request.metadata = entries
      return append(&request, type: .request, streamID: streamID, flags: flags, to: &outbox, messageBytesMaximum, nil)
    } catch {
      return false
    }
  }

  /// Reads the data of a RESPONSE frame: a payload, or the error of its status.
  static func response(
    _ bytes: UnsafeRawBufferPointer, in arena: borrowing ProtobufArena
  ) -> Result<[UInt8], RPCError> {
    let message: UnsafeMutablePointer<ProtobufCMessage>
    do throws(ProtobufError) {
      message = try arena.unpack(responseDescriptor, bytes)
    } catch {
      return .failure(RPCError(code: .internalError, message: "the server's response cannot be decoded: \(error.message)"))
    }
    let response = UnsafeMutableRawPointer(message).assumingMemoryBound(to: Ttrpc__Response.self)
    if let status = response.pointee.status, status.pointee.code != 0 {
      var details: [RPCDetail] = []
      if let list = status.pointee.details {
        for index in 0..<status.pointee.n_details {
          guard let any = list[index] else { continue }
          details.append(RPCDetail(typeURL: text(any.pointee.type_url), bytes: array(any.pointee.value)))
        }
      }
      let code = RPCStatusCode(rawValue: status.pointee.code)
      return .failure(RPCError(code: code, message: text(status.pointee.message), details: details))
    }
    return .success(array(response.pointee.payload))
  }

  // MARK: Pieces

  static func array(_ data: ProtobufCBinaryData) -> [UInt8] {
    guard data.len > 0, let base = data.data else { return [] }
    return [UInt8](UnsafeBufferPointer(start: base, count: data.len))
  }

  static func text(_ pointer: UnsafePointer<CChar>?) -> String {
    guard let pointer else { return "" }
    return String(cString: pointer)
  }

  private static func data(_ bytes: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
    let base = bytes.bindMemory(to: UInt8.self).baseAddress
    return ProtobufCBinaryData(len: bytes.count, data: UnsafeMutablePointer(mutating: base))
  }

  private static func append<Message>(
    _ message: UnsafeMutablePointer<Message>, type: FrameType, streamID: UInt32, flags: FrameFlags, to outbox: inout Outbox,
    _ messageBytesMaximum: Int, _ account: OutboxAccount?
  ) -> Bool {
    let base = UnsafePointer(UnsafeMutableRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self))
    let size = ProtobufC.packedSize(base)
    guard size <= messageBytesMaximum, let length = UInt32(exactly: size) else { return false }
    let header = FrameHeader(length: length, streamID: streamID, type: type, flags: flags)
    outbox.append(header, bodyBytes: size, account: account) { destination in
      ProtobufC.pack(base, to: destination.assumingMemoryBound(to: UInt8.self))
    }
    return true
  }
}

extension RPCMethod {
  var hasNUL: Bool { service.utf8.contains(0) || name.utf8.contains(0) }
}

extension String {
  /// Lends the text as a C string that protobuf-c only reads.
  fileprivate func withCText<Result>(_ body: (UnsafeMutablePointer<CChar>?) -> Result) -> Result {
    withCString { body(UnsafeMutablePointer(mutating: $0)) }
  }
}
