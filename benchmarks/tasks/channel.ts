/**
 * A byte stream between two processes, with or without libp2p in it.
 */

import type { Stream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface ChannelHandlers {
  data (data: Uint8Array | Uint8ArrayList): void
  end (): void
  error (err: Error): void
}

export interface Channel {
  /** Returns false when the caller should wait for `drained()` */
  send (data: Uint8Array): boolean

  /** Resolves with the next `drain` event, rejects if none can come any more */
  drained (): Promise<void>

  /** End the sending side once everything is written */
  end (): Promise<void>

  /** To be called in the turn in which the channel was handed over */
  handle (handlers: ChannelHandlers): void
}

/** Opens and accepts channels of one subject */
export interface Endpoint {
  /** Where a listener can be reached */
  address?: string

  open (): Promise<Channel>

  /** Called with each channel the other side opened */
  accept?(channel: Channel): void
}

export class StreamChannel implements Channel {
  readonly #stream: Stream
  #drain?: PromiseWithResolvers<void>

  constructor (stream: Stream) {
    this.#stream = stream

    stream.addEventListener('drain', () => {
      this.#drain?.resolve()
      this.#drain = undefined
    })
    stream.addEventListener('close', evt => {
      this.#drain?.reject(evt.error ?? new Error('stream closed before it drained'))
    })
  }

  send (data: Uint8Array): boolean {
    return this.#stream.send(data)
  }

  // not onDrain(): it resolves at once from its second use on
  async drained (): Promise<void> {
    this.#drain ??= Promise.withResolvers()

    return this.#drain.promise
  }

  async end (): Promise<void> {
    await this.#stream.close()
  }

  handle (handlers: ChannelHandlers): void {
    this.#stream.addEventListener('message', evt => {
      handlers.data(evt.data)
    })
    this.#stream.addEventListener('remoteCloseWrite', () => {
      handlers.end()
    })
    this.#stream.addEventListener('close', evt => {
      if (evt.error != null) {
        handlers.error(evt.error)
      }
    })
  }
}
