/**
 * Bulk data: one process sends for a while as fast as back-pressure allows, the
 * other one takes it, or both do both.
 */

import { setImmediate as nextTurn } from 'node:timers/promises'
import { currentEndpoint } from './endpoint.ts'
import { createPattern, PatternChecker } from './pattern.ts'
import type { Channel } from './channel.ts'
import type { Pattern } from './pattern.ts'

// reading the clock costs as much as a small write
const WRITES_PER_CLOCK_READING = 32

export interface TransferParams {
  /** Bytes per `send()` */
  writeBytes: number

  /** How many streams of the connection are used at once */
  streams: number

  /** Whether the listener sends as well */
  duplex: boolean

  /** One write per turn of the event loop, so that there is nothing to gather */
  paced: boolean

  /** How long to send */
  milliseconds: number

  /** Whether every byte is compared */
  complete: boolean
}

export interface TransferResult {
  sentBytes: number
  receivedBytes: number

  /** From the first byte received to the last one, 0 if there was none */
  receivingMs: number

  /** Of the whole process, all threads, user and system */
  cpuMs: number
}

/** One process's part in a transfer */
class Transfer {
  readonly #params: TransferParams
  readonly #pattern: Pattern
  readonly #isSender: boolean
  readonly #channels: Array<Promise<PatternChecker>> = []
  readonly #allOpened = Promise.withResolvers<void>()
  #cpu = process.cpuUsage()
  #sentBytes = 0
  #firstByteAt = Infinity
  #lastByteAt = 0

  constructor (params: TransferParams, isSender: boolean) {
    this.#params = params
    this.#pattern = createPattern(params.writeBytes)
    this.#isSender = isSender
  }

  async result (): Promise<TransferResult> {
    await this.#allOpened.promise
    const checkers = await Promise.all(this.#channels)
    const { user, system } = process.cpuUsage(this.#cpu)

    return {
      sentBytes: this.#sentBytes,
      receivedBytes: checkers.reduce((total, checker) => total + checker.received, 0),
      receivingMs: Math.max(0, this.#lastByteAt - this.#firstByteAt),
      cpuMs: (user + system) / 1_000
    }
  }

  add (channel: Channel): void {
    if (this.#channels.length === 0) {
      this.#cpu = process.cpuUsage()
    }

    const received = this.#receive(channel)
    const sent = this.#isSender ? this.#send(channel) : undefined

    // a side that only receives closes its own when the other one did
    this.#channels.push(Promise.all([
      received,
      sent ?? received.then(async () => channel.end())
    ]).then(([checker]) => checker))

    if (this.#channels.length === this.#params.streams) {
      this.#allOpened.resolve()
    }
  }

  async #receive (channel: Channel): Promise<PatternChecker> {
    const checker = new PatternChecker(this.#pattern, this.#params.complete)

    return new Promise((resolve, reject) => {
      channel.handle({
        data: data => {
          if (this.#firstByteAt === Infinity) {
            this.#firstByteAt = performance.now()
          }

          try {
            checker.push(data)
          } catch (err: any) {
            reject(err)
          }
        },
        end: () => {
          this.#lastByteAt = performance.now()
          resolve(checker)
        },
        error: reject
      })
    })
  }

  async #send (channel: Channel): Promise<void> {
    const { writes } = this.#pattern
    const { paced, milliseconds, writeBytes } = this.#params
    const end = performance.now() + milliseconds

    for (let i = 0; ; i++) {
      if ((paced || i % WRITES_PER_CLOCK_READING === 0) && performance.now() > end) {
        break
      }

      const canSendMore = channel.send(writes[i % writes.length])
      this.#sentBytes += writeBytes

      if (!canSendMore) {
        await channel.drained()
      }

      if (paced) {
        await nextTurn()
      }
    }

    await channel.end()
  }
}

let transfer: Transfer | undefined

/** The listener: be ready for a transfer */
export async function expect (params: TransferParams): Promise<void> {
  const expected = new Transfer(params, params.duplex)
  currentEndpoint().accept = channel => {
    expected.add(channel)
  }
  transfer = expected
}

/** The listener: wait for its end */
export async function finish (): Promise<TransferResult> {
  if (transfer == null) {
    throw new Error('no transfer is expected')
  }

  return transfer.result()
}

/** The dialer: run a transfer */
export async function run (params: TransferParams): Promise<TransferResult> {
  const started = new Transfer(params, true)

  // each is added at once: what the listener sends would pile up unread
  await Promise.all(Array.from({ length: params.streams }, async () => {
    started.add(await currentEndpoint().open())
  }))

  return started.result()
}
