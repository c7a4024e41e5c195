/**
 * One node with a thousand live connections from four processes: a dial storm,
 * and then all talk at once.
 */

import { createKey } from '../parts/pair.ts'
import { Child } from '../process/child.ts'
import { median } from '../statistics.ts'
import { cpuMs, timed } from './swarm.ts'
import type { EncrypterName, Source } from '../subjects.ts'
import type { Delays, EchoParams, EchoResult, OpenParams } from '../tasks/load.ts'
import type { MemoryUsage } from '../tasks/memory.ts'
import type { StartParams } from '../tasks/swarm.ts'

const DIALERS = 4

// a node dials one peer once at a time, so as many dial at once
const NODES_PER_DIALER = 10
const MESSAGES = 4
const INTERVAL_MS = 500
const KIB = 1_024
const TIMEOUT_MS = 120_000

// what code and caches take is there after the first of them
const WARM_UP_FRACTION = 0.1

export interface LoadOptions {
  subject: EncrypterName
  source: Source
  connections: number
}

export interface LoadOutcome {
  /** Open at both ends after all was echoed */
  connections: { listener: number, dialers: number }
  echo: { sent: number, echoed: number }

  /** In the storm, from the first dial until the last connection was open */
  connectionsPerSecond: number

  /** CPU time of all processes per connection of the storm */
  cpuMsPerConnection: number

  /** Of the listener's event loop, while they dial and while they talk */
  stormDelay: Delays
  echoDelay: Delays

  /** Of a message while all talk, median */
  roundTripMs: number

  /** What a connection with an open stream adds to the listener's resident memory */
  kibPerConnection: number
}

export async function load ({ subject, source, connections }: LoadOptions): Promise<LoadOutcome> {
  const listener = new Child(`${subject} listener`, ['--expose-gc'])
  const dialers = Array.from({ length: DIALERS }, (_, i) => new Child(`${subject} dialer ${i}`))
  const all = async <Result> (task: string, params: object): Promise<Result[]> => {
    return Promise.all(dialers.map(async dialer => dialer.call<Result>(task, params, TIMEOUT_MS)))
  }

  try {
    const address = await listener.call<string>('load/listen', { subject, source, privateKey: await createKey() })
    await Promise.all(dialers.map(async dialer => {
      const privateKeys = await Promise.all(Array.from({ length: NODES_PER_DIALER }, async () => createKey()))
      await dialer.call('load/prepare', { subject, source, privateKeys } satisfies StartParams)
    }))
    const open = async (count: number): Promise<unknown> => all('load/open', { address, connections: count / DIALERS } satisfies OpenParams)
    const echo = async (): Promise<EchoResult[]> => all('load/echo', { messages: MESSAGES, intervalMs: INTERVAL_MS } satisfies EchoParams)
    const watched = async <Result> (work: () => Promise<Result>): Promise<[Result, Delays]> => {
      await listener.call('load/watch')

      return [await work(), await listener.call<Delays>('load/delays')]
    }

    const first = connections * WARM_UP_FRACTION
    await open(first)
    await all('load/openStreams', {})
    await echo()
    const before = await listener.call<MemoryUsage>('load/usage')

    const cpuBefore = await cpuMs([listener, ...dialers])
    const [[, stormMs], stormDelay] = await watched(async () => timed(async () => open(connections)))
    const cpuAfter = await cpuMs([listener, ...dialers])
    await all('load/openStreams', {})
    const [results, echoDelay] = await watched(echo)
    const after = await listener.call<MemoryUsage>('load/usage')
    const dialed = await all<MemoryUsage>('load/usage', {})

    return {
      connections: { listener: after.connections, dialers: dialed.reduce((sum, { connections }) => sum + connections, 0) },
      echo: {
        sent: results.reduce((sum, { sent }) => sum + sent, 0),
        echoed: results.reduce((sum, { echoed }) => sum + echoed, 0)
      },
      connectionsPerSecond: (connections - first) / stormMs * 1_000,
      cpuMsPerConnection: (cpuAfter - cpuBefore) / (connections - first),
      stormDelay,
      echoDelay,
      roundTripMs: median(results.flatMap(({ roundTripsMs }) => roundTripsMs)),
      kibPerConnection: (after.rssBytes - before.rssBytes) / (after.connections - before.connections) / KIB
    }
  } finally {
    await Promise.all([listener, ...dialers].map(async child => child.kill()))
  }
}
