import { peerIdFromString } from '@libp2p/peer-id'
import { expect } from 'aegir/chai'
import { peerIdFromAnyPublicKey } from '../../src/libp2p/keys.ts'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer } from '../fixtures/evil-peer.ts'
import type { PeerId } from '@libp2p/interface'

const TYPES = ['RSA', 'Ed25519', 'secp256k1', 'ECDSA'] as const

describe('attacks: wrong peer', () => {
  guard()

  async function connect (role: 'dialer' | 'listener', remotePeer: PeerId, type: typeof TYPES[number], name: string): Promise<Victim> {
    const victim = await Victim[role]({ remotePeer })
    new EvilPeer(victim.wire, { role: role === 'dialer' ? 'listener' : 'dialer', privateKey: await keyOf(type, name) }).handshake().catch(() => {})

    return victim
  }

  for (const role of ['dialer', 'listener'] as const) {
    for (const type of TYPES) {
      it(`should refuse, as ${role}, any other peer than a ${type} one that is expected`, async () => {
        const remotePeer = peerIdFromAnyPublicKey((await keyOf(type, 'expected')).publicKey)

        for (const other of TYPES) {
          const victim = await connect(role, remotePeer, other, 'evil')
          const err = await victim.failsWith('ERR_UNEXPECTED_PEER')
          expect(err.name).to.equal('UnexpectedPeerError')
        }
      })

      it(`should take, as ${role}, the ${type} peer that is expected`, async () => {
        const remotePeer = peerIdFromAnyPublicKey((await keyOf(type, 'expected')).publicKey)
        const victim = await connect(role, remotePeer, type, 'expected')

        expect((await victim.secured).remotePeer.toString()).to.equal(remotePeer.toString())
      })
    }

    it(`should compare, as ${role}, an RSA PeerId that was read from text and holds no key`, async () => {
      const remotePeer = peerIdFromString((await keyOf('RSA', 'expected')).publicKey.toString())
      expect(remotePeer.publicKey).to.be.undefined()

      await (await connect(role, remotePeer, 'RSA', 'evil')).failsWith('ERR_UNEXPECTED_PEER')
      expect((await (await connect(role, remotePeer, 'RSA', 'expected')).secured).remotePeer.equals(remotePeer)).to.be.true()
    })
  }

  it('should send a listener that is the wrong one nothing after its header', async () => {
    const remotePeer = peerIdFromAnyPublicKey((await keyOf('Ed25519', 'expected')).publicKey)
    const victim = await connect('dialer', remotePeer, 'Ed25519', 'evil')
    await victim.failsWith('ERR_UNEXPECTED_PEER')

    expect(victim.linesSent).to.equal(2)
    expect(victim.wire.received).to.have.lengthOf(1)
  })

  it('should not show a listener to a dialer that is the wrong one', async () => {
    const remotePeer = peerIdFromAnyPublicKey((await keyOf('Ed25519', 'expected')).publicKey)
    const victim = await connect('listener', remotePeer, 'Ed25519', 'evil')
    await victim.failsWith('ERR_UNEXPECTED_PEER')

    expect(victim.linesSent).to.equal(1)
  })
})
