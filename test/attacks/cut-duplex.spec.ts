import { generateKeyPair } from '@libp2p/crypto/keys'
import { expect } from 'aegir/chai'
import { duplexPair } from 'it-pair/duplex'
import { secureDuplex } from '../../src/duplex/index.ts'
import { guard } from '../fixtures/attack-victim.ts'
import type { ByteDuplex, SecureDuplex } from '../../src/duplex/index.ts'

// all bytes of a handshake take a while
const SLOW = (globalThis as any).process?.env?.SLOW != null
const STEP = SLOW ? 1 : 61

/** A carrier whose other side seems to end after so many bytes. */
function cutAfter (bytes: number, { source, sink }: ByteDuplex): ByteDuplex {
  return {
    sink,
    source: (async function * () {
      let rest = bytes

      if (rest === 0) {
        return
      }

      for await (const chunk of source) {
        yield chunk.subarray(0, rest)
        rest -= chunk.byteLength

        if (rest <= 0) {
          return
        }
      }
    })()
  }
}

/** The code that a handshake failed with, or its connection after that. */
async function codeOf (result: PromiseSettledResult<SecureDuplex>): Promise<string> {
  return result.status === 'rejected' ? result.reason.code : result.value.source.next().then(() => 'none', err => err.code)
}

describe('attacks: cut, on a duplex', () => {
  guard()

  for (const role of ['dialer', 'listener'] as const) {
    it(`should fail when a ${role} is cut off at any byte of its handshake`, async () => {
      const privateKey = await generateKeyPair('Ed25519')
      let isConnected = false
      let cut = 0

      while (!isConnected) {
        const [left, right] = duplexPair<Uint8Array>()
        const [victim, other] = await Promise.allSettled([
          secureDuplex(cutAfter(cut, left), { privateKey, role: role === 'dialer' ? 'listener' : 'dialer' }),
          secureDuplex(right, { privateKey, role })
        ])
        isConnected = victim.status === 'fulfilled'

        if (!isConnected) {
          expect(await codeOf(victim), `cut at ${cut}`).to.equal('ERR_CARRIER_CLOSED')
          expect(await codeOf(other), `cut at ${cut}`).to.be.oneOf(['ERR_CARRIER_CLOSED', 'ERR_TRUNCATED'])
        }

        // the first byte always, those after it from another start in each run
        cut += cut === 0 ? 1 + Math.floor(Math.random() * STEP) : STEP
      }

      expect(cut).to.be.above(1000)
    }).timeout(SLOW ? 600_000 : 60_000)
  }
})
