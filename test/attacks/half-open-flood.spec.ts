import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { EvilPeer } from '../fixtures/evil-peer.ts'

const CONNECTIONS = 200

describe('attacks: half-open flood', () => {
  guard()

  it('should be rid of many dialers that say nothing, and serve the one that does', async () => {
    const privateKey = await keyOf('Ed25519', 'listener')
    const silent = await Promise.all(Array.from({ length: CONNECTIONS }, async () => Victim.listener({ privateKey, handshakeTimeout: 200 })))
    const served = await Victim.listener({ privateKey })
    await new EvilPeer(served.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'honest') }).handshake()
    await served.secured

    await Promise.all(silent.map(async victim => victim.failsWith('ERR_HANDSHAKE_TIMEOUT')))
    expect(silent.every(victim => victim.wire.ended === 'reset')).to.be.true()
  })

  it('should be rid of many dialers that stop after their hello', async () => {
    const privateKey = await keyOf('Ed25519', 'listener')
    const evil = await keyOf('Ed25519', 'evil')
    const half = await Promise.all(Array.from({ length: CONNECTIONS / 4 }, async () => Victim.listener({ privateKey, handshakeTimeout: 200 })))
    half.forEach(victim => { new EvilPeer(victim.wire, { role: 'dialer', privateKey: evil }).sendHello() })

    await Promise.all(half.map(async victim => victim.failsWith('ERR_HANDSHAKE_TIMEOUT')))
  })
})
