import { HandshakeTimeoutError } from '../errors.ts'

/** Ends a handshake when time is up, when its caller aborts, or when its carrier fails. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #caller?: AbortSignal
  readonly #timer: ReturnType<typeof setTimeout>
  readonly #onFail: (err: Error) => void

  /**
   * @param timeout - milliseconds
   * @param caller - the caller's signal
   * @param onFail - called once, with the error that the handshake has to end with
   */
  constructor (timeout: number, caller: AbortSignal | undefined, onFail: (err: Error) => void) {
    this.#caller = caller
    this.#onFail = onFail
    this.#timer = setTimeout(() => { this.fail(new HandshakeTimeoutError(timeout)) }, timeout)
    caller?.addEventListener('abort', this.#onAbort)

    if (caller?.aborted === true) {
      this.#onAbort()
    }
  }

  /** Aborted with that error as its reason. */
  get signal (): AbortSignal {
    return this.#controller.signal
  }

  fail (err: Error): void {
    if (!this.signal.aborted) {
      this.#controller.abort(err)
      this.#onFail(err)
    }
  }

  /** Leaves no timer and no listener behind. */
  clear (): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => {
    this.fail(this.#caller?.reason)
  }
}
