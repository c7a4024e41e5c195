import { CLOSE_TIMEOUT } from '../constants.ts'
import type { Readable, Writable } from 'node:stream'

// what a stream may have that is piped to or from; those of 0.2's time have not all of it
type Sink = NodeJS.WritableStream & Partial<Writable>
type Source = NodeJS.ReadableStream & Partial<Readable>

/** What the neighbours of a stream tell it; `cause` is the error that they emitted. */
export interface NeighbourEvents {
  /** A stream that it is piped from has closed, maybe after its end. */
  onSourceClose (cause?: Error): void

  /** A stream that it is piped to takes nothing more. */
  onSinkClose (cause?: Error): void
}

/**
 * The streams that one stream is piped to and from. The pipes of 0.2's time
 * closed them when the stream between closed; those of Node today do not, and
 * a failed connection would leave its socket open. An error of theirs is an
 * error of the connection, which ends no process either.
 */
export class Neighbours {
  readonly #sources = new Map<Source, () => void>()
  readonly #sinks = new Map<Sink, () => void>()
  readonly #events: NeighbourEvents
  #closed = false

  constructor (events: NeighbourEvents) {
    this.#events = events
  }

  addSource (source: NodeJS.ReadableStream): void {
    this.#sources.set(source as Source, watch(source, ['close'], cause => { this.#events.onSourceClose(cause) }))
  }

  addSink (sink: NodeJS.WritableStream): void {
    this.#sinks.set(sink as Sink, watch(sink, ['close', 'finish'], cause => { this.#events.onSinkClose(cause) }))
  }

  removeSource (source: NodeJS.ReadableStream): void {
    this.#remove(this.#sources, source as Source)
  }

  removeSink (sink: NodeJS.WritableStream): void {
    this.#remove(this.#sinks, sink as Sink)
  }

  /** Closes all: sinks when they have sent what they were given, sources at once. */
  close (): void {
    this.#closed = true

    for (const source of this.#sources.keys()) {
      // a socket is both
      if (!this.#sinks.has(source as unknown as Sink) && source !== process.stdin) {
        source.destroy?.()
      }
    }

    for (const sink of this.#sinks.keys()) {
      closeSoon(sink)
    }
  }

  // what is being closed is watched to its end: its errors are nobody's now
  #remove<T> (streams: Map<T, () => void>, stream: T): void {
    if (!this.#closed) {
      streams.get(stream)?.()
      streams.delete(stream)
    }
  }
}

/** @returns what stops watching */
function watch (stream: NodeJS.EventEmitter, events: string[], onClose: (cause?: Error) => void): () => void {
  let cause: Error | undefined

  const onError = (err: Error): void => { cause ??= err }
  const onEvent = (): void => { onClose(cause) }
  const unwatch = (): void => {
    stream.removeListener('error', onError)
    stream.removeListener('close', unwatch)
    events.forEach(event => { stream.removeListener(event, onEvent) })
  }

  stream.on('error', onError)
  events.forEach(event => { stream.on(event, onEvent) })
  stream.on('close', unwatch)

  return unwatch
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
