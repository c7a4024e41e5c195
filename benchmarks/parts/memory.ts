/**
 * Memory per idle TCP connection: what 2,000 of them add to what the first 200
 * left behind, and what 2,000 more add to that, after garbage collection.
 */

import { createKey, withPair } from './pair.ts'
import type { Part, Settings } from './part.ts'
import type { MemoryUsage } from '../tasks/memory.ts'

const CONNECTIONS = 2_000
const QUICK_CONNECTIONS = 100
const BASELINE_FRACTION = 0.1
const DIALERS = 4
const KIB = 1_024
const OPEN_TIMEOUT_MS = 180_000

export async function memory (settings: Settings): Promise<Part> {
  const row = { part: 'memory', unit: 'KiB', better: 'lower', platform: 'node' } as const
  const { source } = settings
  const connections = settings.quick ? QUICK_CONNECTIONS : CONNECTIONS

  return {
    name: 'memory',
    rows: [
      { ...row, id: 'memory/listener', title: `resident memory per idle connection, ${connections.toLocaleString('en')} of them, listener`, floors: { noise: 1.0, tls: 0.6 } },
      { ...row, id: 'memory/listener-more', title: `resident memory per idle connection, each of ${connections.toLocaleString('en')} more, listener` },
      { ...row, id: 'memory/dialer', title: `resident memory per idle connection, ${connections.toLocaleString('en')} of them, dialer` },
      { ...row, id: 'memory/listener-heap', title: 'heap and buffers only, listener' }
    ],
    measurements: [{
      name: `${connections} connections`,
      subjects: ['plaintext', 'noise', 'tls', 'secure-peer', 'secure-peer x25519'],
      run: async subject => withPair(subject, ['--expose-gc'], async ({ dialer, listener }) => {
        const usage = async (): Promise<[MemoryUsage, MemoryUsage]> => Promise.all([
          listener.call<MemoryUsage>('memory/usage'),
          dialer.call<MemoryUsage>('memory/usage')
        ])
        const address = await listener.call('memory/listen', { subject, source, privateKey: await createKey() })
        await dialer.call('memory/prepare', { subject, source, privateKeys: await Promise.all(Array.from({ length: DIALERS }, async () => createKey())) })

        await dialer.call('memory/open', { address, connections: connections * BASELINE_FRACTION })
        const [listenerBefore, dialerBefore] = await usage()
        await dialer.call('memory/open', { address, connections }, OPEN_TIMEOUT_MS)
        const [listenerAfter, dialerAfter] = await usage()
        await dialer.call('memory/open', { address, connections: 2 * connections }, OPEN_TIMEOUT_MS)
        const [listenerMore, dialerMore] = await usage()

        for (const [{ connections: open }, wanted] of [[listenerAfter, 1], [dialerAfter, 1], [listenerMore, 2], [dialerMore, 2]] as const) {
          if (open !== wanted * connections) {
            throw new Error(`${open} connections are open instead of ${wanted * connections}`)
          }
        }

        const kibPerConnection = (key: 'rssBytes' | 'heapBytes', before: MemoryUsage, after: MemoryUsage): number => {
          return (after[key] - before[key]) / (after.connections - before.connections) / KIB
        }

        return {
          'memory/listener': kibPerConnection('rssBytes', listenerBefore, listenerAfter),
          'memory/listener-more': kibPerConnection('rssBytes', listenerAfter, listenerMore),
          'memory/dialer': kibPerConnection('rssBytes', dialerBefore, dialerAfter),
          'memory/listener-heap': kibPerConnection('heapBytes', listenerBefore, listenerAfter)
        }
      })
    }]
  }
}
