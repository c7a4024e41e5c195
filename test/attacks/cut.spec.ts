import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, text, utf8 } from '../fixtures/evil-peer.ts'
import type { VictimInit } from '../fixtures/attack-victim.ts'

// all bytes of a handshake take half a minute
const SLOW = (globalThis as any).process?.env?.SLOW != null
const STEP = SLOW ? 1 : 61
const TIMEOUT = SLOW ? 600_000 : 60_000

type Way = 'fin' | 'half' | 'reset'

// half: the other direction of the carrier stays open
const WAYS: Record<Way, VictimInit> = { fin: {}, half: { polite: true, wire: { halfOpen: true } }, reset: {} }

function cutOff ({ wire }: Victim, how: Way): void {
  how === 'reset' ? wire.reset() : wire.fin()
}

// A session cut at each of its bytes: it fails, it tells, it leaves nothing.
describe('attacks: cut', () => {
  guard()

  for (const how of Object.keys(WAYS) as Way[]) {
    for (const role of ['dialer', 'listener'] as const) {
      it(`should fail when a ${role} is cut off by ${how} at any byte of its handshake`, async () => {
        const privateKey = await keyOf('Ed25519', 'evil')

        // the first and the last byte always, those between from another start in each run
        for (let cut = 0; ; cut += cut === 0 ? 1 + Math.floor(Math.random() * STEP) : STEP) {
          const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer'](WAYS[how])
          const evil = new EvilPeer(victim.wire, { role, privateKey, groups: ['x25519'] })
          const hello = evil.makeHello()

          if (cut < hello.byteLength) {
            victim.wire.send(hello.slice(0, cut))
            cutOff(victim, how)
            await victim.failsWith('ERR_CARRIER_CLOSED')
            expect(victim.linesSent, `cut at ${cut}`).to.be.at.most(role === 'dialer' ? 1 : 0)
            continue
          }

          victim.wire.send(hello)
          await evil.readHello()

          if (role === 'listener') {
            await evil.readLine2()
          }

          const line2 = await evil.makeLine2()
          const rest = Math.min(cut - hello.byteLength, line2.byteLength - 1)
          victim.wire.send(line2.slice(0, rest))
          cutOff(victim, how)
          await victim.failsWith('ERR_CARRIER_CLOSED')
          expect(victim.linesSent, `cut at ${cut}`).to.equal(role === 'dialer' ? 1 : 2)

          if (rest === line2.byteLength - 1) {
            return
          }
        }
      }).timeout(TIMEOUT)
    }

    it(`should fail when the records are cut off by ${how} at any byte before the end`, async () => {
      for (const role of ['dialer', 'listener'] as const) {
        for (let cut = 0; ; cut++) {
          const victim = await Victim[role](WAYS[how])
          const evil = await new EvilPeer(victim.wire, { role: role === 'dialer' ? 'listener' : 'dialer', privateKey: await keyOf('Ed25519', 'evil'), groups: ['x25519'] }).handshake()
          await victim.secured
          const one = evil.seal(1, utf8('one'))
          const session = concat(one, evil.seal(1, utf8('two')), evil.seal(2))
          victim.wire.send(session.slice(0, cut))
          cutOff(victim, how)
          const err: any = await victim.closed.promise
          const whole = Math.min(Math.floor(cut / one.byteLength), 2)

          // where the cipher is asynchronous a reset overtakes what is still being opened
          expect(text(concat(...victim.plaintext)), `cut at ${cut}`)
            .to.be.oneOf(how === 'reset' ? ['', 'one', 'onetwo'].slice(0, whole + 1) : ['onetwo'.slice(0, 3 * whole)])
          await victim.carrierIsClosed()

          if (cut === session.byteLength) {
            expect(err, `${err}`).to.equal(undefined)
            break
          }

          expect(err, `cut at ${cut}`).to.have.property('code', 'ERR_TRUNCATED')
        }
      }
    })
  }

  it('should release no plaintext of a record that was cut after its ciphertext', async () => {
    const victim = await Victim.listener()
    const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil') }).handshake()
    await victim.secured
    victim.wire.send(evil.seal(1, new Uint8Array(60_000)).slice(0, -1))
    await new Promise(resolve => setTimeout(resolve))
    expect(victim.plaintext).to.be.empty()
    victim.wire.fin()

    await victim.breaksWith('ERR_TRUNCATED')
  })
})
