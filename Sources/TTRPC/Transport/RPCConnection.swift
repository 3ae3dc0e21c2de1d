internal import NIOCore
internal import Synchronization

/// Who is at the other end of a connection, as the system (not the peer) tells it.
public enum RPCPeer: Sendable, Hashable, CustomStringConvertible {
  /// A process on this machine: effective user, group and process id when it connected.
  case unix(uid: UInt32, gid: UInt32, pid: Int32)
  /// A TCP peer, and the subject of its verified client certificate if it showed one.
  case tcp(address: String, tlsCertificateSubject: String?)

  public var description: String {
    switch self {
    case .unix(let uid, _, let pid): "uid \(uid) pid \(pid)"
    case .tcp(let address, let subject): subject.map { "\(address) (\($0))" } ?? address
    }
  }
}

/// What a connection has proved to be: a name and a role, set by the user of this module (for instance by its Login method).
public struct RPCIdentity: Sendable, Hashable {
  public var name: String
  /// The user's own role number.
  public var role: Int

  public init(name: String, role: Int) {
    self.name = name
    self.role = role
  }
}

/// One accepted connection. Access rights belong to it, not to a call: stock streams carry no metadata.
public final class RPCConnection: Sendable {
  /// Unique in this server, from 1.
  public let id: UInt64
  private struct State {
    var peer: RPCPeer
    var identity: RPCIdentity?
    var certificateName: String?
  }

  private let state: StateMutex<State>
  private let open = Atomic<Bool>(true)
  private let channel: any Channel

  /// Supplementary groups of the process at the other end of a unix socket when it connected, as the kernel tells them; group 0 is never
  /// among them.
  public let peerGroups: [UInt32]

  init(id: UInt64, peer: RPCPeer, groups: [UInt32], channel: any Channel) {
    self.id = id
    peerGroups = groups
    self.state = StateMutex(State(peer: peer))
    self.channel = channel
  }

  /// The peer. Over TLS the certificate's subject is known before the first call.
  public internal(set) var peer: RPCPeer {
    get { state.withLock { $0.peer } }
    set { state.withLock { $0.peer = newValue } }
  }

  /// The common name of the verified client certificate; nil without one, and when it names none or several.
  public internal(set) var certificateName: String? {
    get { state.withLock { $0.certificateName } }
    set { state.withLock { $0.certificateName = newValue } }
  }

  /// The identity bound to the connection; nil until somebody sets it. Safe from any thread.
  public var identity: RPCIdentity? {
    get { state.withLock { $0.identity } }
    set { state.withLock { $0.identity = newValue } }
  }

  /// False once the connection is closed.
  public var isOpen: Bool { open.load(ordering: .acquiring) }

  /// Closes the connection at once; running calls are cancelled.
  public func close() { channel.close(mode: .all, promise: nil) }

  /// Closes the connection when the frames at hand are answered, so that the peer reads why.
  public func closeSoon() { channel.eventLoop.execute { self.close() } }

  func markClosed() { open.store(false, ordering: .releasing) }
}
