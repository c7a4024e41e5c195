import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { PassThrough, Readable, Transform } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'aegir/chai'
import { createLibp2p } from 'libp2p'
import { generateKeys, privateKeyFromKeys } from '../../src/keys/index.ts'
import { peerIdFromAnyPublicKey } from '../../src/libp2p/keys.ts'
import secureByDefault, { secure } from '../../src/stream/index.ts'
import { closed, closedSilently, collect, join, MODES, nextTurn } from './events.ts'
import type { Identities } from './events.ts'
import type { Identity, Peer, PlainStream, SecureOptions, SecureStream } from '../../src/stream/index.ts'

const MIB = 2 ** 20

for (const [version, options] of MODES) {
  describe(`the stream API over ${version}`, () => {
    let keys: Identities

    before(async () => {
      keys = { a: await generateKeys(), b: await generateKeys() }
    })

    describe('streams', () => {
      it('should carry bytes both ways over a socket and close it', async () => {
        const { server, port, accepted } = await listen(peerA(), stream => { stream.pipe(stream) })
        const socket = net.connect(port)
        const sec = peerB()()
        sec.pipe(socket).pipe(sec)

        const stream = await connected(sec)
        const sent = randomBytes(MIB)
        stream.end(sent)

        expect((await buffer(stream)).equals(sent)).to.be.true()
        await Promise.all([closed(sec), closed(socket), closed(await accepted)])
        await close(server)
      })

      it('should let one side answer long after the other has ended, over a plain net.Server', async () => {
        const { server, port } = await listen(peerA(), async stream => {
          const question = await collect(stream)
          await delay(100)
          stream.end(String(question).toUpperCase())
        })
        const socket = net.connect(port)
        const sec = peerB()()
        sec.pipe(socket).pipe(sec)

        const stream = await connected(sec)
        stream.end('beep boop')

        expect(await text(stream)).to.equal('BEEP BOOP')
        await closed(sec)
        await close(server)
      })

      it('should work with pipeline()', async () => {
        const hash = createHash('sha256')
        const { server, port } = await listen(peerA(), stream => { void pipeline(stream, upperCase(), stream) }, true)
        const socket = net.connect(port)
        const sec = peerB()()
        const wire = pipeline(socket, sec, socket)

        const stream = await connected(sec)
        const source = Readable.from(function * () {
          for (let i = 0; i < 64; i++) {
            yield Buffer.alloc(MIB / 16, 'beep boop ')
          }
        }())

        await Promise.all([pipeline(source, stream, { end: true }), pipeline(stream, hash)])
        await wire

        const expected = createHash('sha256')
        for (let i = 0; i < 64; i++) {
          expected.update(Buffer.alloc(MIB / 16, 'BEEP BOOP '))
        }
        expect(hash.digest('hex')).to.equal(expected.digest('hex'))
        await close(server)
      })

      it('should make pipeline() fail when the other side is cut off', async () => {
        const { server, port, accepted } = await listen(peerA(), () => {})
        const socket = net.connect(port)
        const sec = peerB()()
        const wire = pipeline(socket, sec, socket)
        const [stream, remote] = await Promise.all([connected(sec), accepted])
        const reading = buffer(stream)
        remote.destroy()

        await expect(wire).to.eventually.be.rejected.with.property('code', 'ERR_TRUNCATED')
        await expect(reading).to.eventually.be.rejected.with.property('code', 'ERR_TRUNCATED')
        await close(server)
      })

      it('should take strings and give them', async () => {
        const { a, b } = await pair()
        a.setEncoding('utf8')
        const received = once(a, 'data')
        b.write('62656570', 'hex')

        expect(await received).to.deep.equal(['beep'])
      })

      it('should be iterable', async () => {
        const { a, b } = await pair()
        b.end('beep boop')
        let received = ''

        for await (const chunk of a) {
          received += String(chunk)
        }

        expect(received).to.equal('beep boop')
      })

      it('should give the same bytes however the wire cuts them', async () => {
        const a = peerA()()
        const b = peerB()()
        a.pipe(byteByByte()).pipe(b).pipe(byteByByte()).pipe(a)

        const [left, right] = await Promise.all([connected(a), connected(b)])
        left.end('beep')
        right.end('boop')

        expect(await Promise.all([text(left), text(right)])).to.deep.equal(['boop', 'beep'])
      })

      it('should not need the order of a listener and a dialer', async () => {
        const a = peerA()()
        const b = peerB()()
        b.pipe(a).pipe(b)

        expect(await Promise.all([connected(a), connected(b)])).to.have.lengthOf(2)
      })

      it('should let a written buffer be used again in the callback', async () => {
        const { a, b } = await pair()
        const chunk = Buffer.alloc(1000)
        const received = buffer(a)

        for (let i = 0; i < 20; i++) {
          chunk.fill(i)
          await new Promise<void>(resolve => { b.write(chunk, () => { resolve() }) })
        }

        b.end()
        expect((await received).every((byte, i) => byte === Math.floor(i / 1000))).to.be.true()
      })

      it('should emit end and close once on all four streams', async () => {
        const a = peerA()()
        const b = peerB()()
        const events: string[] = []
        const watch = (name: string, stream: SecureStream | PlainStream): void => {
          stream.on('end', () => { events.push(`${name} end`) })
          stream.on('close', () => { events.push(`${name} close`) })
        }
        watch('a', a)
        watch('b', b)
        join(a, b)

        const [left, right] = await Promise.all([connected(a), connected(b)])
        watch('left', left)
        watch('right', right)
        left.resume().end()
        right.resume().end()
        await Promise.all([closed(a), closed(b)])
        await nextTurn()

        expect(events.sort()).to.deep.equal(['a close', 'a end', 'b close', 'b end', 'left close', 'left end', 'right close', 'right end'])
      })

      it('should leave no listeners on a socket', async () => {
        const { server, port } = await listen(peerA(), stream => { stream.pipe(stream) })
        const socket = net.connect(port)
        const fresh = new net.Socket()
        const sec = peerB()()
        sec.pipe(socket).pipe(sec)
        const stream = await connected(sec)
        stream.resume().end('beep boop')
        await Promise.all([closed(sec), closed(socket)])
        await nextTurn()

        for (const event of ['data', 'drain', 'error', 'finish', 'pipe', 'unpipe', 'close', 'readable']) {
          expect(socket.listenerCount(event), event).to.equal(fresh.listenerCount(event))
        }

        await close(server)
      })

      it('should do nothing until it is read or written', async () => {
        const sec = peerA()()
        await nextTurn()

        expect(sec.readableLength).to.equal(0)
        sec.destroy()
      })
    })

    describe('back-pressure', () => {
      it('should stop the writer when the other side does not read', async () => {
        const { a, b } = await pair()
        const written = await writeUntilBlocked(b)

        expect(written).to.be.within(64 * 1024, 2 * MIB)

        const received = buffer(a)
        b.end()
        expect((await received).byteLength).to.equal(written)
      })

      it('should stop the writer when the wire takes nothing', async () => {
        const a = peerA()()
        const b = peerB()()
        const wire = new PassThrough()
        a.pipe(b).pipe(wire).pipe(a)
        const [left, right] = await Promise.all([connected(a), connected(b)])
        wire.unpipe(a)
        const written = await writeUntilBlocked(right)

        expect(written).to.be.within(64 * 1024, 2 * MIB)

        wire.pipe(a)
        const received = buffer(left)
        right.end()
        expect((await received).byteLength).to.equal(written)
      })

      it('should stop the wire when the application does not read', async () => {
        const { a, b, sec } = await pair()
        await writeUntilBlocked(b)

        expect(a.readableLength).to.be.within(1, MIB)
        expect(sec.a.writableNeedDrain).to.be.true()
        a.destroy()
      })

      it('should call drain when there is room again', async () => {
        const { a, b } = await pair()
        await writeUntilBlocked(b)
        expect(b.write(Buffer.alloc(MIB))).to.be.false()
        const drained = once(b, 'drain')
        a.resume()
        await drained
        expect(b.writableLength).to.equal(0)
      })
    })

    describe('identify', () => {
      it('should show key, cipher and PeerId of the other side', async () => {
        const a = peerA()()
        const b = peerB()()
        const ids: Identity[] = []
        a.on('identify', id => {
          ids.push(id)
          id.accept()
        })
        join(a, b)
        const stream = await connected(a)

        expect(ids).to.have.lengthOf(1)
        expect(stream.id).to.equal(ids[0])
        expect(stream.id.key).to.deep.equal({ type: 'rsa', public: keys.b.public })
        expect(stream.id.cipher).to.equal(version === '1.0' ? 'aes-256-gcm' : 'AES-256-CBC')
        expect(stream.id.group).to.equal(version === '1.0' ? 'x25519mlkem768' : undefined)
        expect(stream.id.peerId.equals(peerIdFromAnyPublicKey(privateKeyFromKeys(keys.b).publicKey))).to.be.true()
      })

      it('should accept when nobody listens', async () => {
        const { a } = await pair()

        expect(a.id.key.public).to.equal(keys.b.public)
      })

      it('should wait for every listener', async () => {
        const a = peerA()()
        const b = peerB()()
        const ids: Identity[] = []
        let isConnected = false
        a.on('identify', id => { ids.push(id) })
        a.on('identify', id => { ids.push(id) })
        a.on('connection', () => { isConnected = true })
        join(a, b)
        await connected(b)
        await nextTurn()

        ids[0].accept()
        ids[0].accept()
        ids[0].accept()
        await delay(20)
        expect(isConnected).to.be.false()

        ids[1].accept()
        await delay(20)
        expect(isConnected).to.be.true()
      })

      it('should refuse when one of the listeners rejects', async () => {
        const a = peerA()(() => { expect.fail('was rejected') })
        const b = peerB()()
        a.on('identify', id => { id.accept() })
        a.on('identify', id => { id.reject('not you') })
        const ends = Promise.all([closed(a), closed(b)])
        join(a, b)
        const [ours, theirs] = await ends

        expect(ours).to.have.property('code', 'ERR_IDENTITY_REJECTED')
        expect(theirs).to.have.property('code', version === '1.0' ? 'ERR_REJECTED' : 'ERR_TRUNCATED')
        expect(theirs?.reason).to.equal(version === '1.0' ? 'not you' : undefined)
      })

      it('should not accept any more after a rejection', async () => {
        const a = peerA()(() => { expect.fail('was rejected') })
        const b = peerB()()
        a.on('identify', id => {
          id.reject()
          id.accept()
        })
        const ends = Promise.all([closed(a), closed(b)])
        join(a, b)
        await ends
      })

      it('should end when a listener accepts and rejects at once', async () => {
        const a = peerA()(() => { expect.fail('was rejected') })
        const b = peerB()()
        a.on('identify', id => {
          id.accept()
          id.reject('changed my mind')
        })
        const ends = Promise.all([closed(a), closed(b)])
        join(a, b)

        expect((await ends)[0]).to.have.property('code', 'ERR_IDENTITY_REJECTED')
      })

      it('should end a connection that is rejected late, on both sides', async () => {
        const { a, b, sec } = await pair()
        const ends = Promise.all([a, b, sec.a, sec.b].map(closed))
        a.id.reject('go away')
        a.id.reject('again')
        const [left, right] = await ends

        expect(left).to.have.property('code', 'ERR_IDENTITY_REJECTED')
        expect(right).to.have.property('code', version === '1.0' ? 'ERR_REJECTED' : 'ERR_TRUNCATED')
        expect(right?.reason).to.equal(version === '1.0' ? 'go away' : undefined)
      })

      it('should say goodbye even when the wire is full', async () => {
        const { a, b, sec } = await pair()
        await writeUntilBlocked(a)
        const ends = Promise.all([closed(sec.a), closed(b)])
        a.id.reject('too much')
        b.resume()
        const [, theirs] = await ends

        expect(theirs).to.have.property('code', version === '1.0' ? 'ERR_REJECTED' : 'ERR_TRUNCATED')
      })

      it('should not mind an answer after the end', async () => {
        const { a, b, sec } = await pair()
        const ends = Promise.all([closed(sec.a), closed(sec.b)])
        a.resume().end()
        b.resume().end()
        await ends
        a.id.reject()
        a.id.accept()
      })

      it('should hold back what arrives before the listener has answered', async () => {
        const a = peerA()()
        const b = peerB()()
        let received = ''
        const held = Promise.withResolvers<Identity>()
        a.on('identify', id => { held.resolve(id) })
        a.on('connection', stream => { stream.on('data', chunk => { received += String(chunk) }) })
        join(a, b)
        const stream = await connected(b)
        stream.write('beep')
        await delay(20)
        expect(received).to.equal('')

        const id = await held.promise
        id.accept()
        await delay(20)
        expect(received).to.equal('beep')
      })

      it('should bound what arrives before the listener has answered', async () => {
        const a = peerA()()
        const b = peerB()()
        a.on('identify', () => {})
        join(a, b)
        const written = await writeUntilBlocked(await connected(b))

        expect(written).to.be.at.most(2 * MIB)
        expect(a.writableLength).to.be.at.most(MIB)
        a.destroy()
      })
    })

    describe('header', () => {
      it('should give what the other side signed', async () => {
        const a = peerA()()
        const b = peerB()()
        const header = once(a, 'header')
        join(a, b)
        const [{ payload, hash }] = await header

        expect(JSON.parse(payload)).to.have.property('token').that.is.a('string')
        expect(JSON.parse(payload).key.type).to.equal('rsa')
        expect(Buffer.from(hash, 'base64')).to.have.lengthOf(256)
      })

      it('should be emitted before identify, and that before connection', async () => {
        const a = peerA()()
        const b = peerB()()
        const events: string[] = []
        a.on('connection', () => { events.push('connection') })
        a.on('identify', id => {
          events.push('identify')
          id.accept()
        })
        a.on('header', () => { events.push('header') })
        join(a, b)
        await connected(a)

        expect(events).to.deep.equal(['header', 'identify', 'connection'])
      })
    })

    describe('failures', () => {
      it('should close all four streams and both sockets, without an error that nobody listens for', async () => {
        const { server, port, accepted, sockets } = await listen(peerA(), () => {})
        const socket = net.connect(port)
        const sec = peerB()()
        sec.pipe(socket).pipe(sec)
        const [stream, remote] = await Promise.all([connected(sec), accepted])
        const ends = Promise.all([sec, stream, socket, remote, sockets[0]].map(closedSilently))
        socket.write('beep boop, this is neither a record nor a frame, is it?\n')
        await ends
        await close(server)
      })

      it('should tell a cut connection from a closed one', async () => {
        const { a, b, sec } = await pair()
        const end = closed(b)
        b.resume()
        sec.a.destroy()

        expect(await end).to.have.property('code', 'ERR_TRUNCATED')
        expect(a.destroyed).to.be.true()
      })

      it('should cut the connection when the application destroys its stream', async () => {
        const { a, b, sec } = await pair()
        const ends = Promise.all([closed(sec.a), closed(sec.b), closed(b)])
        a.destroy()

        expect((await ends)[2]).to.have.property('code', 'ERR_TRUNCATED')
      })

      it('should notice every changed byte of a record or frame', async () => {
        for (const position of [0, 1, 3, 4, 11, 30]) {
          const a = peerA()()
          const b = peerB()()
          let tampering = false
          const wire = new Transform({
            transform (chunk, _encoding, callback) {
              if (tampering) {
                chunk[position] ^= 0x01
              }
              callback(null, chunk)
            }
          })
          a.pipe(wire).pipe(b).pipe(a)
          const [left, right] = await Promise.all([connected(a), connected(b)])
          const end = closed(right)
          let received = 0
          right.on('data', chunk => { received += chunk.length })
          tampering = true
          left.write('beep boop beep boop')

          expect(await end, `${position}`).to.have.property('code').that.is.oneOf(['ERR_RECORD_AUTH', 'ERR_MALFORMED_RECORD', 'ERR_TRUNCATED'])
          expect(received).to.equal(0)
        }
      })

      it('should end a handshake that stops half way', async () => {
        const sec = secure(keys.a, { ...options, handshakeTimeout: 50 })()
        sec.write('{')

        expect(await closed(sec)).to.have.property('code', 'ERR_HANDSHAKE_TIMEOUT')
      })

      it('should wait for a peer that has not come yet', async () => {
        const sec = secure(keys.a, { ...options, handshakeTimeout: 20 })()
        sec.resume()
        await delay(60)

        expect(sec.destroyed).to.be.false()
        sec.destroy()
      })

      it('should give the application the time that it takes', async () => {
        const a = secure(keys.a, { ...options, handshakeTimeout: 500 })()
        a.on('identify', id => { setTimeout(() => { id.accept() }, 600) })
        join(a, peerB()())

        expect(await connected(a)).to.have.property('id')
      })

      it('should end when the socket is destroyed on this side', async () => {
        const { server, port, accepted } = await listen(peerA(), () => {})
        const socket = net.connect(port)
        const sec = peerB()()
        sec.pipe(socket).pipe(sec)
        const [stream, remote] = await Promise.all([connected(sec), accepted])
        const ends = Promise.all([closed(sec), closed(stream), closed(remote)])
        socket.destroy()

        expect((await ends).map(err => err?.code)).to.deep.equal(['ERR_TRUNCATED', 'ERR_TRUNCATED', 'ERR_TRUNCATED'])
        await close(server)
      })

      it('should end when the socket fails before the handshake, and not end the process', async () => {
        const { server, port } = await listen(peerA(), () => {})
        await close(server)
        const sec = peerB()()
        const end = closed(sec)
        sec.pipe(net.connect(port)).pipe(sec)

        expect(await end).to.have.property('code', 'ERR_CARRIER_CLOSED')
        expect(await end).to.have.nested.property('cause.code', 'ECONNREFUSED')
      })

      it('should survive a peer that resets the connection', async () => {
        const server = net.createServer(socket => {
          const sec = peerA()()
          sec.pipe(socket).pipe(sec)
        })
        server.listen(0)
        await once(server, 'listening')
        const socket = net.connect((server.address() as net.AddressInfo).port)
        await once(socket, 'connect')
        socket.resetAndDestroy()
        await closed(socket)
        await delay(20)
        await close(server)
      })

      it('should give all that was sent before an orderly end, even when the wire closes at once', async () => {
        const { server, port, accepted, sockets } = await listen(peerA(), stream => { stream.end('beep boop') })
        const socket = net.connect(port)
        const sec = peerB()()
        sec.pipe(socket).pipe(sec)
        const [stream] = await Promise.all([connected(sec), accepted])
        await delay(20)
        sockets[0].destroy()
        await delay(20)

        expect(await text(stream)).to.equal('beep boop')
        await closedSilently(sec)
        await close(server)
      })

      it('should bound a line that never ends', async () => {
        const sec = peerA()()
        const end = closed(sec)

        for (let i = 0; i < 100 && !sec.destroyed; i++) {
          sec.write(Buffer.alloc(1000, 'x'))
          await nextTurn()
        }

        expect(await end).to.have.property('code', 'ERR_LINE_TOO_LONG')
      })

      it('should survive random bytes', async () => {
        for (let i = 1; i < 50; i++) {
          const sec = peerA()()
          const end = closed(sec)
          sec.write(randomBytes(7 * i))
          sec.end('\n')

          expect(await end).to.have.property('code').that.matches(/^ERR_/)
        }
      })

      it('should not keep its process alive or its peers open after many failures', async () => {
        const { server, port, sockets } = await listen(peerA(), () => { expect.fail('nobody speaks the protocol') })

        for (let i = 0; i < 20; i++) {
          const socket = net.connect(port)
          socket.resume().end(randomBytes(100))
          await once(socket, 'close')
        }

        await nextTurn()
        expect(sockets.filter(socket => !socket.destroyed)).to.have.lengthOf(0)
        await close(server)
      })
    })

    function peerA (): Peer {
      return secure(keys.a, options)
    }

    function peerB (): Peer {
      return secure(keys.b, options)
    }

    async function pair (): Promise<{ a: PlainStream, b: PlainStream, sec: { a: SecureStream, b: SecureStream } }> {
      const sec = { a: peerA()(), b: peerB()() }
      join(sec.a, sec.b)
      const [a, b] = await Promise.all([connected(sec.a), connected(sec.b)])

      return { a, b, sec }
    }
  })
}

