internal import CTTRPCProto
internal import NIOCore
internal import ProtobufC

/// The `Request` and `Response` messages around every payload, packed and unpacked by protobuf-c.
enum Envelope {
  // The address of a generated descriptor is taken from an initialized message: a C constant's own address is not to be had in Swift.
  private nonisolated(unsafe) static let requestDescriptor: ProtobufC.Descriptor = {
    var message = unsafe Botd__Ttrpc__V1__Request()
    unsafe botd__ttrpc__v1__request__init(&message)
    return unsafe ProtobufC.descriptor(of: message.base)
  }()
  private nonisolated(unsafe) static let responseDescriptor: ProtobufC.Descriptor = {
    var message = unsafe Botd__Ttrpc__V1__Response()
    unsafe botd__ttrpc__v1__response__init(&message)
    return unsafe ProtobufC.descriptor(of: message.base)
  }()

  // MARK: Server side

  /// Appends a RESPONSE frame with a payload and no status, which means OK.
  ///
  /// Returns false, appending nothing, when the data would be larger than `messageBytesMaximum`.
  static func appendResponse(
    to outbox: inout Outbox, streamID: UInt32, payload: UnsafeRawBufferPointer, messageBytesMaximum: Int, account: OutboxAccount? = nil
  ) -> Bool {
    var response = unsafe Botd__Ttrpc__V1__Response()
    unsafe botd__ttrpc__v1__response__init(&response)
    unsafe response.payload = ProtobufC.field(viewing: payload)
    return unsafe append(&response, type: .response, streamID: streamID, flags: [], to: &outbox, messageBytesMaximum, account)
  }

  /// Appends a RESPONSE frame with a status. Codes outside 0...16 become UNKNOWN; details that do not fit are left out.
  static func appendStatus(
    to outbox: inout Outbox, streamID: UInt32, error: RPCError, messageBytesMaximum: Int, account: OutboxAccount? = nil
  ) {
    let arena = ProtobufArena(byteLimit: 2 * messageBytesMaximum + 65536, firstChunkBytes: 1024)
    guard let response = try? unsafe status(error, in: arena) else {
      let short = RPCError(code: error.code, message: "the error's text and details are too large to send")
      guard let response = try? unsafe status(short, in: arena) else { return }
      _ = unsafe append(response, type: .response, streamID: streamID, flags: [], to: &outbox, messageBytesMaximum, account)
      return
    }
    if unsafe append(response, type: .response, streamID: streamID, flags: [], to: &outbox, messageBytesMaximum, account) { return }
    let short = RPCError(code: error.code, message: String(error.message.prefix(1024)))
    guard let response = try? unsafe status(short, in: arena) else { return }
    _ = unsafe append(response, type: .response, streamID: streamID, flags: [], to: &outbox, messageBytesMaximum, account)
  }

