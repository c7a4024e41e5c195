/**
 * A topic of 25 nodes in five processes: all publish, a third of them is killed
 * and replaced while the others publish, and every message has to reach everybody
 * who is there for it.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { median } from '../statistics.ts'
import { Swarm, timed } from './swarm.ts'
import type { Node, SwarmOptions } from './swarm.ts'
import type { PublishParams, Received } from '../tasks/gossip.ts'

// gossipsub keeps at least so many peers to exchange messages with
const LEAST_MESH = 4
const SEEDS = 6
const MESSAGES = 8

// to verify the signatures of all that is published must not fill both cores
const INTERVAL_MS = 250
const BURST = 8
const CHURN_MESSAGES = 10
const POLL_MS = 50
const DELIVERY_TIMEOUT_MS = 30_000

/** What reached the subscribers of messages */
export interface Delivery {
  expected: number
  delivered: number

  /** Delivered to a subscriber more than once */
  duplicates: number

  /** Delivered after a later one of the same publisher */
  outOfOrder: number
}

export interface GossipOutcome {
  /** One after the other, all at once, under churn, and once the replacements were in */
  steady: Delivery
  burst: Delivery
  churn: Delivery
  after: Delivery

  /** From the first dial until all nodes have peers to exchange messages with */
  meshMs: number

  /** From publishing until a message was there, median over messages and subscribers */
  latencyMs: number

  /** From the first to the last delivery when all publish at once */
  burstMs: number

  /** From the kill until all that was published meanwhile reached the others */
  churnMs: number

  /** CPU time of all processes from the first dial until the end of the burst */
  cpuMs: number
}

interface Phase {
  publishers: readonly Node[]
  subscribers: readonly Node[]
  first: number
  count: number
  intervalMs: number
}

export async function gossipsub (options: Omit<SwarmOptions, 'tasks'>): Promise<GossipOutcome> {
  const swarm = new Swarm({ ...options, tasks: 'gossip' })

  try {
    await swarm.start()
    const cpuBefore = await swarm.cpuMs()
    const [, meshMs] = await timed(async () => {
      await swarm.join()
      await swarm.reach('meshes', LEAST_MESH)
    })
    const all = swarm.nodes
    const survivors = all.filter(({ doomed }) => !doomed)
    let first = 0
    const run = async (publishers: readonly Node[], subscribers: readonly Node[], count: number, intervalMs: number, meanwhile?: () => Promise<void>): Promise<Delivery> => {
      const phase = { publishers, subscribers, count, intervalMs, first }
      first += count
      const [delivery] = await Promise.all([publishAll(swarm, phase), meanwhile?.()])

      return delivery
    }

    const steady = await run(all, all, MESSAGES, INTERVAL_MS)
    const latencyMs = await medianLatency(swarm)
    const [burst, burstMs] = await timed(async () => run(all, all, BURST, 0))
    const cpuMs = await swarm.cpuMs() - cpuBefore
    const [churn, churnMs] = await timed(async () => run(survivors, survivors, CHURN_MESSAGES, INTERVAL_MS, async () => {
      await delay(INTERVAL_MS * CHURN_MESSAGES / 4)
      await swarm.kill()
      await swarm.replace(SEEDS)
    }))
    await swarm.reach('meshes', LEAST_MESH)
    const after = await run(swarm.nodes, swarm.nodes, MESSAGES, INTERVAL_MS)

    return { steady, burst, churn, after, meshMs, latencyMs, burstMs, churnMs, cpuMs }
  } finally {
    await swarm.close()
  }
}

/** Publish, and wait until all got it all */
async function publishAll (swarm: Swarm, phase: Phase): Promise<Delivery> {
  const { publishers, first, count, intervalMs } = phase

  await Promise.all([...new Set(publishers.map(({ child }) => child))].map(async child => child.call('gossip/publish', {
    nodes: publishers.filter(node => node.child === child).map(({ index }) => index),
    first,
    count,
    intervalMs
  } satisfies PublishParams)))

  const deadline = performance.now() + DELIVERY_TIMEOUT_MS
  let delivery = await deliveryOf(swarm, phase)

  while (delivery.delivered < delivery.expected && performance.now() < deadline) {
    await delay(POLL_MS)
    delivery = await deliveryOf(swarm, phase)
  }

  return delivery
}

async function deliveryOf (swarm: Swarm, { publishers, subscribers, first, count }: Phase): Promise<Delivery> {
  const logs = await receivedBy(swarm, first)
  const delivery: Delivery = { expected: 0, delivered: 0, duplicates: 0, outOfOrder: 0 }

  for (const subscriber of subscribers) {
    for (const publisher of publishers.filter(({ peerId }) => peerId !== subscriber.peerId)) {
      const log = logs.get(subscriber.peerId)?.find(received => received.publisher === publisher.peerId)
      const numbers = log?.numbers ?? []
      const distinct = new Set(numbers).size

      delivery.expected += count
      delivery.delivered += distinct
      delivery.duplicates += numbers.length - distinct
      delivery.outOfOrder += numbers.filter((number, i) => number < Math.max(...numbers.slice(0, i))).length
    }
  }

  return delivery
}

async function medianLatency (swarm: Swarm): Promise<number> {
  // the first half warms up
  const logs = await receivedBy(swarm, MESSAGES / 2)

  return median([...logs.values()].flat().flatMap(({ latenciesMs }) => latenciesMs))
}

/** What each node got from the message `first` on, by PeerId */
async function receivedBy (swarm: Swarm, first: number): Promise<Map<string, Received[]>> {
  const groups = await Promise.all(swarm.children.map(async child => {
    const logs = await child.call<Received[][]>('gossip/received', { first })

    return swarm.nodes.filter(node => node.child === child).map((node): [string, Received[]] => [node.peerId, logs[node.index]])
  }))

  return new Map(groups.flat())
}
