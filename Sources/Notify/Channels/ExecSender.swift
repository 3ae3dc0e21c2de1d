import Foundation
import ServiceRuntime

/// A program of the person's own: the message as JSON on its standard input, no shell; exit code 0 means that it has it.
struct ExecSender: Sender {
  let words: [String]
  /// In nanoseconds; then it is killed with all that it started.
  let timeout: Int64

  func send(_ message: Message) async throws(DeliveryFailure) {
    let input = message.json(sentAt: WallClock.now()) + [10]
    let (words, timeout) = (words, timeout)
    // A thread of its own waits, so that none of the shared ones does.
    let failure = await withCheckedContinuation { (continuation: CheckedContinuation<DeliveryFailure?, Never>) in
      do throws(RuntimeError) {
        let thread = try PinnedThread(name: "notify-exec")
        thread.submit { continuation.resume(returning: ChildProcess.run(words, input: input, timeout: timeout)) }
        thread.stop()
      } catch {
        continuation.resume(returning: DeliveryFailure(error.message, isCertain: true))
      }
    }
    if let failure { throw failure }
  }
}

/// Runs a program to its end.
enum ChildProcess {
  /// Blocks; `nil` when it ended with exit code 0. Its output goes to our standard error. This process must ignore SIGPIPE
  /// (`ProcessSignals/ignoreWriteSignals()`), since not every program reads its input.
  static func run(_ words: [String], input: [UInt8], timeout: Int64) -> DeliveryFailure? {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return DeliveryFailure("cannot make a pipe: \(reason(errno))", isCertain: true) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var writing = ends[1]
    defer { if writing >= 0 { close(writing) } }
    _ = fcntl(writing, F_SETFL, O_NONBLOCK)
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, 2, 1)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setpgroup(&attributes, 0)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var pid: pid_t = 0
    let code = unsafe posix_spawn(&pid, words[0], &actions, &attributes, &arguments, environ)
    close(ends[0])
    guard code == 0 else { return DeliveryFailure("\(words[0]) cannot be started: \(reason(code))", isCertain: true) }
    let deadline = MonotonicClock.nanoseconds() + timeout
    var at = 0
    while true {
      if writing >= 0, at < input.count {
        let count = unsafe input[at...].withUnsafeBytes { unsafe write(writing, $0.baseAddress, $0.count) }
        if count > 0 { at += count }
        // Who does not read it does not want it.
        if count < 0, errno != EAGAIN, errno != EINTR { at = input.count }
      }
      if writing >= 0, at >= input.count {
        close(writing)
        writing = -1
      }
      var status: Int32 = 0
      let ended = unsafe waitpid(pid, &status, WNOHANG)
      if ended == pid { return failure(words[0], status) }
      if ended < 0, errno != EINTR { return DeliveryFailure("\(words[0]) is gone: \(reason(errno))", isCertain: false) }
      if MonotonicClock.nanoseconds() > deadline {
        // With all that it started.
        kill(-pid, SIGKILL)
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return DeliveryFailure("\(words[0]) took longer than \(timeout / 1_000_000) ms and was killed", isCertain: false)
      }
      usleep(5_000)
    }
  }

  private static func failure(_ program: String, _ status: Int32) -> DeliveryFailure? {
    if status & 0x7F != 0 { return DeliveryFailure("\(program) was ended by signal \(status & 0x7F)", isCertain: false) }
    let code = status >> 8 & 0xFF
    return code == 0 ? nil : DeliveryFailure("\(program) ended with exit code \(code)", isCertain: false)
  }

  private static func reason(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
