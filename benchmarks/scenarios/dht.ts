/**
 * A Kademlia DHT of 25 nodes in five processes: values and providers are stored
 * and found, a third of the nodes is killed and replaced, and all is found still.
 */

import { Swarm, timed } from './swarm.ts'
import type { Node, SwarmOptions } from './swarm.ts'

// what a node knows before the network counts as ready
const LEAST_TABLE = 6
// the rest it finds by itself
const SEEDS = 2
const VALUES = 20
const CONTENTS = 10
const PEERS = 25

// a machine that is busy lets dials time out
const ATTEMPTS = 3

/** What was asked, and how often the right answer came */
export interface Answers {
  asked: number
  answered: number

  /** How often somebody had to ask again */
  retries: number

  /** Why not, where it did not */
  failures: string[]
}

export interface DhtOutcome {
  before: Answers
  after: Answers

  /** CPU time of all processes from the first dial until all is found */
  cpuMs: number

  /** From the first dial until all nodes know enough others */
  joinMs: number

  /** Until all values and provider records are stored */
  storeMs: number

  /** Until all is found */
  lookupMs: number

  /** From the kill until the replacements are in and all is found again */
  recoverMs: number
}

type Lookup = () => Promise<unknown>

export async function dht (options: Omit<SwarmOptions, 'tasks'>): Promise<DhtOutcome> {
  const swarm = new Swarm({ ...options, tasks: 'dht' })

  try {
    await swarm.start()
    const cpuBefore = await swarm.cpuMs()
    const [, joinMs] = await timed(async () => {
      await swarm.join()
      await swarm.reach('tables', LEAST_TABLE)
    })
    const { nodes } = swarm
    const living = nodes.filter(({ doomed }) => !doomed)
    const doomed = nodes.filter(node => node.doomed)

    // by nodes that stay and by nodes that go, content by one of each
    const [, storeMs] = await timed(async () => Promise.all([
      ...indexes(VALUES).map(async i => swarm.ask(nodes[i], 'put', { name: `value ${i}`, value: valueOf(i) })),
      ...indexes(CONTENTS).flatMap(i => [living, doomed].map(async group => swarm.ask(pick(group, i), 'provide', { name: `content ${i}` })))
    ]))

    const [before, lookupMs] = await timed(async () => answers(lookups(swarm, nodes)))

    const cpuMs = await swarm.cpuMs() - cpuBefore

    const [after, recoverMs] = await timed(async () => {
      await swarm.kill()
      await swarm.replace(SEEDS)

      return answers(lookups(swarm, living))
    })

    return { before, after, cpuMs, joinMs, storeMs, lookupMs, recoverMs }
  } finally {
    await swarm.close()
  }
}

/** Every value, content and peer, each asked for by another node than had it first */
function lookups (swarm: Swarm, providers: readonly Node[]): Lookup[] {
  const { nodes } = swarm
  const peerIds = providers.map(({ peerId }) => peerId)

  return [
    ...indexes(VALUES).map(i => async () => {
      const value = await swarm.ask(pick(nodes, i + 7), 'get', { name: `value ${i}` })
      require(value === valueOf(i), `value ${i} is ${String(value)}`)
    }),
    ...indexes(CONTENTS).map(i => async () => {
      const found = await swarm.ask<string[]>(pick(nodes, i + 9), 'findProviders', { name: `content ${i}`, count: 2 })
      require(found.some(peerId => peerIds.includes(peerId)), `content ${i} is at ${found.join(', ')}`)
    }),
    ...indexes(PEERS).map(i => async () => {
      const { peerId, address } = pick(nodes, i + 3)
      const found = await swarm.ask<string[]>(pick(nodes, i), 'findPeer', { name: peerId })
      require(found.some(found => address.startsWith(found)), `${peerId} is at ${found.join(', ')}`)
    })
  ]
}

async function answers (lookups: Lookup[]): Promise<Answers> {
  const answers: Answers = { asked: lookups.length, answered: 0, retries: 0, failures: [] }

  await Promise.all(lookups.map(async lookup => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        await lookup()
        answers.answered++
        return
      } catch (err) {
        if (attempt === ATTEMPTS) {
          answers.failures.push(String(err))
        } else {
          answers.retries++
        }
      }
    }
  }))

  return answers
}

function require (condition: boolean, message: string): void {
  if (!condition) {
    throw new Error(message)
  }
}

function pick <Item> (items: readonly Item[], i: number): Item {
  return items[i % items.length]
}

function indexes (count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function valueOf (i: number): string {
  return `what is under ${i}`
}
