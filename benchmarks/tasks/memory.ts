/**
 * What a process holds for connections nobody uses.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { dialUntil, openConnections } from './connections.ts'
import { createNode } from './libp2p-node.ts'
import type { NodeParams } from './libp2p-node.ts'
import type { Libp2p } from '@libp2p/interface'

const SETTLE_MS = 250
const COLLECTIONS = 3

export interface MemoryUsage {
  connections: number
  rssBytes: number
  heapBytes: number
}

let nodes: Libp2p[] = []

export async function listen (params: NodeParams): Promise<string> {
  nodes = [await createNode(params, true)]

  return nodes[0].getMultiaddrs()[0].toString()
}

export async function prepare ({ privateKeys, ...params }: Omit<NodeParams, 'privateKey'> & { privateKeys: string[] }): Promise<void> {
  nodes = await Promise.all(privateKeys.map(async privateKey => createNode({ ...params, privateKey })))
}

/** Have so many connections open in all */
export async function open ({ address, connections }: { address: string, connections: number }): Promise<void> {
  await dialUntil(nodes, address, connections)
}

/** Of idle connections */
export async function usage (): Promise<MemoryUsage> {
  return { connections: openConnections(nodes).length, ...await settledMemory() }
}

/** What this process holds once all garbage is gone */
export async function settledMemory (): Promise<Omit<MemoryUsage, 'connections'>> {
  for (let i = 0; i < COLLECTIONS; i++) {
    await delay(SETTLE_MS)
    globalThis.gc?.()
  }

  const { rss, heapUsed, external } = process.memoryUsage()

  return { rssBytes: rss, heapBytes: heapUsed + external }
}
