/**
 * How long a small message takes there and back.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { currentEndpoint } from './endpoint.ts'
import type { Channel } from './channel.ts'

const MESSAGE_BYTES = 64

export interface RoundTripParams {
  count: number

  /** Pause before each message, so that the connection is idle */
  pauseMs: number
}

export interface RoundTripResult {
  medianUs: number
  p99Us: number
}

/** The listener: send back what comes */
export async function answer (): Promise<void> {
  currentEndpoint().accept = channel => {
    channel.handle({
      data: data => {
        channel.send(data instanceof Uint8Array ? data : data.subarray())
      },
      end: () => {
        void channel.end()
      },
      error: err => {
        throw err
      }
    })
  }
}

/** The dialer: send, wait for the answer, one message at a time */
export async function run ({ count, pauseMs }: RoundTripParams): Promise<RoundTripResult> {
  const channel = await currentEndpoint().open()
  const message = new Uint8Array(MESSAGE_BYTES).fill(1)
  const trip = answers(channel)
  const times: number[] = []

  for (let i = 0; i < count; i++) {
    if (pauseMs > 0) {
      await delay(pauseMs)
    }

    const start = performance.now()
    const answered = trip.next()
    channel.send(message)
    times.push((await answered - start) * 1_000)
  }

  await channel.end()
  times.sort((a, b) => a - b)

  return {
    medianUs: times[Math.floor(times.length / 2)],
    p99Us: times[Math.floor(times.length * 0.99)]
  }
}

/** Resolves with the time at which a whole answer was there */
function answers (channel: Channel): { next (): Promise<number> } {
  let received = 0
  let waiting = Promise.withResolvers<number>()

  channel.handle({
    data: data => {
      received += data.byteLength

      if (received > MESSAGE_BYTES) {
        waiting.reject(new Error('more was answered than sent'))
      } else if (received === MESSAGE_BYTES) {
        waiting.resolve(performance.now())
      }
    },
    end: () => {
      waiting.reject(new Error('the other side ended the stream'))
    },
    error: err => {
      waiting.reject(err)
    }
  })

  return {
    async next (): Promise<number> {
      received = 0
      waiting = Promise.withResolvers()

      return waiting.promise
    }
  }
}
