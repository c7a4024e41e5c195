/**
 * Nodes of a swarm that share this process.
 */

import { multiaddr } from '@multiformats/multiaddr'
import { createNode } from './libp2p-node.ts'
import type { NodeParams } from './libp2p-node.ts'
import type { Libp2p, ServiceMap } from '@libp2p/interface'
import type { ServiceFactoryMap } from 'libp2p'

const DIAL_ATTEMPTS = 3

/** What others have to know of a node */
export interface Member {
  peerId: string
  address: string
}

export interface StartParams extends Omit<NodeParams, 'privateKey'> {
  /** One per node */
  privateKeys: string[]
}

export interface JoinParams {
  /** Addresses to dial, per node */
  seeds: string[][]
}

export async function startNodes <Services extends ServiceMap> ({ privateKeys, ...params }: StartParams, services: ServiceFactoryMap<Services>): Promise<Array<Libp2p<Services>>> {
  return Promise.all(privateKeys.map(async privateKey => createNode({ ...params, privateKey }, true, services)))
}

export function describe (node: Libp2p): Member {
  return { peerId: node.peerId.toString(), address: node.getMultiaddrs()[0].toString() }
}

export async function joinSwarm (nodes: Libp2p[], { seeds }: JoinParams): Promise<void> {
  await Promise.all(nodes.flatMap((node, i) => seeds[i].map(async seed => dial(node, seed))))
}

/** As patient as a machine may be busy: libp2p itself gives up after six seconds */
async function dial (node: Libp2p, address: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await node.dial(multiaddr(address))
      return
    } catch (err) {
      if (attempt === DIAL_ATTEMPTS) {
        throw err
      }
    }
  }
}

/** What this process took so far, in milliseconds */
export async function cpu (): Promise<number> {
  const { user, system } = process.cpuUsage()

  return (user + system) / 1_000
}
