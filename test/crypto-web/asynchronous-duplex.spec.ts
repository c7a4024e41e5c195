import { expect } from 'aegir/chai'
import { duplexPair } from 'it-pair/duplex'
import { SecuredDuplex } from '../../src/duplex/secured-duplex.ts'
import { HeldBackend } from './fixtures/held-backend.ts'
import { sessionPair } from './fixtures/pair.ts'

describe('a secured duplex over an asynchronous cipher', () => {
  it('should not say that it sent what a rejection took the place of', async () => {
    const held = new HeldBackend()
    const handshake = sessionPair({ backend: held.backend, role: 'peer' }, { backend: held.backend, role: 'peer' })
    const settled = handshake.then(() => true)

    while (await Promise.race([settled, Promise.resolve(false)]) === false) {
      await held.finishAll()
      await new Promise(resolve => setTimeout(resolve))
    }

    const [session] = await handshake
    const [carrier, remote] = duplexPair<Uint8Array>()
    const duplex = new SecuredDuplex(carrier, () => {})
    void remote.source.next()
    duplex.begin(session)

    const sent = duplex.sink([new Uint8Array(4_000_000)]).then(() => 'sent', err => err)
    await new Promise(resolve => setTimeout(resolve))
    const rejected = duplex.reject('no more')
    await held.finishAll()
    await rejected

    expect(await sent).to.have.property('code', 'ERR_IDENTITY_REJECTED')
  })
})
