import { CLOSE_TIMEOUT } from '../constants.ts'
import type { Readable, Writable } from 'node:stream'

// what a stream may have that is piped to or from; `through` of 0.2's time has not all of it
type Sink = NodeJS.WritableStream & Partial<Writable>
type Source = NodeJS.ReadableStream & Partial<Readable>

/**
 * The streams that one stream is piped to and from. The pipes of 0.2's time
 * closed them when the stream between closed; those of Node today do not, and
 * a failed connection would leave its socket open.
 */
export class Neighbours {
  readonly sinks = new Set<NodeJS.WritableStream>()
  readonly sources = new Set<NodeJS.ReadableStream>()

  /** @param sink all of them if left out, as `unpipe()` has it */
  removeSink (sink?: NodeJS.WritableStream): void {
    if (sink == null) {
      this.sinks.clear()
    } else {
      this.sinks.delete(sink)
    }
  }

  /** Closes all: sinks when they have sent what they were given, sources at once. */
  close (): void {
    for (const source of this.sources as Set<Source>) {
      // a socket is both
      if (!this.sinks.has(source as unknown as Sink) && source !== process.stdin) {
        source.destroy?.()
      }
    }

    for (const sink of this.sinks as Set<Sink>) {
      closeSoon(sink)
    }

    this.sinks.clear()
    this.sources.clear()
  }
}

function closeSoon (sink: Sink): void {
  if (sink === process.stdout || sink === process.stderr || sink.destroyed === true) {
    return
  }

  const destroy = (): void => { sink.destroy?.() }

  // an old stream, which has nothing to finish
  if (sink.writableFinished == null) {
    destroy()
    return
  }

  const timer = setTimeout(destroy, CLOSE_TIMEOUT)

  sink.once('close', () => { clearTimeout(timer) })
  sink.once('finish', destroy)
  sink.end()
}
