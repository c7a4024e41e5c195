import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { claimOf, concat, EvilPeer, flip, utf8 } from '../fixtures/evil-peer.ts'
import type { EvilInit } from '../fixtures/evil-peer.ts'

const TYPES = ['RSA', 'Ed25519', 'secp256k1', 'ECDSA'] as const

// Somebody whose keys are not the ones that the header shows (SIGMA's misbinding).
describe('attacks: identity misbinding', () => {
  guard()

  async function attack (role: 'dialer' | 'listener', init: Omit<EvilInit, 'role'>): Promise<Victim> {
    const victim = role === 'dialer' ? await Victim.listener() : await Victim.dialer()
    new EvilPeer(victim.wire, { role, ...init }).handshake().catch(() => {})

    return victim
  }

  for (const role of ['dialer', 'listener'] as const) {
    for (const type of TYPES) {
      it(`should refuse a ${role} that shows a ${type} key and signs with one of another type`, async () => {
        const claimed = await keyOf(type, 'claimed')

        for (const other of TYPES.filter(other => other !== type)) {
          const victim = await attack(role, { privateKey: await keyOf(other, 'evil'), payload: payload => { payload.key = claimOf(claimed.publicKey) } })
          await victim.failsWith('ERR_SIGNATURE')
        }
      })

      it(`should refuse a ${role} that shows a ${type} key and signs with another`, async () => {
        const claimed = await keyOf(type, 'claimed')
        const victim = await attack(role, { privateKey: await keyOf(type, 'evil'), payload: payload => { payload.key = claimOf(claimed.publicKey) } })

        await victim.failsWith('ERR_SIGNATURE')
      })

      it(`should refuse a ${role} whose ${type} signature is changed`, async () => {
        const privateKey = await keyOf(type, 'evil')

        for (const byte of [0, 7, -1]) {
          const victim = await attack(role, { privateKey, sign: async message => flip(await privateKey.sign(message), byte) })
          await victim.failsWith('ERR_SIGNATURE')
        }
      })
    }

    it(`should refuse a ${role} whose payload is not the one it signed`, async () => {
      const victim = await attack(role, {
        privateKey: await keyOf('Ed25519', 'evil'),
        header: header => { header.payload = header.payload.replace('}', ' }') }
      })

      await victim.failsWith('ERR_SIGNATURE')
    })

    it(`should refuse a ${role} that signed for another purpose`, async () => {
      const privateKey = await keyOf('Ed25519', 'evil')
      const context = '/secure-peer/1.0.0 header\n'

      for (const message of ['/secure-peer/1.0.1 header\n', '/secure-peer/1.0.0 header', '', 'noise-libp2p-static-key:', 'libp2p-tls-handshake:']) {
        const victim = await attack(role, { privateKey, sign: async signed => privateKey.sign(concat(utf8(message), signed.slice(context.length))) })
        await victim.failsWith('ERR_SIGNATURE')
      }
    })

    it(`should refuse a ${role} that signed the payload without the transcript`, async () => {
      const privateKey = await keyOf('Ed25519', 'evil')
      const context = utf8('/secure-peer/1.0.0 header\n')
      const victim = await attack(role, { privateKey, sign: async signed => privateKey.sign(concat(context, signed.slice(context.byteLength + 32))) })

      await victim.failsWith('ERR_SIGNATURE')
    })

    it(`should refuse a ${role} without a signature`, async () => {
      const victim = await attack(role, { privateKey: await keyOf('Ed25519', 'evil'), sign: async () => new Uint8Array() })

      await victim.failsWith('ERR_SIGNATURE')
    })

    it(`should refuse a ${role} that echoes another token`, async () => {
      const victim = await attack(role, { privateKey: await keyOf('Ed25519', 'evil'), payload: payload => { payload.token = btoa('\0'.repeat(64)) } })

      await victim.failsWith('ERR_TOKEN_ECHO')
    })
  }

  it('should not let a listener pass on the header of a dialer to a third node', async () => {
    const dialer = await Victim.dialer()
    const third = await Victim.listener()
    const asListener = await new EvilPeer(dialer.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    const asDialer = new EvilPeer(third.wire, {
      role: 'dialer',
      privateKey: await keyOf('Ed25519', 'evil'),
      token: Uint8Array.from(atob(JSON.parse(asListener.remoteHeader.payload).token), character => character.charCodeAt(0)),
      header: () => asListener.remoteHeader
    })
    asDialer.handshake().catch(() => {})

    await third.failsWith('ERR_SIGNATURE')
    expect((await dialer.secured).remotePeer.toString()).to.equal((await keyOf('Ed25519', 'evil')).publicKey.toString())
  })

  it('should bind the header of a listener to the line 2 that it answers', async () => {
    const privateKey = await keyOf('Ed25519', 'evil')
    const victim = await Victim.dialer()
    const evil = new EvilPeer(victim.wire, { role: 'listener', privateKey })
    evil.sendHello()
    await evil.readHello()
    await evil.readLine2()
    evil.remoteLine2 = concat(evil.remoteLine2, utf8('\n'))
    await evil.sendLine2()

    await victim.failsWith('ERR_HEADER_AUTH')
  })
})
