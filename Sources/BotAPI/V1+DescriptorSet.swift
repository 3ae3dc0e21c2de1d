import CBotProto

extension V1 {
  /// The `google.protobuf.FileDescriptorSet` of all files, with their comments (about 100 kB, copied on each read).
  public static var descriptorSet: [UInt8] {
    let count = botd_descriptor_set_size
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      used = unsafe botd_descriptor_set_copy(buffer.baseAddress, count)
    }
  }
}
