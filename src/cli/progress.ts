import type { PlainStream } from '../stream/plain-stream.ts'

/** Milliseconds between two looks at the counters. */
const INTERVAL = 200

const MIB = 2 ** 20

/** Counts the bytes of a stream and shows them on a terminal. */
export class Progress {
  readonly #terminal: NodeJS.WriteStream
  readonly #started = Date.now()
  readonly #timer: ReturnType<typeof setInterval>
  #received = 0
  #sent = 0

  constructor (terminal: NodeJS.WriteStream) {
    this.#terminal = terminal
    this.#timer = setInterval(() => { this.#show('') }, INTERVAL)
    this.#timer.unref()
  }

  received (bytes: number): void {
    this.#received += bytes
  }

  sent (bytes: number): void {
    this.#sent += bytes
  }

  /** Shows the last state and leaves it there. */
  end (): void {
    clearInterval(this.#timer)
    this.#show('\n')
  }

  #show (end: string): void {
    const seconds = (Date.now() - this.#started) / 1000
    const rate = (this.#received + this.#sent) / MIB / seconds

    this.#terminal.write(`\r\u001b[K${mib(this.#sent)} MiB out, ${mib(this.#received)} MiB in, ${rate.toFixed(1)} MiB/s, ${seconds.toFixed(0)} s${end}`)
  }
}

/** A progress display where one was asked for and somebody can see it. */
export function progressOn (terminal: NodeJS.WriteStream, wanted: boolean, stream: PlainStream): Progress | undefined {
  if (!wanted || !terminal.isTTY) {
    return undefined
  }

  const progress = new Progress(terminal)
  stream.once('close', () => { progress.end() })

  return progress
}

function mib (bytes: number): string {
  return (bytes / MIB).toFixed(1)
}
