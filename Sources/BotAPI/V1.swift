import CBotProto

/// Package `botd.v1`: the Swift values of every message and enum, the method constants and the typed clients, all generated from
/// `proto/botd/v1`. The names equal those of the schema, so inside a program that also uses the trading model write `V1.Order`.
public enum V1 {}

extension V1 {
  /// The `google.protobuf.FileDescriptorSet` of all files, with their comments (about 100 kB, copied on each read).
  public static var descriptorSet: [UInt8] {
    let count = botd_descriptor_set_size
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      used = unsafe botd_descriptor_set_copy(buffer.baseAddress, count)
    }
  }
}
