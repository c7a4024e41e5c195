import { expect } from 'aegir/chai'
import { defaultBackend } from '../../src/crypto/index.ts'
import { attempt, connect, errorOf } from './fixtures/secure.ts'
import type { CipherName, GroupName } from '../../src/index.ts'

const GROUPS: GroupName[] = ['x25519mlkem768', 'x25519']

describe('remote extensions', () => {
  for (const group of GROUPS) {
    for (const cipher of defaultBackend.ciphers) {
      it(`should say that ${group} and ${cipher} were elected`, async () => {
        const init = { ciphers: [cipher], groups: [group] }
        const { dialer, listener } = await connect({ dialer: { init }, listener: { init } })

        expect(dialer.remoteExtensions).to.include({ group, cipher })
        expect(listener.remoteExtensions).to.include({ group, cipher })
      })
    }
  }

  it('should be post-quantum by default', async () => {
    const { dialer } = await connect()

    expect(dialer.remoteExtensions).to.include({ group: 'x25519mlkem768' })
  })

  it('should elect what both like best, whoever dials', async () => {
    const one = { init: { ciphers: ['aes-256-gcm', 'aes-128-gcm'] as CipherName[], groups: [...GROUPS] } }
    const other = { init: { ciphers: ['aes-128-gcm', 'aes-256-gcm'] as CipherName[], groups: ['x25519'] as GroupName[] } }
    const there = await connect({ dialer: one, listener: other })
    const back = await connect({ dialer: other, listener: one })

    // both rank sums are 1 + 0 and 0 + 1: the stronger wins
    expect(there.dialer.remoteExtensions).to.include({ group: 'x25519', cipher: 'aes-256-gcm' })
    expect(back.dialer.remoteExtensions).to.include({ group: 'x25519', cipher: 'aes-256-gcm' })
  })

  it('should hand over the extensions of the other side', async () => {
    const { dialer, listener } = await connect({
      dialer: { init: { extensions: { app: new TextEncoder().encode('chat/1'), empty: new Uint8Array() } } },
      listener: { init: { extensions: { ticket: new Uint8Array(1000).fill(7) } } }
    })

    expect(Object.getPrototypeOf(listener.remoteExtensions?.extensions)).to.equal(null)
    expect({ ...listener.remoteExtensions?.extensions }).to.deep.equal({ app: new TextEncoder().encode('chat/1'), empty: new Uint8Array() })
    expect({ ...dialer.remoteExtensions?.extensions }).to.deep.equal({ ticket: new Uint8Array(1000).fill(7) })
  })

  it('should say that there are none', async () => {
    const { dialer } = await connect()

    expect(dialer.remoteExtensions?.extensions.constructor).to.equal(undefined)
    expect(Object.keys(dialer.remoteExtensions?.extensions ?? { none: true })).to.deep.equal([])
  })

  it('should say that extensions are too long for a line', async () => {
    const { dialer } = await attempt({ dialer: { init: { extensions: { big: new Uint8Array(16_384) } } } })

    expect(errorOf(dialer)).to.include({ code: 'ERR_INVALID_OPTION' })
    expect(errorOf(dialer).message).to.include('shorten extensions')
  })

  it('should give both sides one transcript hash, and each connection its own', async () => {
    const first = await connect()
    const second = await connect()

    expect(first.dialer.remoteExtensions?.transcriptHash).to.have.lengthOf(32)
    expect(first.dialer.remoteExtensions?.transcriptHash).to.deep.equal(first.listener.remoteExtensions?.transcriptHash)
    expect(first.dialer.remoteExtensions?.transcriptHash).to.not.deep.equal(second.dialer.remoteExtensions?.transcriptHash)
  })

  it('should export the same keying material on both sides only', async () => {
    const { dialer, listener } = await connect()
    const { dialer: another } = await connect()
    const context = Uint8Array.of(1, 2, 3)
    const material = dialer.remoteExtensions?.exportKeyingMaterial('my app', context, 32)

    expect(material).to.have.lengthOf(32)
    expect(listener.remoteExtensions?.exportKeyingMaterial('my app', context, 32)).to.deep.equal(material)

    // nor can anything else be made to give it
    expect(listener.remoteExtensions?.exportKeyingMaterial('my app', Uint8Array.of(1, 2), 32)).to.not.deep.equal(material)
    expect(listener.remoteExtensions?.exportKeyingMaterial('my app', undefined, 32)).to.not.deep.equal(material)
    expect(listener.remoteExtensions?.exportKeyingMaterial('my apq', context, 32)).to.not.deep.equal(material)
    expect(listener.remoteExtensions?.exportKeyingMaterial('my app\u0001\u0002\u0003', undefined, 32)).to.not.deep.equal(material)
    expect(another.remoteExtensions?.exportKeyingMaterial('my app', context, 32)).to.not.deep.equal(material)
  })

  it('should take an absent context for the empty one', async () => {
    const { dialer, listener } = await connect()

    expect(dialer.remoteExtensions?.exportKeyingMaterial('my app', undefined, 32))
      .to.deep.equal(listener.remoteExtensions?.exportKeyingMaterial('my app', new Uint8Array(), 32))
  })

  it('should export 1 to 8160 bytes', async () => {
    const { dialer } = await connect()
    const exported = (length: number): Uint8Array | undefined => dialer.remoteExtensions?.exportKeyingMaterial('my app', undefined, length)

    expect(exported(1)).to.have.lengthOf(1)
    expect(exported(8160)).to.have.lengthOf(8160)

    for (const length of [0, -1, 8161, 1.5, NaN]) {
      expect(() => exported(length), `${length}`).to.throw(/^ERR_INVALID_OPTION/)
    }
  })

  it('should export after the connection has closed', async () => {
    const { dialer, listener } = await connect()
    const material = dialer.remoteExtensions?.exportKeyingMaterial('my app', undefined, 32)
    await Promise.all([dialer.connection.close(), listener.connection.close()])

    expect(listener.remoteExtensions?.exportKeyingMaterial('my app', undefined, 32)).to.deep.equal(material)
  })
})