  private static func status(
    _ error: RPCError, in arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> UnsafeMutablePointer<Botd__Ttrpc__V1__Response> {
    let response = try unsafe arena.make(Botd__Ttrpc__V1__Response.self)
    unsafe botd__ttrpc__v1__response__init(response)
    let status = try unsafe arena.make(Botd__Ttrpc__V1__Status.self)
    unsafe botd__ttrpc__v1__status__init(status)
    unsafe status.pointee.code = error.code.isStandard && error.code != .ok ? error.code.rawValue : RPCStatusCode.unknown.rawValue
    unsafe status.pointee.message = try arena.string(error.message)
    if !error.details.isEmpty {
      let details = try unsafe arena.array(of: UnsafeMutablePointer<Botd__Ttrpc__V1__Any>?.self, count: error.details.count)
      for (index, detail) in error.details.enumerated() {
        let any = try unsafe arena.make(Botd__Ttrpc__V1__Any.self)
        unsafe botd__ttrpc__v1__any__init(any)
        unsafe any.pointee.type_url = try arena.string(detail.typeURL)
        unsafe any.pointee.value = try arena.bytes(detail.bytes)
        unsafe details[index] = any
      }
      unsafe status.pointee.n_details = error.details.count
      unsafe status.pointee.details = details
    }
    unsafe response.pointee.status = status
    return unsafe response
  }

  /// Reads the data of a REQUEST frame. The result lives in `arena`.
  static func request(
    _ bytes: UnsafeRawBufferPointer, in arena: borrowing ProtobufArena
  ) throws(ProtobufError) -> UnsafeMutablePointer<Botd__Ttrpc__V1__Request> {
    let message = try unsafe arena.unpack(requestDescriptor, bytes)
    return unsafe UnsafeMutableRawPointer(message).assumingMemoryBound(to: Botd__Ttrpc__V1__Request.self)
  }

  // MARK: Client side

  /// Appends a REQUEST frame. Returns false, appending nothing, when it would be larger than `messageBytesMaximum`.
  static func appendRequest(
    to outbox: inout Outbox, streamID: UInt32, flags: FrameFlags, method: RPCMethod, payload: UnsafeRawBufferPointer,
    timeoutNanoseconds: Int64, metadata: [(String, String)], messageBytesMaximum: Int
  ) -> Bool {
    let service = method.service
    let name = method.name
    var request = unsafe Botd__Ttrpc__V1__Request()
    unsafe botd__ttrpc__v1__request__init(&request)
    unsafe request.timeout_nano = timeoutNanoseconds
    unsafe request.payload = ProtobufC.field(viewing: payload)
    if metadata.isEmpty, !method.hasNUL {
      return unsafe service.withCText { serviceText in
        unsafe name.withCText { nameText in
          unsafe request.service = serviceText
          unsafe request.method = nameText
          return unsafe append(&request, type: .request, streamID: streamID, flags: flags, to: &outbox, messageBytesMaximum, nil)
        }
      }
    }
    let arena = ProtobufArena(byteLimit: messageBytesMaximum * 2, firstChunkBytes: 1024)
    do throws(ProtobufError) {
      unsafe request.service = try arena.string(service)
      unsafe request.method = try arena.string(name)
      let entries = try unsafe arena.array(of: UnsafeMutablePointer<Botd__Ttrpc__V1__KeyValue>?.self, count: metadata.count)
      for (index, (key, value)) in metadata.enumerated() {
        let entry = try unsafe arena.make(Botd__Ttrpc__V1__KeyValue.self)
        unsafe botd__ttrpc__v1__key_value__init(entry)
        unsafe entry.pointee.key = try arena.string(key)
        unsafe entry.pointee.value = try arena.string(value)
        unsafe entries[index] = entry
      }
      unsafe request.n_metadata = metadata.count
      unsafe request.metadata = entries
      return unsafe append(&request, type: .request, streamID: streamID, flags: flags, to: &outbox, messageBytesMaximum, nil)
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
      unsafe message = try arena.unpack(responseDescriptor, bytes)
    } catch {
      return .failure(RPCError(code: .internalError, message: "the server's response cannot be decoded: \(error.message)"))
    }
    let response = unsafe UnsafeMutableRawPointer(message).assumingMemoryBound(to: Botd__Ttrpc__V1__Response.self)
    if let status = unsafe response.pointee.status, unsafe status.pointee.code != 0 {
      var details: [RPCDetail] = []
      if let list = unsafe status.pointee.details {
        for index in unsafe 0..<status.pointee.n_details {
          guard let any = unsafe list[index] else { continue }
          unsafe details.append(RPCDetail(typeURL: text(any.pointee.type_url), bytes: ProtobufC.array(any.pointee.value)))
        }
      }
      let code = unsafe RPCStatusCode(rawValue: status.pointee.code)
      return unsafe .failure(RPCError(code: code, message: text(status.pointee.message), details: details))
    }
    return unsafe .success(ProtobufC.array(response.pointee.payload))
  }

  // MARK: Pieces

  static func text(_ pointer: UnsafePointer<CChar>?) -> String {
    guard let pointer = unsafe pointer else { return "" }
    return unsafe String(cString: pointer)
  }

  private static func append<Message>(
    _ message: UnsafeMutablePointer<Message>, type: FrameType, streamID: UInt32, flags: FrameFlags, to outbox: inout Outbox,
    _ messageBytesMaximum: Int, _ account: OutboxAccount?
  ) -> Bool {
    let base = unsafe UnsafePointer(UnsafeMutableRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self))
    let size = unsafe ProtobufC.packedSize(base)
    guard size <= messageBytesMaximum, let length = UInt32(exactly: size) else { return false }
    let header = FrameHeader(length: length, streamID: streamID, type: type, flags: flags)
    unsafe outbox.append(header, bodyBytes: size, account: account) { destination in
      unsafe ProtobufC.pack(base, to: destination.assumingMemoryBound(to: UInt8.self))
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
    unsafe withCString { unsafe body(UnsafeMutablePointer(mutating: $0)) }
  }
}
