import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'aegir/chai'
import { guard, keyOf, Victim } from '../fixtures/attack-victim.ts'

const CONNECTIONS = 500

// twice of what is measured, beside the line itself: keys, hello, carrier and the attacker's end of it
const MOST_BYTES_EACH = 50_000

// caches keep some hundreds of it
const MOST_BYTES_LEFT_EACH = 5_000

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

async function usedBytes (): Promise<number> {
  // finalizers run in a turn of their own
  collectGarbage()
  await new Promise(resolve => setTimeout(resolve, 20))
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()

  return heapUsed + external
}

// What a listener pays for somebody who only connects; both ends are in this process.
describe('attacks: memory of a half-open flood', () => {
  guard()

  for (const [what, bytes] of Object.entries({ nothing: 0, 'a line without an end': 16_383 })) {
    it(`should take little for a dialer that sends ${what}, and give it back`, async () => {
      const privateKey = await keyOf('Ed25519', 'listener')
      const flood = async (count: number): Promise<Victim[]> => Promise.all(Array.from({ length: count }, async () => {
        const victim = await Victim.listener({ privateKey })
        victim.wire.send(new Uint8Array(bytes).fill(0x20))
        await victim.wire.until(() => victim.linesSent === 1 && victim.wire.delivered === bytes)

        return victim
      }))
      const end = async (victims: Victim[]): Promise<void> => {
        victims.forEach(({ wire }) => { wire.reset() })
        await Promise.all(victims.map(async victim => victim.failsWith('ERR_CARRIER_CLOSED')))
      }

      // what only the first connections take
      await end(await flood(20))
      const before = await usedBytes()
      const victims = await flood(CONNECTIONS)
      const open = (await usedBytes() - before) / CONNECTIONS
      await end(victims.splice(0))
      const closed = (await usedBytes() - before) / CONNECTIONS

      expect(open).to.be.within(bytes, MOST_BYTES_EACH + 2 * bytes)
      expect(closed).to.be.below(MOST_BYTES_LEFT_EACH)
    })
  }
})
