/**
 * A network of nodes in several processes, all with the same encrypter.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { createKeyFrom } from '../parts/pair.ts'
import { Child } from '../process/child.ts'
import type { EncrypterName, Source } from '../subjects.ts'
import type { JoinParams, Member, StartParams } from '../tasks/swarm.ts'

// of 25 nodes, the last two processes are a third
const SIZES = [5, 6, 6, 4, 4]
const DOOMED_PROCESSES = 2
const POLL_MS = 20
const CONVERGE_TIMEOUT_MS = 30_000

// who knows whom before anything is told: a ring with chords
const SEED_STEPS = [1, 5, 11]

export const SWARM_SIZE = SIZES.reduce((sum, size) => sum + size, 0)

/** A node, and where it is */
export interface Node extends Member {
  child: Child

  /** Its place in its process */
  index: number

  /** Whether it is going to be killed */
  doomed: boolean
}

export interface SwarmOptions {
  subject: EncrypterName
  source: Source

  /** The tasks of the nodes, `dht` */
  tasks: string

  /**
   * Of the nodes' keys: who stores what in a DHT depends on them, so what is
   * compared has the same
   */
  seed: number
}

export class Swarm {
  readonly #options: SwarmOptions
  #nodes: Node[] = []

  readonly #started = new Set<Child>()

  // started with the others: how long a process takes to start is no part of what is measured
  #replacements: Node[] = []

  constructor (options: SwarmOptions) {
    this.#options = options
  }

  /** All that live */
  get nodes (): readonly Node[] {
    return this.#nodes
  }

  get children (): Child[] {
    return childrenOf(this.#nodes)
  }

  /** Start all processes; no node knows another one yet */
  async start (): Promise<void> {
    const [nodes, replacements] = await Promise.all([
      Promise.all(SIZES.map(async (size, i) => this.#startProcess(size, i >= SIZES.length - DOOMED_PROCESSES))),
      Promise.all(SIZES.slice(-DOOMED_PROCESSES).map(async size => this.#startProcess(size, false)))
    ])

    this.#nodes = nodes.flat()
    this.#replacements = replacements.flat()
  }

  /** Connect each to a few others */
  async join (): Promise<void> {
    await this.#join(this.#nodes, i => SEED_STEPS.map(step => this.#nodes[(i + step) % this.#nodes.length]))
  }

  /** Kill a third of the nodes, without a word to anybody */
  async kill (): Promise<void> {
    const doomed = childrenOf(this.#nodes.filter(({ doomed }) => doomed))
    this.#nodes = this.#nodes.filter(({ doomed }) => !doomed)
    await Promise.all(doomed.map(async child => child.kill()))
  }

  /** Connect the replacements, as many as were killed, each to so many of those that live */
  async replace (seeds: number): Promise<void> {
    const survivors = this.#nodes
    const added = this.#replacements
    this.#nodes = [...survivors, ...added]
    this.#replacements = []
    await this.#join(added, i => Array.from({ length: seeds }, (_, j) => survivors[(i * seeds + j) % survivors.length]))
  }

  /** Wait until a number that each node tells is at least so much */
  async reach (task: string, least: number): Promise<void> {
    const deadline = performance.now() + CONVERGE_TIMEOUT_MS

    for (;;) {
      const numbers = (await Promise.all(this.children.map(async child => child.call<number[]>(`${this.#options.tasks}/${task}`)))).flat()

      if (numbers.every(number => number >= least)) {
        return
      }

      if (performance.now() > deadline) {
        throw new Error(`${this.#options.subject}: ${task} are ${numbers.join(' ')} after ${CONVERGE_TIMEOUT_MS / 1_000} s, and not ${least}`)
      }

      await delay(POLL_MS)
    }
  }

  /** CPU time that all processes took since they were started, all threads */
  async cpuMs (): Promise<number> {
    return cpuMs(this.children)
  }

  /** Ask one node for something */
  async ask <Result> ({ child, index }: Node, task: string, params: object): Promise<Result> {
    return child.call<Result>(`${this.#options.tasks}/${task}`, { node: index, ...params })
  }

  async close (): Promise<void> {
    await Promise.all([...this.#started].map(async child => child.kill()))
  }

  async #startProcess (size: number, doomed: boolean): Promise<Node[]> {
    const { subject, source, tasks, seed } = this.#options
    const child = new Child(`${subject} ${tasks}`)
    this.#started.add(child)
    const place = this.#started.size
    const privateKeys = await Promise.all(Array.from({ length: size }, async (_, i) => createKeyFrom(`node ${i} of process ${place} in round ${seed}`)))

    const members = await child.call<Member[]>(`${tasks}/start`, { subject, source, privateKeys } satisfies StartParams)

    return members.map((member, index) => ({ ...member, child, index, doomed }))
  }

  /** Connect nodes to their seeds */
  async #join (nodes: readonly Node[], seedsOf: (i: number) => readonly Node[]): Promise<void> {
    const seeds = nodes.map((node, i) => seedsOf(i).map(({ address }) => address))

    await Promise.all(childrenOf(nodes).map(async child => child.call(`${this.#options.tasks}/join`, {
      seeds: seeds.filter((_, i) => nodes[i].child === child)
    } satisfies JoinParams)))
  }
}

/** CPU time that processes took since they were started, all threads */
export async function cpuMs (children: Child[]): Promise<number> {
  const times = await Promise.all(children.map(async child => child.call<number>('swarm/cpu')))

  return times.reduce((sum, time) => sum + time, 0)
}

function childrenOf (nodes: readonly Node[]): Child[] {
  return [...new Set(nodes.map(({ child }) => child))]
}

/** What came of it, and how many milliseconds it took */
export async function timed <Result> (work: () => Promise<Result>): Promise<[Result, number]> {
  const start = performance.now()

  return [await work(), performance.now() - start]
}
