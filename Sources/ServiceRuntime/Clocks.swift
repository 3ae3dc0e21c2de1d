#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
public import Time

/// The wall clock. Wall time is data (it stamps events); timers use ``MonotonicClock``. This file is the only reader of clocks.
public enum WallClock {
  /// Now, in nanoseconds since the Unix epoch. About 25 ns.
  public static func now() -> Timestamp {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }
}

/// The clock that only moves forward; its origin is arbitrary, so its values are not ``Timestamp``s.
public enum MonotonicClock {
  /// Nanoseconds since an arbitrary origin. About 25 ns.
  public static func nanoseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
