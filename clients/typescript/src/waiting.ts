/** Longest time that a timer takes, in ms: about 24 days. */
const maximumMs = 0x7fff_ffff;

/**
 * The same number of ms.
 *
 * @param name what it is, for the error.
 * @throws RangeError when it is not from `leastMs` to 2147483647.
 */
export function duration(name: string, milliseconds: number, leastMs = 1): number {
  if (milliseconds >= leastMs && milliseconds <= maximumMs) return milliseconds;
  throw new RangeError(`${name} is ${milliseconds}; it must be from ${leastMs} to ${maximumMs} ms`);
}

/** The interval of heartbeats, in ms: 10000 when left out. */
export function heartbeatInterval(milliseconds: number | undefined): number {
  // The daemon beats every 100 ms at most; three intervals must fit a timer.
  return duration("heartbeatMs", Math.ceil(milliseconds ?? 10_000), 100);
}

/**
 * What `promise` gives, unless time or signal end the wait first; the promise itself goes on.
 *
 * @param expired the error when `milliseconds` are over; called then only.
 */
export function within<T>(
  promise: Promise<T>,
  milliseconds: number | undefined,
  signal: AbortSignal | undefined,
  expired: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => finish(() => reject(signal?.reason));
    const timer = milliseconds === undefined ? undefined : setTimeout(() => finish(() => reject(expired())), Math.max(0, milliseconds));
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      settle();
    };
    signal?.addEventListener("abort", aborted, { once: true });
    if (signal?.aborted) aborted();
    promise.then(
      (value) => finish(() => resolve(value)),
      (error) => finish(() => reject(error)),
    );
  });
}

/** Waits so many ms; rejects with the signal's reason when that comes first. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const aborted = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

/** Bounds of the wait between attempts. */
export interface BackoffSettings {
  /** Wait after the first failure, in ms. 100 when left out. */
  firstMs?: number;
  /** Longest wait, in ms. 5000 when left out. */
  maximumMs?: number;
}

/** Waits that double from attempt to attempt, each shortened by a random part of up to a half. */
export class Backoff {
  readonly #first: number;
  readonly #maximum: number;
  #next: number;

  constructor(settings: BackoffSettings = {}) {
    this.#first = settings.firstMs ?? 100;
    this.#maximum = settings.maximumMs ?? 5_000;
    this.#next = this.#first;
  }

  /** How long to wait now, in ms. */
  next(): number {
    const wait = this.#next * (0.5 + Math.random() / 2);
    this.#next = Math.min(this.#maximum, this.#next * 2);
    return wait;
  }

  /** An attempt succeeded. */
  reset(): void {
    this.#next = this.#first;
  }
}
