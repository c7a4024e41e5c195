/**
 * The process's end of the connection under test.
 */

import { multiaddr } from '@multiformats/multiaddr'
import { isCeiling } from '../subjects.ts'
import { StreamChannel } from './channel.ts'
import { createNode } from './libp2p-node.ts'
import { connectRaw, listenRaw } from './raw-channel.ts'
import type { Channel, Endpoint } from './channel.ts'
import type { CeilingName, EncrypterName, Source } from '../subjects.ts'

const PROTOCOL = '/benchmark/1.0.0'
const MAX_STREAMS = 1_000

export interface EndpointParams {
  subject: EncrypterName | CeilingName
  source: Source
  privateKey: string
}

let endpoint: Endpoint | undefined

export function currentEndpoint (): Endpoint {
  if (endpoint == null) {
    throw new Error('no endpoint was created')
  }

  return endpoint
}

/** Listen, and return the address to connect to */
export async function listen (params: EndpointParams): Promise<string> {
  endpoint = await createListener(params)

  if (endpoint.address == null) {
    throw new Error('the listener has no address')
  }

  return endpoint.address
}

export async function connect (params: EndpointParams & { address: string }): Promise<void> {
  endpoint = await createDialer(params)
}

async function createListener ({ subject, ...params }: EndpointParams): Promise<Endpoint> {
  if (isCeiling(subject)) {
    return listenRaw(subject)
  }

  const node = await createNode({ ...params, subject }, true)
  const listener: Endpoint = {
    address: node.getMultiaddrs()[0].toString(),
    async open (): Promise<Channel> {
      throw new Error('the listener opens no channels')
    }
  }

  await node.handle(PROTOCOL, stream => {
    listener.accept?.(new StreamChannel(stream))
  }, { maxInboundStreams: MAX_STREAMS })

  return listener
}

async function createDialer ({ subject, address, ...params }: EndpointParams & { address: string }): Promise<Endpoint> {
  if (isCeiling(subject)) {
    return connectRaw(subject, address)
  }

  const node = await createNode({ ...params, subject })
  const connection = await node.dial(multiaddr(address))

  return {
    async open (): Promise<Channel> {
      return new StreamChannel(await connection.newStream(PROTOCOL, { maxOutboundStreams: MAX_STREAMS }))
    }
  }
}
