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

  /// `SO_PEERGROUPS` of Linux 4.13 and newer.
  private static let peerGroups: CInt = 59
  /// Supplementary groups of `channel`'s peer when it connected; none where the kernel does not say, and for
  /// a process with more than 1,024. Zeros are what the kernel did not fill.
  /// Loop only.
  static func groups(of channel: any Channel) -> EventLoopFuture<[UInt32]> {
    guard let provider = channel as? any SocketOptionProvider else { return channel.eventLoop.makeSucceededFuture([]) }
    let option = NIOBSDSocket.Option(rawValue: peerGroups)
    let read: EventLoopFuture<InlineArray<1_024, UInt32>> = provider.unsafeGetSocketOption(level: .socket, name: option)
    return read.map { all in
      var groups: [UInt32] = []
      for index in all.indices where all[index] != 0 { groups.append(all[index]) }
      return groups
    }.recover { _ in [] }
  }
}
