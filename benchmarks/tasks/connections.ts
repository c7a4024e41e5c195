/**
 * The connections of several nodes in one process. A node dials one peer once at
 * a time: several of them dial in parallel.
 */

import { multiaddr } from '@multiformats/multiaddr'
import type { Connection, Libp2p } from '@libp2p/interface'

/** Have so many open in all: the nodes dial at once, each one connection after the other */
export async function dialUntil (nodes: Libp2p[], address: string, connections: number): Promise<void> {
  let missing = connections - openConnections(nodes).length

  await Promise.all(nodes.map(async node => {
    while (missing-- > 0) {
      await node.dial(multiaddr(address), { force: true })
    }
  }))
}

export function openConnections (nodes: Libp2p[]): Connection[] {
  return nodes.flatMap(node => node.getConnections()).filter(connection => connection.status === 'open')
}
