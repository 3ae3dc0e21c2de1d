import Foundation

/// A TCP proxy between a client and a server on 127.0.0.1 that does to the bytes what a bad network does. Every connection has two threads.
///
/// ```swift
/// let proxy = try FaultyProxy(target: simulator.port)
/// proxy.faults.toClient.cutAfter = 120   // the connection ends within an answer
/// proxy.faults.endsByReset = true
/// ```
public final class FaultyProxy: @unchecked Sendable {
  /// What happens to one direction.
  public struct Direction: Equatable, Sendable {
    /// The connection ends once so many of its bytes have passed.
    public var cutAfter: Int?
    /// Bytes per segment; `nil`: as they come.
    public var segmentBytes: Int?
    /// Between two segments.
    public var segmentPauseMilliseconds = 0
    /// Before each piece goes on.
    public var delayMilliseconds = 0
    /// Bytes are taken and thrown away.
    public var isDead = false
  }

  public struct Faults: Equatable, Sendable {
    public var toServer = Direction()
    public var toClient = Direction()
    /// How a connection ends that is cut: by RST, else by FIN.
    public var endsByReset = false
    /// New connections are accepted, and that is all that ever happens.
    public var ignoresNew = false

    public init() {}

    /// Takes everything, answers nothing, never ends.
    public static var blackHole: Faults {
      var faults = Faults()
      faults.toServer.isDead = true
      faults.toClient.isDead = true
      return faults
    }
  }

  private final class Connection: @unchecked Sendable {
    let client: Int32
    let server: Int32
    var isOpen = true
    var running = 2

    init(client: Int32, server: Int32) {
      self.client = client
      self.server = server
    }
  }

  /// Where clients connect to.
  public let port: Int
  private let target: Int
  private let listener: Int32
  private let lock = NSLock()
  private var settings = Faults()
  private var connections: [Connection] = []
  private var ignored: [Int32] = []
  private var isClosed = false
  private var accepted = 0

  /// - Parameter target: the server's port on 127.0.0.1.
  public init(target: Int) throws {
    self.target = target
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    self.listener = listener
    guard listener >= 0 else { throw TestFailure("cannot make a socket: errno \(errno)") }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var address = Self.address(0)
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> Int32 in
        let result = unsafe bind(listener, generic, length)
        return unsafe result == 0 ? getsockname(listener, generic, &length) : result
      }
    }
    guard bound == 0, listen(listener, 64) == 0 else { throw TestFailure("the proxy cannot listen: errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Self.thread { [weak self, listener] in
      while true {
        let client = accept(listener, nil, nil)
        if client < 0, errno == EINTR { continue }
        guard client >= 0, let self else {
          if client >= 0 { Foundation.close(client) }
          Foundation.close(listener)
          return
        }
        take(client)
      }
    }
  }

  deinit { close() }

  /// What happens from now on, to open connections too.
  public var faults: Faults {
    get { lock.withLock { settings } }
    set { lock.withLock { settings = newValue } }
  }

  /// Connections that were accepted so far.
  public var connectionCount: Int { lock.withLock { accepted } }

  /// Ends every open connection: by RST, else by FIN.
  public func dropAll(byReset: Bool = false) {
    let open = lock.withLock { connections }
    for connection in open { end(connection, byReset: byReset) }
  }

  /// Ends every connection and takes no new ones.
  public func close() {
    // Once: afterwards the number of the descriptor may be somebody else's.
    let unanswered = lock.withLock { () -> [Int32]? in
      guard !isClosed else { return nil }
      isClosed = true
      defer { ignored = [] }
      return ignored
    }
    guard let unanswered else { return }
    shutdown(listener, Int32(SHUT_RDWR))
    for descriptor in unanswered { Foundation.close(descriptor) }
    dropAll()
  }

  // MARK: Connections

  private func take(_ client: Int32) {
    let isRefused = lock.withLock { () -> Bool in
      accepted += 1
      if settings.ignoresNew, !isClosed { ignored.append(client) }
      return isClosed
    }
    guard !isRefused, !lock.withLock({ ignored.contains(client) }) else {
      if isRefused { Foundation.close(client) }
      return
    }
    guard let server = try? TCPSocket.connectDescriptor(port: target) else {
      Foundation.close(client)
      return
    }
    for descriptor in [client, server] {
      var on: Int32 = 1
      unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
    let connection = Connection(client: client, server: server)
    lock.withLock { connections.append(connection) }
    Self.thread { self.pump(connection, from: client, to: server, \.toServer) }
    Self.thread { self.pump(connection, from: server, to: client, \.toClient) }
  }

  private func pump(_ connection: Connection, from source: Int32, to sink: Int32, _ side: KeyPath<Faults, Direction>) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var passed = 0
    reading: while true {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(source, $0.baseAddress, $0.count, 0) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        // The end of one direction passes on, unless it is dead: who does not hear that, waits.
        if !faults[keyPath: side].isDead { shutdown(sink, Int32(SHUT_WR)) }
        break
      }
      var at = 0
      Self.pause(faults[keyPath: side].delayMilliseconds)
      while at < count {
        let now = faults
        let direction = now[keyPath: side]
        if direction.isDead { continue reading }
        var size = min(direction.segmentBytes ?? count, count - at)
        if let cut = direction.cutAfter { size = min(size, cut - passed) }
        if size > 0 {
          guard Self.send(Array(buffer[at..<(at + size)]), to: sink) else { break reading }
          at += size
          passed += size
        }
        if let cut = direction.cutAfter, passed >= cut {
          end(connection, byReset: now.endsByReset)
          break reading
        }
        if at < count { Self.pause(direction.segmentPauseMilliseconds) }
      }
    }
    finish(connection)
  }

  /// Ends both sides; the descriptors stay until both threads are done.
  private func end(_ connection: Connection, byReset: Bool) {
    lock.withLock {
      guard connection.isOpen, connection.running > 0 else { return }
      connection.isOpen = false
      for descriptor in [connection.client, connection.server] {
        if byReset { Self.reset(descriptor) }
        shutdown(descriptor, Int32(SHUT_RDWR))
      }
    }
  }

  /// Connecting a socket to nothing breaks its connection with RST, and the threads that read it wake up.
  private static func reset(_ descriptor: Int32) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    var nothing = sockaddr()
    nothing.sa_family = sa_family_t(AF_UNSPEC)
    _ = unsafe connect(descriptor, &nothing, socklen_t(MemoryLayout<sockaddr>.size))
  }

  private func finish(_ connection: Connection) {
    lock.withLock {
      connection.running -= 1
      guard connection.running == 0 else { return }
      connections.removeAll { $0 === connection }
      Foundation.close(connection.client)
      Foundation.close(connection.server)
    }
  }

  // MARK: Sockets

  private static func thread(_ body: @escaping @Sendable () -> Void) { Thread.detachNewThread(body) }

  private static func pause(_ milliseconds: Int) {
    if milliseconds > 0 { _ = poll(nil, 0, Int32(milliseconds)) }
  }

  private static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var at = 0
    while at < bytes.count {
      let count = unsafe bytes[at...].withUnsafeBytes {
        unsafe Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      at += count
    }
    return true
  }

  static func address(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(clamping: port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
