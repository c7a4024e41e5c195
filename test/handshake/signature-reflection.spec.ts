import { expect } from 'aegir/chai'
import { handshake } from '../../src/handshake/handshake.ts'
import { LineReader } from '../../src/handshake/line-reader.ts'
import { keyOf } from '../fixtures/attack-victim.ts'
import { EvilPeer } from '../fixtures/evil-peer.ts'
import { handshakeOptions } from './handshake-pair.ts'

// In role `peer` both sides sign the same t: only the token tells their headers apart.
async function attack (): Promise<unknown> {
  const reader = new LineReader()
  const received: Uint8Array[] = []
  const wire = {
    received,
    send: (...messages: Uint8Array[]) => { messages.forEach(message => { reader.push(message) }) },
    until: async (condition: () => boolean) => { while (!condition()) { await new Promise(resolve => setTimeout(resolve)) } }
  }
  const victim = handshake({ readLine: async () => reader.readLine(), write: bytes => { received.push(bytes) } }, handshakeOptions('peer')).catch(error => error)
  // reads a header that is bound to th1, and sends one
  const init: any = { role: 'listener', privateKey: await keyOf('Ed25519', 'evil'), groups: ['x25519'], header: () => evil.remoteHeader }
  const evil: EvilPeer = new EvilPeer(wire, init)
  evil.sendHello()
  await evil.readHello()
  await evil.readLine2()
  init.role = 'dialer'
  await evil.sendLine2()

  return victim
}

describe('attacks: a header sent back', () => {
  it('should refuse a peer that seals its own header anew', async () => {
    expect(await attack()).to.have.property('code', 'ERR_TOKEN_ECHO')
  })
})
