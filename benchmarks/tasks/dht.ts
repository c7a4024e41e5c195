/**
 * Nodes of a Kademlia DHT, and what is asked of them.
 */

import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { sha256 } from 'multiformats/hashes/sha2'
import { describe, joinSwarm, startNodes } from './swarm.ts'
import type { JoinParams, Member, StartParams } from './swarm.ts'
import type { Identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'
import type { Ping } from '@libp2p/ping'

const PROTOCOL = '/benchmark/kad/1.0.0'
const NAMESPACE = 'benchmark'

// fewer than there are nodes: not everybody holds everything
const BUCKET_SIZE = 8
const FIRST_SELF_QUERY_MS = 100

export interface NodeDht extends Record<string, unknown> {
  identify: Identify
  ping: Ping
  dht: KadDHT & { routingTable: { size: number } }
}

/** What is asked of one node of the process */
export interface Asked {
  node: number
  name: string
}

let nodes: Array<Libp2p<NodeDht>> = []

export async function start (params: StartParams): Promise<Member[]> {
  nodes = await startNodes<NodeDht>(params, {
    identify: identify(),
    ping: ping(),
    dht: kadDHT({
      protocol: PROTOCOL,
      clientMode: false,
      kBucketSize: BUCKET_SIZE,
      initialQuerySelfInterval: FIRST_SELF_QUERY_MS,
      // by default addresses of the own machine are not told
      peerInfoMapper: passthroughMapper,
      validators: { [NAMESPACE]: async () => {} },
      selectors: { [NAMESPACE]: () => 0 }
    }) as (components: any) => NodeDht['dht']
  })

  return nodes.map(describe)
}

export async function join (params: JoinParams): Promise<void> {
  await joinSwarm(nodes, params)
}

/** How many others each node knows */
export async function tables (): Promise<number[]> {
  return nodes.map(({ services }) => services.dht.routingTable.size)
}

export async function put ({ node, name, value }: Asked & { value: string }): Promise<void> {
  await nodes[node].contentRouting.put(keyOf(name), new TextEncoder().encode(value))
}

export async function get ({ node, name }: Asked): Promise<string> {
  return new TextDecoder().decode(await nodes[node].contentRouting.get(keyOf(name)))
}

export async function provide ({ node, name }: Asked): Promise<void> {
  await nodes[node].contentRouting.provide(await cidOf(name))
}

/** The PeerIds of the first providers found */
export async function findProviders ({ node, name, count }: Asked & { count: number }): Promise<string[]> {
  const found = new Set<string>()

  for await (const { id } of nodes[node].contentRouting.findProviders(await cidOf(name))) {
    if (found.add(id.toString()).size === count) {
      break
    }
  }

  return [...found]
}

/** The addresses of a peer, its PeerId is the name */
export async function findPeer ({ node, name }: Asked): Promise<string[]> {
  const { multiaddrs } = await nodes[node].peerRouting.findPeer(peerIdFromString(name))

  return multiaddrs.map(String)
}

function keyOf (name: string): Uint8Array {
  return new TextEncoder().encode(`/${NAMESPACE}/${name}`)
}

async function cidOf (name: string): Promise<CID> {
  return CID.createV1(raw.code, await sha256.digest(new TextEncoder().encode(name)))
}
