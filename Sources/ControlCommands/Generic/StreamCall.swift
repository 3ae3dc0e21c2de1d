import DynamicMessages
import TTRPC

/// A call in which one side or both send any number of messages.
struct StreamCall {
  let call: GenericCall
  let bodies: CallBodies
  /// Half-close after so many messages of the daemon; nil: never.
  let countMaximum: Int64?
  /// Half-close after this time; nil: never.
  let length: Duration?

  /// Prints every message of the daemon as a line of JSON. Ends when the daemon does, or was asked to.
  ///
  /// - Throws: `CommandFailure`: what the daemon refused, a connection lost, a wrong message on standard input, a daemon that does not end.
  func run() async throws {
    let requests = try await call.requests(bodies)
    let requestID = requests.compactMap(\.requestID).first
    let stream: RPCClientStream
    do throws(RPCError) { stream = try open(requests) } catch { throw call.failure(error, requestID: requestID) }
    let ending = StreamEnding(stream, isHalfClosable: call.method.clientStreams, drainMaximum: call.session.timeout)
    ControlEnvironment.current.onInterrupt { ending.begin() }
    ControlEnvironment.current.onOutputFailure { ending.begin() }
    let helpers = [bodies.continuesOnInput ? sendInput(stream, ending) : nil, length.map { ending.begin(after: $0) }].compactMap { $0 }
    defer {
      for task in helpers { task.cancel() }
      ending.stop()
    }
    do throws(RPCError) { try await read(stream, ending) } catch { throw call.failure(error, requestID: requestID) }
    if let failure = ending.failure { throw failure }
  }

  private func open(_ requests: [GenericCall.Request]) throws(RPCError) -> RPCClientStream {
    let client = call.session.client
    let method = call.transportMethod
    guard call.method.clientStreams else { return try client.serverStream(method, payload: requests.first?.bytes ?? []) }
    let stream = call.method.serverStreams ? try client.bidirectional(method) : try client.clientStream(method)
    for request in requests { try stream.send(request.bytes) }
    // Who gets one answer waits for the end of all messages.
    if !call.method.serverStreams, !bodies.continuesOnInput { stream.closeSend() }
    return stream
  }

  private func read(_ stream: RPCClientStream, _ ending: StreamEnding) async throws(RPCError) {
    var count: Int64 = 0
    do throws(RPCError) {
      while let message = try await stream.next() {
        // What comes behind the number asked for was on its way.
        if let countMaximum, count >= countMaximum { continue }
        call.output.line(try call.text(message, pretty: false))
        count += 1
        if count == countMaximum { ending.begin() }
      }
    } catch {
      guard ending.isCancelled else { throw error }
    }
  }

  /// Sends each line of standard input; its end is the half-close.
  private func sendInput(_ stream: RPCClientStream, _ ending: StreamEnding) -> Task<Void, Never> {
    let call = call
    return Task {
      var lines = InputLines()
      do throws(CommandFailure) {
        while let (line, number) = try await lines.next() {
          let source = "line \(number) of standard input"
          let request = try call.request(try CallBodies.json(line, source), source)
          try await Self.send(request, on: stream, source)
        }
        stream.closeSend()
      } catch {
        ending.fail(error)
      }
    }
  }

  /// Sends a message, as soon as there is room for it.
  private static func send(_ request: GenericCall.Request, on stream: RPCClientStream, _ source: String) async throws(CommandFailure) {
    guard request.bytes.count <= RPCClientConfiguration().messageBytesMaximum else {
      throw CommandFailure(.invalidArgument, "\(source): the message is larger than \(RPCClientConfiguration().messageBytesMaximum) bytes")
    }
    while true {
      do throws(RPCError) {
        return try stream.send(request.bytes)
      } catch {
        // The reader says why a stream has ended.
        guard error.code == .resourceExhausted, stream.isOpen else { return }
        do { try await Task.sleep(for: .milliseconds(10)) } catch { return }
      }
    }
  }
}
