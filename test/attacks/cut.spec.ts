import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'
import { concat, EvilPeer, text, utf8 } from '../fixtures/evil-peer.ts'

// all bytes of a handshake take half a minute
const STEP = (globalThis as any).process?.env?.SLOW != null ? 1 : 61

// A session cut at each of its bytes: it fails, it tells, it leaves nothing.
describe('attacks: cut', () => {
  guard()

  for (const how of ['fin', 'reset'] as const) {
    for (const role of ['dialer', 'listener'] as const) {
      it(`should fail when a ${role} is cut off by ${how} at any byte of its handshake`, async () => {
        const privateKey = await keyOf('Ed25519', 'evil')

        // the first and the last byte always, those between from another start in each run
        for (let cut = 0; ; cut += cut === 0 ? 1 + Math.floor(Math.random() * STEP) : STEP) {
          const victim = await Victim[role === 'dialer' ? 'listener' : 'dialer']()
          const evil = new EvilPeer(victim.wire, { role, privateKey, groups: ['x25519'] })
          const hello = evil.makeHello()

          if (cut < hello.byteLength) {
            victim.wire.send(hello.slice(0, cut))
            victim.wire[how]()
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
          victim.wire[how]()
          await victim.failsWith('ERR_CARRIER_CLOSED')
          expect(victim.linesSent, `cut at ${cut}`).to.equal(role === 'dialer' ? 1 : 2)

          if (rest === line2.byteLength - 1) {
            return
          }
        }
      })
    }

    it(`should fail when the records are cut off by ${how} at any byte before the end`, async () => {
      for (let cut = 0; ; cut++) {
        const victim = await Victim.listener()
        const evil = await new EvilPeer(victim.wire, { role: 'dialer', privateKey: await keyOf('Ed25519', 'evil'), groups: ['x25519'] }).handshake()
        await victim.secured
        const one = evil.seal(1, utf8('one'))
        const session = concat(one, evil.seal(1, utf8('two')), evil.seal(2))
        victim.wire.send(session.slice(0, cut))
        victim.wire[how]()
        const err: any = await victim.closed.promise
        const whole = Math.min(Math.floor(cut / one.byteLength), 2)

        // where the cipher is asynchronous a reset overtakes what is still being opened
        expect(text(concat(...victim.plaintext))).to.be.oneOf(how === 'fin' ? ['onetwo'.slice(0, 3 * whole)] : ['', 'one', 'onetwo'].slice(0, whole + 1))
        await victim.wire.until(() => victim.wire.victim.status !== 'open')

        if (cut === session.byteLength) {
          expect(err, `${err}`).to.equal(undefined)
          break
        }

        expect(err, `cut at ${cut}`).to.be.an('error')

        if (how === 'fin') {
          expect(err).to.have.property('code', 'ERR_TRUNCATED')
        } else if (cut === session.byteLength - 1) {
          break
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
