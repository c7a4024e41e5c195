/**
 * How long it takes until a dialed connection is there, and until the first
 * answer came over it.
 */

import { byteStream } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { createNode } from './libp2p-node.ts'
import type { NodeParams } from './libp2p-node.ts'
import type { Libp2p } from '@libp2p/interface'

const ECHO_PROTOCOL = '/benchmark/1.0.0'
const MESSAGE = new Uint8Array(64).fill(1)

export interface DialParams {
  address: string
  count: number
}

export interface DialResult {
  dialMs: number[]
  answerMs: number[]
}

let node: Libp2p | undefined

export async function prepare (params: NodeParams): Promise<void> {
  node = await createNode(params)
}

/** Dial, exchange one message, close, again */
export async function run ({ address, count }: DialParams): Promise<DialResult> {
  const result: DialResult = { dialMs: [], answerMs: [] }

  if (node == null) {
    throw new Error('no node was created')
  }

  for (let i = 0; i < count; i++) {
    const start = performance.now()
    const connection = await node.dial(multiaddr(address))
    result.dialMs.push(performance.now() - start)

    const stream = await connection.newStream(ECHO_PROTOCOL)
    const bytes = byteStream(stream)
    await bytes.write(MESSAGE)
    await bytes.read({ bytes: MESSAGE.byteLength })
    result.answerMs.push(performance.now() - start)

    await connection.close()
  }

  return result
}
