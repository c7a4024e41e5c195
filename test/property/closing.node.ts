import { once } from 'node:events'
import net from 'node:net'
import { generateKeys } from '../../src/keys/index.ts'
import { secure } from '../../src/stream/index.ts'
import { guard } from '../fixtures/attack-victim.ts'
import { MODES } from '../stream/events.ts'
import { holdsInAnyOrder } from './closing.ts'
import type { Connection, End } from './closing.ts'
import type { Keys } from '../../src/keys/index.ts'
import type { Peer, PlainStream, SecureOptions } from '../../src/stream/index.ts'

// message streams and duplexes: closing.spec.ts
describe('property: ends, half-closes, aborts and resets of the stream API', () => {
  guard()

  let keys: Keys
  let server: net.Server

  before(async () => {
    keys = await generateKeys()
    server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })

  after(() => { server.close() })

  async function holds (options: SecureOptions): Promise<void> {
    const peer = secure(keys, options)

    await holdsInAnyOrder(async () => connect(server, peer))
  }

  for (const [name, options] of MODES) {
    it(`should be what a model says, over ${name}`, async () => holds(options))
  }
})

/** Over a connection of this machine: its sockets close as all others do. */
async function connect (server: net.Server, peer: Peer): Promise<Connection> {
  const { port } = server.address() as net.AddressInfo
  const accepted = once(server, 'connection')
  const dialed = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [socket] = await accepted as [net.Socket]

  const streams = [dialed, socket].map(async socket => new Promise<PlainStream>(resolve => {
    const side = peer(resolve)
    side.pipe(socket).pipe(side)
  }))

  const [a, b] = await Promise.all(streams)

  return { ends: [endOf(a), endOf(b)], cut: () => { dialed.resetAndDestroy() } }
}

function endOf (stream: PlainStream): End {
  const received: Uint8Array[] = []
  let seen: End['seen'] = 'open'
  stream.on('data', chunk => { received.push(chunk) })
  stream.on('end', () => { seen = 'ended' })

  // a close without an error says that all is well
  stream.on('close', () => { seen = seen !== 'open' || stream.errored == null ? 'ended' : 'broken' })

  return {
    received,
    get seen () { return seen },
    send: bytes => { stream.write(bytes) },
    end: () => { stream.end() },
    pause: () => { stream.pause() },
    resume: () => { stream.resume() },
    abort: () => { stream.destroy(new Error('enough')) }
  }
}
