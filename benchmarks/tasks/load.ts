/**
 * A node that echoes on many connections, and nodes that open them and talk all
 * at once.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { dialUntil, openConnections } from './connections.ts'
import { createNode } from './libp2p-node.ts'
import { settledMemory } from './memory.ts'
import { startNodes } from './swarm.ts'
import type { NodeParams } from './libp2p-node.ts'
import type { MemoryUsage } from './memory.ts'
import type { StartParams } from './swarm.ts'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'

const ECHO = '/benchmark/echo/1.0.0'
const MESSAGE_BYTES = 64
const NS_PER_MS = 1e6
const ECHO_TIMEOUT_MS = 30_000

export interface OpenParams {
  address: string

  /** In all, over all nodes of the process */
  connections: number
}

export interface EchoParams {
  /** Per connection */
  messages: number
  intervalMs: number
}

export interface EchoResult {
  sent: number

  /** Came back as they were sent */
  echoed: number
  roundTripsMs: number[]
}

/** How late the event loop was, as `perf_hooks` measures it */
export interface Delays {
  medianMs: number
  p99Ms: number
  maxMs: number
}

const histogram = monitorEventLoopDelay({ resolution: 1 })

let nodes: Libp2p[] = []
const streams = new Map<Connection, Stream>()

export async function listen (params: NodeParams): Promise<string> {
  const node = await createNode(params, true)
  nodes = [node]

  await node.handle(ECHO, stream => {
    stream.addEventListener('message', ({ data }) => { stream.send(data) })
  })

  return node.getMultiaddrs()[0].toString()
}

export async function prepare (params: StartParams): Promise<void> {
  nodes = await startNodes(params, {})
}

/** Have so many connections open: all nodes dial at once, each one after the other */
export async function open ({ address, connections }: OpenParams): Promise<void> {
  await dialUntil(nodes, address, connections)
}

/** A stream on each connection */
export async function openStreams (): Promise<void> {
  for (const connection of openConnections(nodes)) {
    streams.set(connection, streams.get(connection) ?? await connection.newStream(ECHO))
  }
}

/** On every stream, a message at each interval */
export async function echo ({ messages, intervalMs }: EchoParams): Promise<EchoResult> {
  const result: EchoResult = { sent: 0, echoed: 0, roundTripsMs: [] }

  await Promise.all([...streams.values()].map(async (stream, i) => {
    // spread over the interval
    await delay(intervalMs * i / streams.size)
    await talk(stream, messages, intervalMs, result)
  }))

  return result
}

/** From now on the delay of the event loop counts */
export async function watch (): Promise<void> {
  histogram.enable()
  histogram.reset()
}

export async function delays (): Promise<Delays> {
  histogram.disable()

  return {
    medianMs: histogram.percentile(50) / NS_PER_MS,
    p99Ms: histogram.percentile(99) / NS_PER_MS,
    maxMs: histogram.max / NS_PER_MS
  }
}

export async function usage (): Promise<MemoryUsage> {
  return { connections: openConnections(nodes).length, ...await settledMemory() }
}

async function talk (stream: Stream, messages: number, intervalMs: number, result: EchoResult): Promise<void> {
  const done = Promise.withResolvers<void>()
  const sentAt: number[] = []
  let received = 0

  // messages are of one length, and come back in order
  const onMessage = ({ data }: { data: { byteLength: number, subarray (): Uint8Array } }): void => {
    for (const byte of data.subarray()) {
      const number = Math.floor(received++ / MESSAGE_BYTES)

      if (byte !== number % 256) {
        done.reject(new Error(`byte ${received} of the echo is ${byte}`))
      } else if (received % MESSAGE_BYTES === 0) {
        result.echoed++
        result.roundTripsMs.push(performance.now() - sentAt[number])
      }
    }

    if (received === messages * MESSAGE_BYTES) {
      done.resolve()
    }
  }

  stream.addEventListener('message', onMessage)

  for (let i = 0; i < messages; i++) {
    sentAt.push(performance.now())
    result.sent++
    stream.send(new Uint8Array(MESSAGE_BYTES).fill(i))
    await delay(intervalMs)
  }

  await Promise.race([done.promise, delay(ECHO_TIMEOUT_MS, undefined, { ref: false })])
  stream.removeEventListener('message', onMessage)
}
