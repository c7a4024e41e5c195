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
  readonly #neighbours = new Map<NodeJS.EventEmitter, Neighbour>()
  readonly #events: NeighbourEvents
  #closed = false

  constructor (events: NeighbourEvents) {
    this.#events = events
  }

  addSource (source: NodeJS.ReadableStream): void {
    this.#add(source).source = source as Source
  }

  addSink (sink: NodeJS.WritableStream): void {
    this.#add(sink).sink = sink as Sink
  }

  removeSource (source: NodeJS.ReadableStream): void {
    this.#remove(source, 'source')
  }

  removeSink (sink: NodeJS.WritableStream): void {
    this.#remove(sink, 'sink')
  }

  /** Closes all: sinks when they have sent what they were given, sources at once. */
  close (): void {
    this.#closed = true

    for (const { source, sink } of this.#neighbours.values()) {
      if (sink != null) {
        closeSoon(sink)
      } else if (source !== process.stdin) {
        source?.destroy?.()
      }
    }
  }

  #add (stream: NodeJS.EventEmitter): Neighbour {
    const neighbour = this.#neighbours.get(stream) ?? new Neighbour(stream, this.#events)
    this.#neighbours.set(stream, neighbour)

    return neighbour
  }

  // what is being closed is watched to its end: its errors are nobody's now
  #remove (stream: NodeJS.EventEmitter, role: 'source' | 'sink'): void {
    const neighbour = this.#neighbours.get(stream)

    if (neighbour == null || this.#closed) {
      return
    }

    neighbour[role] = undefined

    if (neighbour.source == null && neighbour.sink == null) {
      neighbour.unwatch()
      this.#neighbours.delete(stream)
    }
  }
}

/** One stream, with one listener for each event: a socket has not many to spare. */
class Neighbour {
  source?: Source
  sink?: Sink

  readonly #stream: NodeJS.EventEmitter
  readonly #events: NeighbourEvents
  #cause?: Error

  constructor (stream: NodeJS.EventEmitter, events: NeighbourEvents) {
    this.#stream = stream
    this.#events = events

    stream.on('error', this.#onError)
    stream.on('finish', this.#onFinish)
    stream.on('close', this.#onClose)
  }

  unwatch (): void {
    this.#stream.removeListener('error', this.#onError)
    this.#stream.removeListener('finish', this.#onFinish)
    this.#stream.removeListener('close', this.#onClose)
  }

  readonly #onError = (err: Error): void => {
    this.#cause ??= err
  }

  readonly #onFinish = (): void => {
    if (this.sink != null) {
      this.#events.onSinkClose(this.#cause)
    }
  }

  readonly #onClose = (): void => {
    this.unwatch()

    if (this.source != null) {
      this.#events.onSourceClose(this.#cause)
    }

    this.#onFinish()
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
