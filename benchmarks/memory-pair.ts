/**
 * Two ends of a connection in one process that deliver in a microtask: no
 * timers, no system calls, so what is measured over it is the encrypter. Runs
 * in browsers too.
 *
 * `multiaddrConnectionPair` of `@libp2p/utils` is for tests: it holds five
 * messages and drains by timer, and hides everything behind that.
 */

import { defaultLogger } from '@libp2p/logger'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import type { MessageStreamDirection } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

// the high water mark of a Node.js socket
const HIGH_WATER_MARK_BYTES = 65_536

// made once: to make one costs a system call
const LOGS = {
  outbound: defaultLogger().forComponent('libp2p:benchmark:outbound'),
  inbound: defaultLogger().forComponent('libp2p:benchmark:inbound')
}
const REMOTE_ADDRESS = multiaddr('/memory/benchmark')

export class MemoryConnection extends AbstractMultiaddrConnection {
  #remote?: MemoryConnection
  #inFlight: Uint8ArrayList[] = []
  #inFlightBytes = 0
  #remotePaused = false

  constructor (direction: MessageStreamDirection) {
    super({
      direction,
      remoteAddr: REMOTE_ADDRESS,
      log: LOGS[direction]
    })
  }

  static pair (): [dialer: MemoryConnection, listener: MemoryConnection] {
    const dialer = new MemoryConnection('outbound')
    const listener = new MemoryConnection('inbound')

    dialer.#remote = listener
    listener.#remote = dialer

    return [dialer, listener]
  }

  sendData (data: Uint8ArrayList): SendResult {
    this.#inFlight.push(data)
    this.#inFlightBytes += data.byteLength

    if (this.#inFlight.length === 1) {
      queueMicrotask(() => {
        this.#deliver()
      })
    }

    return {
      sentBytes: data.byteLength,
      canSendMore: this.#inFlightBytes < HIGH_WATER_MARK_BYTES
    }
  }

  sendReset (): void {
    queueMicrotask(() => {
      if (this.#remote?.status === 'open') {
        this.#remote.onRemoteReset()
      }
    })
  }

  async sendClose (): Promise<void> {
    this.#deliver()
    this.#remote?.onTransportClosed()
  }

  sendPause (): void {
    if (this.#remote != null) {
      this.#remote.#remotePaused = true
    }
  }

  sendResume (): void {
    if (this.#remote != null) {
      this.#remote.#remotePaused = false
      this.#remote.#deliver()
    }
  }

  #deliver (): void {
    if (this.#remotePaused || this.#inFlight.length === 0) {
      return
    }

    const messages = this.#inFlight
    this.#inFlight = []
    this.#inFlightBytes = 0

    for (const message of messages) {
      this.#remote?.onData(message)
    }

    if (this.writableNeedsDrain) {
      this.safeDispatchEvent('drain')
    }
  }
}
