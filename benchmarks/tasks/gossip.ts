/**
 * Nodes that publish to one topic, and what reached each of them.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { describe, joinSwarm, startNodes } from './swarm.ts'
import type { JoinParams, Member, StartParams } from './swarm.ts'
import type { GossipSub } from '@libp2p/gossipsub'
import type { Identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'

const TOPIC = 'benchmark'
const HEARTBEAT_MS = 200
const MESSAGE_BYTES = 256
const HEADER_BYTES = 12

export interface NodeGossip extends Record<string, unknown> {
  identify: Identify
  pubsub: GossipSub & { getMeshPeers (topic: string): string[] }
}

export interface PublishParams {
  /** Of the publishers in this process */
  nodes: number[]

  /** Number of the first message, and how many */
  first: number
  count: number
  intervalMs: number
}

/** What one node got from one publisher, in the order it came */
export interface Received {
  publisher: string
  numbers: number[]
  latenciesMs: number[]
}

let nodes: Array<Libp2p<NodeGossip>> = []
const logs = new Map<Libp2p<NodeGossip>, Map<string, Received>>()

export async function start (params: StartParams): Promise<Member[]> {
  nodes = await startNodes<NodeGossip>(params, {
    identify: identify(),
    pubsub: gossipsub({ heartbeatInterval: HEARTBEAT_MS, allowPublishToZeroTopicPeers: true }) as (components: any) => NodeGossip['pubsub']
  })

  for (const node of nodes) {
    const log = new Map<string, Received>()
    logs.set(node, log)

    node.services.pubsub.addEventListener('message', ({ detail }) => {
      if (detail.type === 'signed') {
        note(log, detail.from.toString(), detail.data)
      }
    })
    node.services.pubsub.subscribe(TOPIC)
  }

  return nodes.map(describe)
}

export async function join (params: JoinParams): Promise<void> {
  await joinSwarm(nodes, params)
}

/** How many peers each node exchanges messages with */
export async function meshes (): Promise<number[]> {
  return nodes.map(({ services }) => services.pubsub.getMeshPeers(TOPIC).length)
}

export async function publish ({ nodes: publishers, first, count, intervalMs }: PublishParams): Promise<void> {
  const pubsubs = publishers.map(i => nodes[i].services.pubsub)

  await Promise.all(pubsubs.map(async (pubsub, i) => {
    // spread over the interval
    await delay(intervalMs * i / pubsubs.length)

    for (let number = first; number < first + count; number++) {
      await pubsub.publish(TOPIC, encode(number))
      await delay(intervalMs)
    }
  }))
}

/** Per node, from the message `first` on */
export async function received ({ first }: { first: number }): Promise<Received[][]> {
  return nodes.map(node => [...logs.get(node)?.values() ?? []].map(({ publisher, numbers, latenciesMs }) => ({
    publisher,
    numbers: numbers.filter(number => number >= first),
    latenciesMs: latenciesMs.filter((_, i) => numbers[i] >= first)
  })))
}

function note (log: Map<string, Received>, publisher: string, data: Uint8Array): void {
  const entry = log.get(publisher) ?? { publisher, numbers: [], latenciesMs: [] }
  const view = new DataView(data.buffer, data.byteOffset)
  log.set(publisher, entry)
  entry.numbers.push(view.getUint32(0))
  entry.latenciesMs.push(now() - view.getFloat64(Uint32Array.BYTES_PER_ELEMENT))
}

function encode (number: number): Uint8Array {
  const data = new Uint8Array(Math.max(HEADER_BYTES, MESSAGE_BYTES))
  const view = new DataView(data.buffer)
  view.setUint32(0, number)
  view.setFloat64(Uint32Array.BYTES_PER_ELEMENT, now())

  return data
}

// the processes of a run share the machine's clock
function now (): number {
  return performance.timeOrigin + performance.now()
}
