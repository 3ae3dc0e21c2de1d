internal import Glibc
internal import NIOCore

/// The kernel's word on who connected to a Unix socket: effective ids at connect time, as `SO_PEERCRED` reports them.
struct PeerCredentials: Sendable, Equatable {
  var pid: Int32
  var uid: UInt32
  var gid: UInt32

  static var ownUserID: UInt32 { geteuid() }

  /// Asks the kernel about `channel`'s peer; nil when it does not know. Loop only.
  static func of(_ channel: any Channel) -> EventLoopFuture<PeerCredentials> {
    guard let provider = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(RPCError(code: .permissionDenied, message: "the peer's credentials are unknown"))
    }
    return provider.unsafeGetSocketOption(level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
  }
}
