import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { expect } from 'aegir/chai'
import { pEvent } from 'p-event'
import sinon from 'sinon'
import { keyOf } from './fixtures/keys.ts'
import { middle } from './fixtures/middle.ts'
import { attempt, closed, closeOf, connect, errorOf, nextMessage, valueOf } from './fixtures/secure.ts'
import type { RemoteIdentity } from '../../src/index.ts'

const never = async (): Promise<void> => new Promise(() => {})

describe('identify', () => {
  it('should tell authenticated facts about the other side', async () => {
    const dialerKey = await keyOf('Ed25519')
    const listenerKey = await keyOf('secp256k1')
    const seen: Record<string, RemoteIdentity> = {}

    const { carriers } = await connect({
      dialer: {
        privateKey: dialerKey,
        init: {
          identify: identity => { seen.dialer = identity },
          extensions: { from: Uint8Array.of(1, 2, 3) },
          ciphers: ['aes-128-gcm'],
          groups: ['x25519']
        }
      },
      listener: {
        privateKey: listenerKey,
        init: { identify: identity => { seen.listener = identity }, ciphers: ['aes-256-gcm', 'aes-128-gcm'] }
      }
    })

    const expected = { cipher: 'aes-128-gcm', group: 'x25519' }

    expect(seen.dialer).to.include({ ...expected, direction: 'outbound', remoteAddr: carriers[0].remoteAddr })
    expect(seen.dialer.peerId.equals(peerIdFromPrivateKey(listenerKey))).to.equal(true)
    expect(seen.dialer.publicKey.equals(listenerKey.publicKey)).to.equal(true)
    expect({ ...seen.dialer.extensions }).to.deep.equal({})

    expect(seen.listener).to.include({ ...expected, direction: 'inbound', remoteAddr: carriers[1].remoteAddr })
    expect(seen.listener.peerId.equals(peerIdFromPrivateKey(dialerKey))).to.equal(true)
    expect(seen.listener.publicKey.equals(dialerKey.publicKey)).to.equal(true)
    expect({ ...seen.listener.extensions }).to.deep.equal({ from: Uint8Array.of(1, 2, 3) })
  })

  const accepting: Record<string, unknown> = {
    'returns nothing': undefined,
    'returns true': true,
    'returns null': null,
    'resolves to nothing': Promise.resolve(),
    'resolves to true': Promise.resolve(true)
  }

  for (const [what, result] of Object.entries(accepting)) {
    it(`should accept when a function ${what}`, async () => {
      const identify = sinon.stub().returns(result)
      await connect({ dialer: { init: { identify } }, listener: { init: { identify } } })

      expect(identify.callCount).to.equal(2)
    })
  }

  it('should accept everybody without a function', async () => {
    const { dialer } = await connect({ dialer: { init: { identify: [] } }, listener: { init: {} } })

    expect(dialer.connection.status).to.equal('open')
  })

  it('should let a dial resolve only after the listener accepted', async () => {
    const asked = Promise.withResolvers<void>()
    const decision = Promise.withResolvers<void>()
    let finished = false

    const attempting = attempt({
      listener: {
        init: {
          identify: async () => {
            asked.resolve()
            await decision.promise
          }
        }
      }
    }).finally(() => { finished = true })

    await asked.promise

    // all that is under way in memory has time to arrive
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(finished).to.equal(false)

    decision.resolve()
    expect((await attempting).dialer.status).to.equal('fulfilled')
  })

  const refusing: Record<string, { identify (identity: RemoteIdentity): unknown, reason: string }> = {
    'returns false': { identify: () => false, reason: '' },
    'resolves to false': { identify: async () => false, reason: '' },
    throws: { identify: () => { throw new Error('database password wrong') }, reason: '' },
    rejects: { identify: async () => { throw new Error('database password wrong') }, reason: '' },
    'calls reject with a reason': { identify: identity => { identity.reject('members only') }, reason: 'members only' },
    'calls reject without one': { identify: identity => { identity.reject() }, reason: '' },
    'calls reject later': {
      identify: async identity => {
        await Promise.resolve()
        identity.reject('members only')
        await never()
      },
      reason: 'members only'
    },
    'calls reject and accepts then': {
      identify: identity => {
        identity.reject('members only')
        return true
      },
      reason: 'members only'
    }
  }

  for (const [what, { identify, reason }] of Object.entries(refusing)) {
    it(`should refuse a dialer when a function ${what}`, async () => {
      const dialerIdentify = sinon.stub()
      const { dialer, listener, carriers } = await attempt({ dialer: { init: { identify: dialerIdentify } }, listener: { init: { identify } } })

      expect(errorOf(listener)).to.include({ name: 'IdentityRejectedError', code: 'ERR_IDENTITY_REJECTED', reason })
      expect(errorOf(dialer)).to.include({ name: 'RefusedError', code: 'ERR_REFUSED', reason })
      expect(errorOf(dialer).message).to.match(/^ERR_REFUSED: /).and.include(reason).and.not.include('password')

      // whom the listener refused learns nothing of it
      expect(dialerIdentify.called).to.equal(false)
      await Promise.all(carriers.map(closed))
    })

    it(`should reject a listener when a function ${what}`, async () => {
      const { dialer, listener, carriers } = await attempt({ dialer: { init: { identify } } })
      const rejected = await closeOf(valueOf(listener))

      expect(errorOf(dialer)).to.include({ name: 'IdentityRejectedError', code: 'ERR_IDENTITY_REJECTED', reason })
      expect(rejected.error).to.include({ name: 'RejectedError', code: 'ERR_REJECTED', reason })
      await Promise.all(carriers.map(closed))
    })
  }

  it('should keep what a function threw as the cause', async () => {
    const thrown = new Error('no such table')
    const { listener } = await attempt({ listener: { init: { identify: () => { throw thrown } } } })

    expect(errorOf(listener).cause).to.equal(thrown)
    expect(errorOf(listener).message).to.include('no such table')
  })

  it('should ask all of several functions', async () => {
    const functions = [sinon.stub(), sinon.stub().resolves(), sinon.stub().returns(true)]
    await connect({ listener: { init: { identify: functions } } })

    expect(functions.map(({ callCount }) => callCount)).to.deep.equal([1, 1, 1])
  })

  for (const position of [0, 1, 2]) {
    it(`should refuse when function ${position} of three does`, async () => {
      const functions = [sinon.stub(), sinon.stub(), sinon.stub()]
      functions[position].returns(false)
      const { listener } = await attempt({ listener: { init: { identify: functions } } })

      expect(errorOf(listener)).to.include({ code: 'ERR_IDENTITY_REJECTED' })
    })
  }

  it('should not wait for the others once one function refused', async () => {
    const { dialer } = await attempt({ listener: { init: { identify: [never, identity => { identity.reject('no') }] } } })

    expect(errorOf(dialer)).to.include({ reason: 'no' })
  })

  for (const side of ['dialer', 'listener'] as const) {
    it(`should end the wait for a ${side}'s function in time`, async () => {
      let aborted: AbortSignal | undefined

      const outcome = await attempt({
        [side]: {
          init: {
            handshakeTimeout: 100,
            identify: async (identity: RemoteIdentity, { signal }: { signal: AbortSignal }) => {
              aborted = signal
              await never()
            }
          }
        }
      })

      expect(errorOf(outcome[side])).to.include({ name: 'HandshakeTimeoutError', code: 'ERR_HANDSHAKE_TIMEOUT' })
      expect(aborted?.aborted).to.equal(true)
      expect(aborted?.reason).to.include({ code: 'ERR_HANDSHAKE_TIMEOUT' })
      await Promise.all(outcome.carriers.map(closed))
    })
  }

  it('should fail a dial whose listener does not decide in time', async () => {
    const { dialer } = await attempt({ listener: { init: { handshakeTimeout: 100, identify: never } } })

    expect(errorOf(dialer)).to.include({ name: 'CarrierClosedError', code: 'ERR_CARRIER_CLOSED' })
  })

  it('should end the wait when the caller aborts', async () => {
    const controller = new AbortController()

    const { listener } = await attempt({
      listener: {
        init: {
          identify: async () => {
            controller.abort(new Error('the caller has no time'))
            await never()
          }
        },
        options: { signal: controller.signal }
      }
    })

    expect(errorOf(listener).message).to.equal('the caller has no time')
  })

  it('should end the wait when the other side leaves', async () => {
    const asked = Promise.withResolvers<AbortSignal>()
    const controller = new AbortController()

    const attempting = attempt({
      dialer: { options: { signal: controller.signal } },
      listener: {
        init: {
          identify: async (identity, { signal }) => {
            asked.resolve(signal)
            await never()
          }
        }
      }
    })

    const signal = await asked.promise
    controller.abort(new Error('changed my mind'))
    const { dialer, listener } = await attempting

    expect(errorOf(dialer).message).to.equal('changed my mind')
    expect(errorOf(listener)).to.include({ code: 'ERR_CARRIER_CLOSED' })
    expect(signal.aborted).to.equal(true)
  })

  for (const side of ['dialer', 'listener'] as const) {
    const other = side === 'dialer' ? 'listener' : 'dialer'

    it(`should let a ${side} reject a peer that it accepted before`, async () => {
      let identity: RemoteIdentity | undefined
      const sides = await connect({ [side]: { init: { identify: (remote: RemoteIdentity) => { identity = remote } } } })

      const received = nextMessage(sides[other])
      sides[side].connection.send(new Uint8Array(100))
      expect(await received).to.have.lengthOf(100)

      const here = closeOf(sides[side])
      const there = closeOf(sides[other])
      identity?.reject('your time is up')
      identity?.reject('and once more')

      expect((await there).error).to.include({ name: 'RejectedError', code: 'ERR_REJECTED', reason: 'your time is up' })
      expect((await there).error?.message).to.equal('ERR_REJECTED: the remote peer rejected the connection - your time is up')
      expect((await here).error).to.include({ name: 'IdentityRejectedError', code: 'ERR_IDENTITY_REJECTED', reason: 'your time is up' })
      expect(() => sides[side].connection.send(new Uint8Array(1))).to.throw()
      await Promise.all(sides.carriers.map(closed))
    })
  }

  it('should release nothing that arrives after a rejection', async () => {
    let identity: RemoteIdentity | undefined
    const between = middle()
    const { dialer, listener } = await connect({
      listener: { init: { identify: remote => { identity = remote } } },
      carriers: between.carriers
    })
    const onMessage = sinon.stub()
    listener.connection.addEventListener('message', onMessage)

    // a record that is on its way when the listener rejects
    const record = new Promise<Uint8Array>(resolve => {
      between.forward = (bytes, towards) => {
        if (towards === 'dialer') {
          return bytes
        }

        resolve(bytes)
      }
    })
    dialer.connection.send(new Uint8Array(100))
    const late = await record

    identity?.reject('enough')
    between.inject(late, 'listener')
    await closeOf(dialer)

    expect(onMessage.called).to.equal(false)
  })

  it('should take a rejection between acceptance and the end of the handshake', async () => {
    // by then the header, which is the acceptance, may be on its way
    const { dialer } = await attempt({
      listener: {
        init: {
          identify: identity => {
            setTimeout(() => { identity.reject('on second thoughts') }, 0)
          }
        }
      }
    })

    const error = dialer.status === 'rejected' ? errorOf(dialer) : (await closeOf(valueOf(dialer))).error
    expect(error).to.include({ reason: 'on second thoughts' })
  })

  it('should send a reason of at most 256 printable characters', async () => {
    const { dialer } = await attempt({ listener: { init: { identify: identity => { identity.reject(`\u001b[31m\n${'é'.repeat(300)}`) } } } })

    expect(errorOf(dialer).reason).to.equal(`\ufffd[31m\ufffd${'é'.repeat(250)}`)
  })

  it('should not touch other connections of the same encrypter', async () => {
    const identities: RemoteIdentity[] = []
    const listener = { privateKey: await keyOf('Ed25519'), init: { identify: (identity: RemoteIdentity) => { identities.push(identity) } } }
    const first = await connect({ listener })
    const second = await connect({ listener })

    const gone = pEvent(first.dialer.connection, 'close')
    identities[0].reject('only this one')
    await gone

    const received = nextMessage(second.listener)
    second.dialer.connection.send(Uint8Array.of(7))
    expect(await received).to.deep.equal(Uint8Array.of(7))
  })
})
