import { Transform } from 'node:stream'
import { expect } from 'aegir/chai'
import { generateKeys } from '../../src/keys/index.ts'
import { secure } from '../../src/stream/index.ts'
import { guard } from '../fixtures/attack-victim.ts'
import { closed, MODES } from './events.ts'
import type { Peer } from '../../src/stream/index.ts'

// all bytes of a handshake take a while
const SLOW = process.env.SLOW != null
const STEP = SLOW ? 1 : 61

/** Gives so many bytes, then the end. */
function cutAfter (bytes: number): Transform {
  let rest = bytes
  const wire = new Transform({
    transform (chunk, _, callback) {
      if (rest > 0) {
        wire.push(chunk.subarray(0, rest))
        rest = Math.max(0, rest - chunk.length)
        rest === 0 && wire.push(null)
      }

      callback()
    }
  })
  bytes === 0 && wire.push(null)

  return wire
}

// the same for libp2p: test/attacks/cut.spec.ts
for (const [version, options] of MODES) {
  describe(`the stream API over ${version}, cut off at any byte of its handshake`, () => {
    guard()

    let peer: Peer

    before(async () => { peer = secure(await generateKeys(), options) })

    /** @returns whether a handshake of which so many bytes arrive gives a connection; fails if it ends in any other way */
    async function connects (cut: number): Promise<boolean> {
      let isConnected = false
      const other = peer()
      const victim = peer(() => {
        isConnected = true
        victim.destroy()
      })
      const end = closed(victim)
      other.pipe(cutAfter(cut)).pipe(victim).pipe(other)
      const error = await end
      other.destroy()

      expect(error?.code, `cut at ${cut}`).to.equal(isConnected ? undefined : 'ERR_CARRIER_CLOSED')

      return isConnected
    }

    it('should fail until all of it came', async () => {
      let cut = 0

      // the first byte always, those after it from another start in each run
      while (!await connects(cut)) {
        cut += cut === 0 ? 1 + Math.floor(Math.random() * STEP) : STEP
      }

      expect(cut).to.be.above(1000)
    }).timeout(SLOW ? 600_000 : 60_000)
  })
}
