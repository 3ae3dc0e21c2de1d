import Foundation
import TTRPC

/// The access token of a TCP connection.
enum Token {
  /// Longest token accepted, in bytes.
  private static let bytesMaximum = 4096

  /// From `--token-file`, else `BOTD_TOKEN`, else none. It is never printed.
  static func read(_ options: DaemonOptions) throws(RPCError) -> String? {
    guard let path = options.tokenFile else {
      let token = ControlEnvironment.current.variables["BOTD_TOKEN"] ?? ""
      return token.isEmpty ? nil : token
    }
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: bytesMaximum)
    else {
      throw RPCError(code: .invalidArgument, message: "the token file \(path) cannot be read")
    }
    let token = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
    guard !token.isEmpty else {
      throw RPCError(code: .invalidArgument, message: "the token file \(path) is empty")
    }
    return token
  }
}
