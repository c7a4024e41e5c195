import { expect } from 'aegir/chai'
import { defaultBackend } from '../../src/crypto/index.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer, text, utf8 } from '../fixtures/evil-peer.ts'

// An attack proves nothing if the attacker could not have connected anyway.
describe('attacks: the adversary itself', () => {
  guard()

  for (const role of ['dialer', 'listener'] as const) {
    for (const groups of [['x25519mlkem768', 'x25519'], ['x25519']]) {
      for (const cipher of defaultBackend.ciphers) {
        it(`should connect as ${role} when it keeps to the rules, over ${groups[0]} and ${cipher}`, async () => {
          const init = { ciphers: [cipher] }
          const victim = role === 'dialer' ? await Victim.listener(init) : await Victim.dialer(init)
          const privateKey = await keyOf('Ed25519', 'evil')
          const evil = await new EvilPeer(victim.wire, { role, privateKey, groups, ciphers: [cipher] }).handshake()
          const { connection, remotePeer, remoteExtensions } = await victim.secured

          expect(remotePeer.toString()).to.equal(privateKey.publicKey.toString())
          expect(remoteExtensions).to.include({ group: groups[0], cipher })
          expect(remoteExtensions.transcriptHash).to.equalBytes(evil.th2)
          expect(JSON.parse(evil.remoteHeader.payload)).to.have.property('role', victim.role)

          connection.send(utf8('to evil'))
          expect(text((await evil.open()).plaintext)).to.equal('to evil')

          victim.wire.send(evil.seal(1, utf8('to the victim')), evil.seal(2))
          victim.wire.fin()
          expect(await victim.closed.promise).to.be.undefined()
          expect(victim.plaintext.map(text)).to.deep.equal(['to the victim'])
        })
      }
    }
  }

  for (const type of ['RSA', 'Ed25519', 'secp256k1', 'ECDSA'] as const) {
    it(`should be let in with a true ${type} identity`, async () => {
      const privateKey = await keyOf(type, 'evil')
      const victim = await Victim.listener()
      await new EvilPeer(victim.wire, { role: 'dialer', privateKey }).handshake()

      expect((await victim.secured).remotePeer.toString()).to.equal(privateKey.publicKey.toString())
    })
  }
})
