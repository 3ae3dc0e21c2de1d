import BotAPI
import DynamicMessages
import TTRPC

extension Session {
  /// The schema of the daemon's interface, as the daemon gives it.
  ///
  /// - Throws: `CommandFailure`; code 1 when it is not one.
  func schema() async throws -> Schema {
    let bytes: [UInt8]
    do throws(RPCError) {
      bytes = try await system.getDescriptors(timeout: timeout).fileDescriptorSet
    } catch {
      throw CommandFailure(error, address: address)
    }
    do throws(DynamicMessageError) {
      return try Schema(fileDescriptorSet: bytes)
    } catch {
      throw CommandFailure(.failure, "the schema that botd at \(address) gives cannot be read: \(error)")
    }
  }
}
