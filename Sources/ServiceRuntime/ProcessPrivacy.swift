import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Keeps what a process knows from other processes of the same user: no core dump, no reading of its memory, no secret in what
/// `/proc/PID/environ` shows.
///
/// Afterwards the kernel lets only root look at `/proc/PID/{environ,mem,maps,fd}`; `status`, `stat` and `cmdline` stay readable.
public enum ProcessPrivacy {
  /// Before the first secret is read. What the system refuses is answered in words, since the process can go on all the same.
  public static func enter() -> [String] {
    var problems: [String] = []
    let code = clinux_set_dumpable(0)
    if code != 0 { problems.append("this process can be read by others of its user (prctl: \(RuntimeError.systemMessage(code)))") }
    let limit = clinux_forbid_core_dumps()
    if limit != 0 { problems.append("a crash may write a core dump (setrlimit: \(RuntimeError.systemMessage(limit)))") }
    return problems
  }

  /// Overwrites the values of these variables where the kernel put them, which is what `/proc/PID/environ` shows; they are empty
  /// afterwards, for this process and for those it starts. Before other threads read the environment. Copies that were made of a value are
  /// their owners' to forget.
  public static func forgetEnvironment(_ names: [String]) {
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let length = unsafe strlen(text)
      for name in names {
        let count = name.utf8.count
        guard length > count, unsafe strncmp(text, name, count) == 0, unsafe text[count] == 61 else { continue }
        unsafe explicit_bzero(text + count + 1, length - count - 1)
      }
      unsafe entry += 1
    }
  }
}
