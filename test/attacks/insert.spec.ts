import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, randomBytes, utf8 } from '../fixtures/evil-peer.ts'

describe('attacks: insert', () => {
  guard()

  const inserted: Record<string, Uint8Array> = {
    'a record of zeros': concat(Uint8Array.of(1, 0, 0, 16), new Uint8Array(16)),
    'a record of random bytes': concat(Uint8Array.of(1, 0, 1, 0), randomBytes(256)),
    'a largest record of random bytes': concat(Uint8Array.of(1, 1, 0, 16), randomBytes(65_536), randomBytes(16)),
    'a reject record that nobody sealed': concat(Uint8Array.of(3, 0, 0, 20), randomBytes(20))
  }

  for (const [what, record] of Object.entries(inserted)) {
    it(`should refuse ${what} between two true ones`, async () => {
      const victim = await Victim.dialer()
      const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      await victim.secured
      victim.wire.send(evil.seal(1, utf8('a')), record, evil.seal(1, utf8('b')))

      await victim.breaksWith('ERR_RECORD_AUTH', 'a')
    })
  }

  for (const type of [0, 4, 7, 22, 123, 255]) {
    it(`should refuse a record of type ${type}, even when it is sealed well`, async () => {
      const victim = await Victim.dialer()
      const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      await victim.secured
      victim.wire.send(evil.seal(1, utf8('a')), evil.seal(type, utf8('b')))

      await victim.breaksWith('ERR_MALFORMED_RECORD', 'a')
    })
  }

  for (const [what, reason] of Object.entries({
    'a terminal sequence': utf8('\u001b[2J'),
    'a line break': utf8('a\nb'),
    'a bidirectional override': utf8('\u202egnp.exe'),
    '257 characters': utf8('x'.repeat(257)),
    'invalid UTF-8': Uint8Array.of(0xc3, 0x28),
    'a byte order mark': Uint8Array.of(0xef, 0xbb, 0xbf)
  })) {
    it(`should not pass on a reason with ${what}`, async () => {
      const victim = await Victim.dialer()
      const evil = await new EvilPeer(victim.wire, { role: 'listener', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
      await victim.secured
      victim.wire.send(evil.seal(3, reason))

      await victim.breaksWith('ERR_MALFORMED_RECORD')
    })
  }
})