describe('the stream API', () => {
  it('should be the default export, too', () => {
    expect(secureByDefault).to.equal(secure)
  })

  for (const type of ['rsa', 'ed25519', 'secp256k1', 'ecdsa'] as const) {
    it(`should identify ${type} keys`, async () => {
      const [ours, theirs] = [await generateKeys(), await generateKeys({ type })]
      const a = secure(ours)()
      join(a, secure(theirs)())
      const { id } = await connected(a)

      expect(id.key).to.deep.equal({ type, public: theirs.public })
      expect(id.peerId.toString()).to.equal(peerIdFromAnyPublicKey(privateKeyFromKeys(theirs).publicKey).toString())
    })
  }

  it('should give an identity the PeerId of a libp2p node with the same key file', async () => {
    const keys = await generateKeys()
    const node = await createLibp2p({ start: false, privateKey: privateKeyFromKeys(keys) })

    for (const options of [{}, { classic: true }]) {
      const a = secure(await generateKeys(), options)()
      join(a, secure(keys, options)())

      expect((await connected(a)).id.peerId.equals(node.peerId)).to.be.true()
    }
  })

  it('should take libp2p keys', async () => {
    const keys = await generateKeys()

    for (const options of [{}, { classic: true }]) {
      const a = secure(privateKeyFromKeys(keys), options)()
      const b = secure(keys, options)()
      join(a, b)

      expect((await connected(b)).id.key.public).to.equal(keys.public)
    }
  })

  it('should compare the names of ciphers without case', async () => {
    const keys = await generateKeys({ type: 'ed25519' })
    const a = secure(keys, { ciphers: ['ChaCha20-Poly1305', 'AES-128-GCM'] })()
    join(a, secure(keys, { ciphers: ['aes-128-gcm'] })())

    expect((await connected(a)).id.cipher).to.equal('aes-128-gcm')
  })

  it('should elect the group that both offer', async () => {
    const keys = await generateKeys({ type: 'ed25519' })
    const a = secure(keys, { groups: ['x25519'] })()
    join(a, secure(keys)())

    expect((await connected(a)).id.group).to.equal('x25519')
  })

  it('should refuse options without a meaning at once', async () => {
    const keys = await generateKeys({ type: 'ed25519' })
    const refused: Array<[unknown, SecureOptions, string]> = [
      [keys, { ciphers: ['RC4'] }, 'aes-256-gcm'],
      [keys, { ciphers: [] }, 'none'],
      [keys, { groups: ['modp5' as 'x25519'] }, 'x25519mlkem768'],
      [keys, { handshakeTimeout: 0 }, 'handshakeTimeout'],
      [undefined, {}, 'PEM'],
      [{}, {}, 'PEM'],
      [{}, { classic: true }, 'RSA'],
      [{ private: 'x', public: 'y' }, {}, 'PEM']
    ]

    for (const [wrongKeys, options, message] of refused) {
      expect(() => secure(wrongKeys as typeof keys, options)).to.throw(message).with.property('code', 'ERR_INVALID_OPTION')
    }
  })

  it('should fail between 1.0 and 0.2 on both sides, and never fall back', async () => {
    const keys = await generateKeys()
    const a = secure(keys)(() => { expect.fail('no common version') })
    const b = secure(keys, { classic: true })(() => { expect.fail('no common version') })
    const ends = Promise.all([closed(a), closed(b)])
    join(a, b)
    const [modern, classic] = await ends

    expect(modern).to.have.property('code', 'ERR_MALFORMED_HELLO')
    expect(classic).to.have.property('code', 'ERR_MALFORMED_HEADER')
  })

  it('should put what is written at once into few chunks on the wire', async () => {
    const keys = await generateKeys({ type: 'ed25519' })
    const a = secure(keys)()
    const b = secure(keys)()
    join(a, b)
    const [left, right] = await Promise.all([connected(a), connected(b)])
    let chunks = 0
    a.on('data', () => { chunks++ })
    let received = 0
    right.on('data', chunk => { received += chunk.length })

    for (let i = 0; i < 1000; i++) {
      left.write(Buffer.alloc(64))
    }

    await delay(20)
    expect(received).to.equal(64_000)
    expect(chunks).to.be.at.most(2)
  })

  it('should end a connection to itself', async () => {
    const sec = secure(await generateKeys({ type: 'ed25519' }))()
    const end = closed(sec)
    sec.pipe(sec)

    expect(await end).to.have.property('code', 'ERR_REFLECTION')
  })
})

