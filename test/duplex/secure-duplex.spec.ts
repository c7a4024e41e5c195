import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { expect } from 'aegir/chai'
import { duplexPair } from 'it-pair/duplex'
import { pipe } from 'it-pipe'
import { secureDuplex } from '../../src/duplex/index.ts'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import type { ByteDuplex, SecureDuplex, SecureDuplexInit } from '../../src/duplex/index.ts'
import type { PrivateKey } from '@libp2p/interface'

async function collect (source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []

  for await (const chunk of source) {
    chunks.push(chunk)
  }

  return concat(chunks)
}

async function * counted (chunks: number, size: number, pulled: { chunks: number }): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < chunks; i++) {
    pulled.chunks++
    yield new Uint8Array(size).fill(i)
  }
}

describe('secureDuplex', () => {
  let aliceKey: PrivateKey
  let bobKey: PrivateKey

  before(async () => {
    aliceKey = await generateKeyPair('Ed25519')
    bobKey = await generateKeyPair('Ed25519')
  })

  async function connect (alice: Partial<SecureDuplexInit> = {}, bob: Partial<SecureDuplexInit> = {}): Promise<[SecureDuplex, SecureDuplex]> {
    const [left, right] = duplexPair<Uint8Array>()

    return Promise.all([
      secureDuplex(left, { privateKey: aliceKey, ...alice }),
      secureDuplex(right, { privateKey: bobKey, ...bob })
    ])
  }

  it('should carry a pipe both ways, with half-close', async () => {
    const [alice, bob] = await connect()
    const sent = [utf8('beep '), utf8('boop'), new Uint8Array(300_000).fill(7)]

    const echoed = pipe(bob, bob)
    const received = await pipe(sent, alice, collect)
    await echoed

    expect(received).to.equalBytes(concat(sent))
  })

  it('should agree on peers, suite, transcript and exported keys', async () => {
    const [alice, bob] = await connect({ remotePeer: peerIdFromPrivateKey(bobKey) }, { groups: ['x25519'] })

    expect(alice.remotePeer.equals(peerIdFromPrivateKey(bobKey))).to.be.true()
    expect(bob.remotePeer.equals(peerIdFromPrivateKey(aliceKey))).to.be.true()
    expect(alice.group).to.equal('x25519')
    expect(alice.cipher).to.equal(bob.cipher)
    expect(alice.transcriptHash).to.equalBytes(bob.transcriptHash)
    expect(alice.exportKeyingMaterial('test', undefined, 40)).to.equalBytes(bob.exportKeyingMaterial('test', new Uint8Array(), 40))
  })

  it('should give extensions to the other side in libp2p\'s roles', async () => {
    const [alice, bob] = await connect({ role: 'dialer', extensions: { name: utf8('alice') } }, { role: 'listener' })

    expect({ ...bob.extensions }).to.deep.equal({ name: utf8('alice') })
    expect({ ...alice.extensions }).to.deep.equal({})
  })

  it('should refuse extensions where nobody would read them', async () => {
    const [left] = duplexPair<Uint8Array>()

    await expect(secureDuplex(left, { privateKey: aliceKey, extensions: { name: utf8('alice') } }))
      .to.eventually.be.rejected.with.property('code', 'ERR_INVALID_OPTION')
  })

  it('should fail for the wrong peer, on both sides', async () => {
    const [left, right] = duplexPair<Uint8Array>()

    const results = await Promise.allSettled([
      secureDuplex(left, { privateKey: aliceKey, remotePeer: peerIdFromPrivateKey(aliceKey) }),
      secureDuplex(right, { privateKey: bobKey }).then(async bob => collect(bob.source))
    ])

    expect(results[0]).to.have.nested.property('reason.name', 'UnexpectedPeerError')
    expect(results[1]).to.have.property('status', 'rejected')
  })

  it('should tell the dialer why the listener refused', async () => {
    const [left, right] = duplexPair<Uint8Array>()

    const results = await Promise.allSettled([
      secureDuplex(left, { privateKey: aliceKey, role: 'dialer' }),
      secureDuplex(right, { privateKey: bobKey, role: 'listener', identify: identity => { identity.reject('members only') } })
    ])

    expect(results[0]).to.have.nested.property('reason.code', 'ERR_REFUSED')
    expect(results[0]).to.have.nested.property('reason.reason', 'members only')
    expect(results[1]).to.have.nested.property('reason.code', 'ERR_IDENTITY_REJECTED')
  })

  it('should tell a peer why it was rejected late', async () => {
    const later = Promise.withResolvers<() => void>()
    const [alice, bob] = await connect({}, { identify: identity => { later.resolve(() => { identity.reject('changed my mind') }) } })

    ;(await later.promise)()

    await expect(collect(alice.source)).to.eventually.be.rejected.with.property('message', 'ERR_REJECTED: the remote peer rejected the connection - changed my mind')
    await expect(collect(bob.source)).to.eventually.be.rejected.with.property('code', 'ERR_IDENTITY_REJECTED')
  })

  it('should give all that a side sent that ended while the other was still asked', async () => {
    const asked = Promise.withResolvers<void>()
    const [left, right] = duplexPair<Uint8Array>()

    const bob = secureDuplex(right, { privateKey: bobKey, identify: async () => asked.promise })
    const alice = await secureDuplex(left, { privateKey: aliceKey })
    await alice.sink([utf8('beep boop')])
    asked.resolve()

    expect(await collect((await bob).source)).to.equalBytes(utf8('beep boop'))
  })

  it('should fail, and leave the carrier, when its sink throws at once', async () => {
    let left = false
    const iterator: AsyncIterator<Uint8Array> = {
      next: async () => new Promise(() => {}),
      return: async () => {
        left = true

        return { done: true, value: undefined }
      }
    }
    const carrier: ByteDuplex = {
      source: { [Symbol.asyncIterator]: () => iterator },
      sink: () => { throw new Error('no sink') }
    }

    await expect(secureDuplex(carrier, { privateKey: await generateKeyPair('Ed25519') }))
      .to.eventually.be.rejectedWith('no sink').with.property('code', 'ERR_CARRIER_CLOSED')
    expect(left).to.equal(true)
  })

  it('should fail when the source of its carrier throws at once', async () => {
    const carrier: ByteDuplex = {
      source: { [Symbol.asyncIterator]: () => { throw new Error('no source') } },
      sink: async source => { await collect(source as AsyncIterable<Uint8Array>) }
    }

    await expect(secureDuplex(carrier, { privateKey: await generateKeyPair('Ed25519') }))
      .to.eventually.be.rejectedWith('no source').with.property('code', 'ERR_CARRIER_CLOSED')
  })

  it('should notice that the carrier was cut', async () => {
    const [left, right] = duplexPair<Uint8Array>()
    const cut = {
      sink: left.sink,
      source: (async function * () {
        let bytes = 0

        for await (const chunk of left.source) {
          // past the handshake
          bytes += chunk.byteLength

          if (bytes > 20_000) {
            return
          }

          yield chunk
        }
      })()
    }

    const [alice, bob] = await Promise.all([
      secureDuplex(cut, { privateKey: aliceKey }),
      secureDuplex(right, { privateKey: bobKey })
    ])
    bob.sink([new Uint8Array(100_000)]).catch(() => {})

    await expect(collect(alice.source)).to.eventually.be.rejected.with.property('code', 'ERR_TRUNCATED')
  })

  it('should end the handshake when its time is up or its caller aborts', async () => {
    const [left] = duplexPair<Uint8Array>()
    const [other] = duplexPair<Uint8Array>()

    await expect(secureDuplex(left, { privateKey: aliceKey, handshakeTimeout: 10 }))
      .to.eventually.be.rejected.with.property('code', 'ERR_HANDSHAKE_TIMEOUT')
    await expect(secureDuplex(other, { privateKey: aliceKey, signal: AbortSignal.abort() }))
      .to.eventually.be.rejected.with.property('name', 'AbortError')
  })

  it('should not pull a source faster than the other side reads', async () => {
    const [alice, bob] = await connect()
    const pulled = { chunks: 0 }
    const chunks = 200
    const size = 65_536
    const sending = alice.sink(counted(chunks, size, pulled))

    // everything that can move without a reader has moved when nothing moves any more
    let before = -1

    while (before !== pulled.chunks) {
      before = pulled.chunks
      await new Promise(resolve => setTimeout(resolve, 20))
    }

    expect(pulled.chunks).to.be.lessThan(chunks / 2)
    expect((await collect(bob.source)).byteLength).to.equal(chunks * size)
    await sending
  })
})
