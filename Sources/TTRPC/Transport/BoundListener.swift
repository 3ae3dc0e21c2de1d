internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// A listening socket and what must be undone when it closes.
struct BoundListener: Sendable {
  let address: RPCAddress
  private let channel: any Channel
  private let socketFile: UnixSocketFile?

  func close() async {
    try? await channel.close().get()
    socketFile?.remove()
  }

  /// Binds and listens.
  static func bind(
    _ listener: RPCListener, shared: ServerShared, group: any EventLoopGroup
  ) async throws(RPCError) -> BoundListener {
    let tls = try listener.tls.map { tls throws(RPCError) in try TLSSetup.server(tls) }
    switch listener.address {
    case .unix(let path):
      guard listener.tls == nil else { throw RPCError(code: .invalidArgument, message: "TLS is for TCP, not for \(listener.address)") }
      let file = try UnixSocketFile.bind(path: path, isShared: listener.isShared)
      do {
        let channel = try await bootstrap(shared: shared, group: group, isUnix: true, tls: nil).withBoundSocket(file.descriptor).get()
        return BoundListener(address: listener.address, channel: channel, socketFile: file)
      } catch {
        file.abandon()
        throw RPCError(code: .unavailable, message: "cannot listen on \(listener.address): \(error)")
      }
    case .tcp(let host, _):
      let socketAddress = try listener.address.resolve()
      guard tls != nil || socketAddress.isLoopback else {
        throw RPCError(
          code: .invalidArgument,
          message:
            "\(listener.address) is not loopback: plaintext is refused there; give it a certificate and a key, or listen on 127.0.0.1")
      }
      do {
        let channel = try await bootstrap(shared: shared, group: group, isUnix: false, tls: tls)
          .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
          .bind(to: socketAddress).get()
        let port = channel.localAddress?.port ?? 0
        return BoundListener(address: .tcp(host: host, port: port), channel: channel, socketFile: nil)
      } catch {
        throw RPCError(code: .unavailable, message: "cannot listen on \(listener.address): \(error)")
      }
    }
  }

  private static func bootstrap(shared: ServerShared, group: any EventLoopGroup, isUnix: Bool, tls: NIOSSLContext?) -> ServerBootstrap {
    ServerBootstrap(group: group)
      .serverChannelOption(ChannelOptions.backlog, value: 256)
      // TLS has no half-closed connections: its handler ends them.
      .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: tls == nil)
      .childChannelOption(ChannelOptions.maxMessagesPerRead, value: 8)
      .childChannelOption(
        ChannelOptions.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2048, initial: 8192, maximum: 65536)
      )
      .childChannelInitializer { channel in accept(channel, shared: shared, isUnix: isUnix, tls: tls) }
  }

  private static func accept(
    _ channel: any Channel, shared: ServerShared, isUnix: Bool, tls: NIOSSLContext?
  ) -> EventLoopFuture<Void> {
    if isUnix {
      return PeerCredentials.of(channel).and(PeerCredentials.groups(of: channel)).flatMap { peer, groups in
        admit(channel, peer: .unix(uid: peer.uid, gid: peer.gid, pid: peer.pid), groups: groups, shared: shared, tls: nil)
      }
    }
    let address = channel.remoteAddress?.ipAddress ?? "unknown"
    return TCPOptions.apply(to: channel).flatMap {
      admit(channel, peer: .tcp(address: address, tlsCertificateSubject: nil), shared: shared, tls: tls)
    }
  }

  private static func admit(
    _ channel: any Channel, peer: RPCPeer, groups: [UInt32] = [], shared: ServerShared, tls: NIOSSLContext?
  ) -> EventLoopFuture<Void> {
    let connection = RPCConnection(id: shared.makeConnectionID(), peer: peer, groups: groups, channel: channel)
    let core = ServerConnectionCore(connection: connection, channel: channel, shared: shared)
    let mode: ServerConnectionHandler.Mode
    let isRefused: Bool
    switch shared.admit(core) {
    case .serve: (mode, isRefused) = (.serving, false)
    case .refuse(let error): (mode, isRefused) = (.refusing(error), true)
    case .drop: return channel.eventLoop.makeFailedFuture(ChannelError.inappropriateOperationForState)
    }
    channel.closeFuture.whenComplete { _ in
      core.close()
      shared.release(core)
      if !isRefused { shared.hooks.onClose?(connection) }
    }
    return channel.eventLoop.makeCompletedFuture {
      if let tls {
        try channel.pipeline.syncOperations.addHandler(SocketEnd())
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
      }
      try channel.pipeline.syncOperations.addHandler(ServerConnectionHandler(core: core, mode: mode, isTLS: tls != nil))
    }
  }
}

/// Sits beneath TLS and closes the socket without waiting for the peer's farewell, for which TLS allows five seconds.
final class SocketEnd: ChannelOutboundHandler {
  typealias OutboundIn = ByteBuffer

  private var context: ChannelHandlerContext?

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  /// Closes the socket. Loop only.
  func close() { context?.close(promise: nil) }
}

/// What every TCP connection of ours has: no Nagle delay, and a dead peer noticed within about a minute.
enum TCPOptions {
  static func apply(to channel: any Channel) -> EventLoopFuture<Void> {
    let options: [(NIOBSDSocket.OptionLevel, CInt, Int)] = [
      (.tcp, TCP_NODELAY, 1), (.socket, SO_KEEPALIVE, 1), (.tcp, TCP_KEEPIDLE, 20), (.tcp, TCP_KEEPINTVL, 10), (.tcp, TCP_KEEPCNT, 3),
      (.tcp, TCP_USER_TIMEOUT, 30_000),
    ]
    let results = options.map { level, name, value in
      channel.setOption(ChannelOptions.Types.SocketOption(level: level, name: NIOBSDSocket.Option(rawValue: name)), value: value)
    }
    return EventLoopFuture.andAllSucceed(results, on: channel.eventLoop)
  }
}
