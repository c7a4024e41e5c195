import { generateKeyPair } from '@libp2p/crypto/keys'
import { expect } from 'aegir/chai'
import { duplexPair } from 'it-pair/duplex'
import { secureDuplex } from '../../src/duplex/index.ts'
import { guard } from '../fixtures/attack-victim.ts'
import type { ByteDuplex, SecureDuplex } from '../../src/duplex/index.ts'

describe('attacks: on a duplex', () => {
  guard()

  /** A carrier that takes nothing more once `stalled` says so. */
  function stalling (carrier: ByteDuplex, isStalled: () => boolean): ByteDuplex {
    return {
      source: carrier.source,
      sink: async source => carrier.sink((async function * () {
        for await (const bytes of source) {
          if (isStalled()) {
            await new Promise(() => {})
          }

          yield bytes
        }
      })())
    }
  }

  async function outcome (secured: SecureDuplex): Promise<unknown> {
    try {
      return (await secured.source.next()).value
    } catch (err) {
      return err
    }
  }

  it('should end a connection that is rejected late when the other side reads nothing', async () => {
    let reject: (reason?: string) => void = () => {}
    let stalled = false
    const [left, right] = duplexPair<Uint8Array>()
    const [victim] = await Promise.all([
      secureDuplex(stalling(left, () => stalled), { privateKey: await generateKeyPair('Ed25519'), identify: identity => { reject = identity.reject } }),
      secureDuplex(right, { privateKey: await generateKeyPair('Ed25519') })
    ])
    stalled = true
    const sent = victim.sink([new Uint8Array(4_000_000)]).catch(err => err)
    const received = outcome(victim)
    await new Promise(resolve => setTimeout(resolve))
    reject('no more')

    const late = new Promise(resolve => setTimeout(resolve, 1500, 'hangs'))
    expect(await Promise.race([received, late])).to.have.property('code', 'ERR_IDENTITY_REJECTED')
    expect(await Promise.race([sent, late])).to.have.property('code', 'ERR_IDENTITY_REJECTED')
  })

  it('should refuse everything that it said itself, in the role that both sides have', async () => {
    const [left, right] = duplexPair<Uint8Array>()
    const echo = Promise.resolve(right.sink(right.source)).catch(() => {})

    await expect(secureDuplex(left, { privateKey: await generateKeyPair('Ed25519') }))
      .to.eventually.be.rejected.with.property('code', 'ERR_REFLECTION')
    await echo
  })

  for (const role of ['dialer', 'listener'] as const) {
    it(`should not connect a ${role} with somebody who has no role`, async () => {
      const [left, right] = duplexPair<Uint8Array>()
      const init = { privateKey: await generateKeyPair('Ed25519'), handshakeTimeout: 200 }
      const outcomes = await Promise.allSettled([secureDuplex(left, { ...init, role }), secureDuplex(right, init)])

      for (const outcome of outcomes) {
        expect(outcome).to.have.property('status', 'rejected')
        expect(outcome).to.have.nested.property('reason.code').that.matches(/^ERR_(ROLE|HEADER_AUTH|CARRIER_CLOSED)$/)
      }
    })
  }

  it('should let go of a carrier that says nothing', async () => {
    let returned = false

    const silent: ByteDuplex = {
      source: {
        [Symbol.asyncIterator]: () => ({
          next: async () => new Promise(() => {}),
          return: async () => { returned = true; return { done: true, value: undefined } }
        })
      },
      sink: async source => { await source[Symbol.asyncIterator]().next() }
    }

    await expect(secureDuplex(silent, { privateKey: await generateKeyPair('Ed25519'), handshakeTimeout: 20 }))
      .to.eventually.be.rejected.with.property('code', 'ERR_HANDSHAKE_TIMEOUT')
    expect(returned).to.be.true()
  })
})
