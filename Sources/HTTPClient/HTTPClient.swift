import CCurl
import ServiceRuntime

/// An HTTP/1.1 client over one libcurl multi handle that lives on a thread of its own.
///
/// Connections are kept alive and reused. Nothing is ever repeated or redirected: libcurl's own habit of re-sending a request when a reused
/// connection dies is caught before the second copy is written (such a request ends as `connectionLost`). TLS certificates and host
/// names are always checked. Proxies named by the environment are not used.
public final class HTTPClient: Sendable {
  /// The client's bounds.
  public struct Limits: Hashable, Sendable {
    /// Requests under way or waiting; more are refused with `tooManyRequests`.
    public var requestsMaximum: Int
    /// The largest body of an answer, in bytes.
    public var bodySizeBytesMaximum: Int
    /// The time for name resolution, TCP and TLS together, in milliseconds.
    public var connectTimeoutMilliseconds: Int
    /// Connections to one host; requests beyond wait for one.
    public var connectionsPerHostMaximum: Int
    /// A PEM file of authorities to trust instead of the system's.
    public var authorityFile: String?

    public init(
      requestsMaximum: Int = 256, bodySizeBytesMaximum: Int = 64 << 20, connectTimeoutMilliseconds: Int = 5_000,
      connectionsPerHostMaximum: Int = 8, authorityFile: String? = nil
    ) {
      self.requestsMaximum = requestsMaximum
      self.bodySizeBytesMaximum = bodySizeBytesMaximum
      self.connectTimeoutMilliseconds = connectTimeoutMilliseconds
      self.connectionsPerHostMaximum = connectionsPerHostMaximum
      self.authorityFile = authorityFile
    }
  }

  public typealias Completion = @Sendable (Result<HTTPResponse, HTTPError>) -> Void

  private let engine: TransferEngine
  private let thread: PinnedThread

  /// Starts the client's thread.
  ///
  /// - Throws: ``HTTPError`` with code `invalidRequest` when libcurl or the system refuses.
  public init(limits: Limits = Limits(), threadName: String = "http") throws(HTTPError) {
    do {
      thread = try PinnedThread(name: threadName)
    } catch {
      throw HTTPError(.invalidRequest, error.message, mayHaveBeenSent: false)
    }
    engine = try TransferEngine(limits: limits)
    let engine = engine
    thread.submit { engine.run() }
  }

  /// Sends a request; `completion` is called once, on the client's thread, and must not block.
  public func send(_ request: HTTPRequest, completion: @escaping Completion) {
    engine.enqueue(PendingRequest(request: request, completion: completion))
  }

  /// Ends every request under way with `shutDown` and then the thread.
  public func shutDown() {
    engine.stop()
    thread.stop()
  }

  /// Waits until the thread has ended after ``shutDown()``; must not be called on it.
  public func join() { thread.join() }
}

struct PendingRequest: Sendable {
  var request: HTTPRequest
  var completion: HTTPClient.Completion
}
