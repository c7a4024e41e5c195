import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'aegir/chai'
import { generateKeys } from '../../src/keys/index.ts'
import { secure } from '../../src/stream/index.ts'
import { collect } from '../stream/events.ts'
import { OriginalPeer } from './original-peer.ts'
import type { OriginalPeerInit } from './original-peer.ts'
import type { Identity, Keys, PlainStream, SecureStream } from '../../src/stream/index.ts'
import type { Duplex } from 'node:stream'

interface Case {
  ours?: string[]
  theirs?: string[]
  elected: string
}

const CASES: Case[] = [
  { elected: 'RC4' },
  { ours: ['RC4'], elected: 'RC4' },
  { ours: ['AES-128-CBC'], theirs: ['AES-128-CBC'], elected: 'AES-128-CBC' },
  { ours: ['AES-256-CBC'], theirs: ['AES-256-CBC'], elected: 'AES-256-CBC' },
  { theirs: ['AES-128-CBC', 'RC4'], elected: 'AES-128-CBC' },
  { ours: ['RC4', 'AES-128-CBC', 'BF-OFB'], theirs: ['DES', 'SEED', 'AES-128-CBC', 'CAST5-CBC', 'BF-OFB'], elected: 'AES-128-CBC' },
  { ours: ['AES-256-CTR'], theirs: ['AES-256-CTR'], elected: 'AES-256-CTR' },
  { ours: ['aes-192-cbc'], theirs: ['aes-192-cbc'], elected: 'aes-192-cbc' }
]

// around the block sizes, and more than a socket takes at once
const CHUNKS = [1, 15, 16, 17, 31, 32, 33, 1000, 65_536, 300_000].map(size => randomBytes(size))
const SENT = Buffer.concat(CHUNKS)

/* eslint-disable no-loop-func */

describe('secure-peer@0.2.1 on the other end', () => {
  let keys: { ours: Keys, theirs: Keys }
  let original: OriginalPeer

  before(async () => {
    keys = { ours: await generateKeys(), theirs: await generateKeys() }
  })

  afterEach(() => {
    original.kill()
  })

  for (const { ours, theirs, elected } of CASES) {
    const lists = `${ours?.join(' ') ?? 'our defaults'} with ${theirs?.join(' ') ?? 'its defaults'}`

    it(`should dial it: ${lists}`, async () => {
      original = new OriginalPeer({ role: 'listen', keys: keys.theirs, ciphers: theirs })

      const socket = net.connect(await original.message('port'), '127.0.0.1')
      const { id, received } = await echoed(socket, ours)

      expect(id.cipher).to.equal(elected)
      expect(id.key).to.deep.equal({ type: 'rsa', public: keys.theirs.public })
      expect(received.equals(SENT)).to.be.true()
      expect(await original.message('identify')).to.deep.equal({ cipher: elected, type: 'rsa', public: keys.ours.public })
      await once(socket, 'close')
    })

    it(`should be dialed by it: ${lists}`, async () => {
      const { server, port, accepted } = await echoServer(ours)
      original = new OriginalPeer(connecting(port, theirs))

      expect((await accepted).id.cipher).to.equal(elected)
      expect(await original.message('received')).to.equal(SENT.toString('base64'))
      expect(await original.message('identify')).to.deep.equal({ cipher: elected, type: 'rsa', public: keys.ours.public })

      server.close()
      await once(server, 'close')
    })
  }

  it('should answer it after a while, over a socket that may be half open', async () => {
    const server = net.createServer({ allowHalfOpen: true }, socket => {
      const sec = classic()(async stream => {
        const all = await collect(stream)
        await delay(50)
        stream.end(all)
      })
      sec.pipe(socket).pipe(sec)
    })
    const port = await listen(server)
    original = new OriginalPeer(connecting(port, undefined))

    expect(await original.message('received')).to.equal(SENT.toString('base64'))
    server.close()
  })

  it('should close when it rejects', async () => {
    original = new OriginalPeer({ role: 'listen', keys: keys.theirs, reject: true })

    const socket = net.connect(await original.message('port'), '127.0.0.1')
    const sec = classic()()
    sec.pipe(socket).pipe(sec)

    await Promise.all([original.message('closed'), closed(sec), closed(socket)])
  })

  it('should make it close when we reject', async () => {
    original = new OriginalPeer({ role: 'listen', keys: keys.theirs })

    const socket = net.connect(await original.message('port'), '127.0.0.1')
    const sec = classic()(() => { expect.fail('rejected peers are not connected') })
    sec.on('identify', id => { id.reject() })
    sec.pipe(socket).pipe(sec)

    await Promise.all([original.message('identify'), closed(sec), closed(socket)])
  })

  function classic (ciphers?: string[]): ReturnType<typeof secure> {
    return secure(keys.ours, { classic: true, ciphers })
  }

  function connecting (port: number, ciphers?: string[]): OriginalPeerInit {
    return { role: 'connect', port, keys: keys.theirs, ciphers, chunks: CHUNKS.map(chunk => chunk.toString('base64')) }
  }

  async function echoed (socket: net.Socket, ciphers?: string[]): Promise<{ id: Identity, received: Buffer }> {
    const sec = classic(ciphers)()
    sec.pipe(socket).pipe(sec)

    const stream = await connected(sec)

    for (const chunk of CHUNKS) {
      stream.write(chunk)
    }

    stream.end()

    return { id: stream.id, received: await buffer(stream) }
  }

  async function echoServer (ciphers?: string[]): Promise<{ server: net.Server, port: number, accepted: Promise<PlainStream> }> {
    const accepted = Promise.withResolvers<PlainStream>()

    const server = net.createServer(socket => {
      const sec = classic(ciphers)(stream => {
        stream.pipe(stream)
        accepted.resolve(stream)
      })
      sec.pipe(socket).pipe(sec)
    })

    return { server, port: await listen(server), accepted: accepted.promise }
  }
})

async function closed (stream: Duplex): Promise<void> {
  return new Promise(resolve => { stream.once('close', resolve) })
}

async function connected (sec: SecureStream): Promise<PlainStream> {
  const [stream] = await once(sec, 'connection')

  return stream
}

async function listen (server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return (server.address() as net.AddressInfo).port
}