async function connected (sec: SecureStream): Promise<PlainStream> {
  const [stream] = await once(sec, 'connection')

  return stream
}

/** A server as the seed's README has it. */
async function listen (peer: Peer, onStream: (stream: PlainStream) => void, allowHalfOpen = false): Promise<{ server: net.Server, port: number, accepted: Promise<PlainStream>, sockets: net.Socket[] }> {
  const accepted = Promise.withResolvers<PlainStream>()
  const sockets: net.Socket[] = []

  const server = net.createServer({ allowHalfOpen }, socket => {
    sockets.push(socket)
    const sec = peer(stream => {
      onStream(stream)
      accepted.resolve(stream)
    })
    socket.on('error', () => {})
    sec.pipe(socket).pipe(sec)
  })

  server.listen(0)
  await once(server, 'listening')

  return { server, sockets, port: (server.address() as net.AddressInfo).port, accepted: accepted.promise }
}

async function close (server: net.Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close(err => { err == null ? resolve() : reject(err) })
  })
}

/** Writes 16 KiB at a time, without regard to `false`, until no callback comes any more. */
async function writeUntilBlocked (stream: PlainStream): Promise<number> {
  let written = 0

  for (;;) {
    const done = new Promise<boolean>(resolve => { stream.write(Buffer.alloc(16_384), () => { resolve(true) }) })
    written += 16_384

    if (await Promise.race([done, delay(50, false)]) !== true) {
      return written
    }
  }
}

function upperCase (): Transform {
  return new Transform({
    transform (chunk, _encoding, callback) { callback(null, String(chunk).toUpperCase()) }
  })
}

function byteByByte (): Transform {
  return new Transform({
    transform (chunk, _encoding, callback) {
      for (const byte of chunk) {
        this.push(Buffer.of(byte))
      }
      callback()
    }
  })
}
