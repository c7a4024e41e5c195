import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'aegir/chai'
import { MAX_RECORD_PLAINTEXT_BYTES, TAG_BYTES } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { nodeBackend } from '../../src/crypto/node.ts'
import { webBackend } from '../../src/crypto/web.ts'

// an array for every byte takes 7 MiB and more
const MOST_BYTES = 2 ** 20

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

describe('a record that arrives byte by byte', () => {
  const nonce = new Uint8Array(12)
  const plaintext = new Uint8Array(MAX_RECORD_PLAINTEXT_BYTES).fill(7)
  const sealed = new Uint8Array(plaintext.byteLength + TAG_BYTES)

  before(async () => {
    await nodeBackend.aead('aes-256-gcm', new Uint8Array(32)).seal(nonce, nonce, [plaintext], sealed, 0)
  })

  for (const [what, backend, isReady] of [
    ['node:crypto', nodeBackend, true],
    ['WebCrypto', webBackend, true],
    ['WebCrypto while it imports the key', webBackend, false],
    ['noble', nobleBackend, true]
  ] as const) {
    it(`should not take an array for every byte, with ${what}`, async () => {
      const aead = backend.aead('aes-256-gcm', new Uint8Array(32))

      if (isReady) {
        await aead.seal(new Uint8Array(12).fill(1), nonce, [], new Uint8Array(TAG_BYTES), 0)
      }

      const opening = aead.open(nonce, nonce)
      collectGarbage()
      const before = process.memoryUsage().heapUsed

      for (let i = 0; i < plaintext.byteLength; i++) {
        opening.update(sealed.subarray(i, i + 1))
      }

      collectGarbage()
      expect(process.memoryUsage().heapUsed - before).to.be.below(MOST_BYTES)

      const pieces = await opening.final(sealed.subarray(-TAG_BYTES))
      expect(Buffer.concat(pieces)).to.equalBytes(plaintext)
    })
  }
})
