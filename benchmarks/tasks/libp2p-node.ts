/**
 * A libp2p node with one encrypter. Everything is at its default but the
 * limits that would refuse the benchmark's own connections, or give them up on a
 * busy machine, and the connection monitor, whose pings are no part of what is
 * measured.
 */

import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { loadEncrypter } from '../subjects.ts'
import type { EncrypterName, Source } from '../subjects.ts'
import type { Libp2p, ServiceMap } from '@libp2p/interface'
import type { ServiceFactoryMap } from 'libp2p'

const MAX_CONNECTIONS = 10_000
const PATIENCE_MS = 60_000

export interface NodeParams {
  subject: EncrypterName
  source: Source

  /** The identity, as a protobuf in base64 */
  privateKey: string
}

export async function createNode <Services extends ServiceMap> (params: NodeParams, listen = false, services?: ServiceFactoryMap<Services>): Promise<Libp2p<Services>> {
  return createLibp2p<Services>({
    privateKey: privateKeyFromProtobuf(Buffer.from(params.privateKey, 'base64')),
    addresses: { listen: listen ? ['/ip4/127.0.0.1/tcp/0'] : [] },
    transports: [tcp()],
    connectionEncrypters: [await loadEncrypter(params.subject, params.source)],
    streamMuxers: [yamux()],
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      maxIncomingPendingConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: Infinity,
      dialTimeout: PATIENCE_MS,
      addressDialTimeout: PATIENCE_MS,
      inboundUpgradeTimeout: PATIENCE_MS
    },
    connectionMonitor: { enabled: false },
    services
  })
}
