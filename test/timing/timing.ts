/**
 * Whether the time until a failure tells what failed: Welch's t-test of two
 * classes of bad input each, in random order, in the manner of dudect
 * (https://eprint.iacr.org/2016/1123). It reports and judges nothing: what is
 * worth having depends on who measures from where. `npm run timing -- --samples
 * 20000` has the samples of a fast primitive; slow ones get fewer. `--only line`
 * leaves out what has another name.
 */

import { randomBytes, randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { CIPHERS, NONCE_BYTES, TAG_BYTES } from '../../src/constants.ts'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { nodeBackend } from '../../src/crypto/node.ts'
import { concat } from '../../src/encoding/bytes.ts'
import { openLine2 } from '../../src/handshake/header.ts'
import { HandshakeSecrets } from '../../src/key-schedule.ts'
import { flip } from '../fixtures/evil-peer.ts'
import { signerOf } from '../handshake/handshake-pair.ts'
import { welch } from './welch.ts'
import type { CipherName } from '../../src/constants.ts'
import type { Backend } from '../../src/crypto/backend.ts'
import type { KeyType } from '../../src/identity/public-key.ts'

/** Makes one input of a class and gives what is timed: it resolves when the input was refused. */
type Prepare = (which: 0 | 1) => () => Promise<void> | void

interface Experiment {
  readonly what: string
  readonly backend: Backend
  readonly prepare: Prepare

  /** Part of `--samples`: what is slow gets along with fewer. */
  readonly share: number
}

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '20000' },
    only: { type: 'string', default: '' }
  }
})
const samples = Number(values.samples)

if (!(samples >= 1_000)) {
  throw new RangeError(`--samples is ${values.samples}, not 1000 or more`)
}

const RECORD_BYTES = 1_024
const HEADER_BYTES = 2_048
const CIPHERTEXTS = 256
const WARM_UP_SHARE = 0.1

print(`Node ${process.version}, ${process.platform} ${process.arch}; mean of the first class less that of the second`)
print('| what fails | backend | samples | t | effect in µs | 95% within | of a mean of µs |')
print('|---|---|--:|--:|--:|--:|--:|')

for (const backend of [nodeBackend, nobleBackend]) {
  const slow = backend === nobleBackend ? 0.2 : 0.5

  for (const cipher of CIPHERS) {
    await run({ what: `${cipher} tag: its first or its last byte`, backend, prepare: badTag(backend, cipher), share: 1 })
  }

  for (const type of ['ed25519', 'rsa', 'secp256k1', 'ecdsa'] as const) {
    await run({ what: `${type} signature: a byte of its first or of its second half`, backend, prepare: await badSignature(backend, type), share: slow })
  }

  await run({ what: 'line 2: a bad ML-KEM ciphertext or only a bad tag', backend, prepare: await badCiphertext(backend), share: slow })
}

async function run ({ what, backend, prepare, share }: Experiment): Promise<void> {
  if (!what.includes(values.only)) {
    return
  }

  const count = Math.round(samples * share)
  const times: [number[], number[]] = [[], []]

  for (let i = -count * WARM_UP_SHARE; i < count; i++) {
    const which = randomInt(2) as 0 | 1
    const refuse = prepare(which)
    const start = process.hrtime.bigint()
    await refuse()
    const time = Number(process.hrtime.bigint() - start) / 1_000

    if (i >= 0) {
      times[which].push(time)
    }
  }

  const { t, effect, halfWidth, mean } = welch(...times)
  print(`| ${what} | ${backend.name} | ${count} | ${t.toFixed(2)} | ${effect.toFixed(3)} | ±${halfWidth.toFixed(3)} | ${mean.toFixed(1)} |`)
}

/** The first byte of a record's tag is wrong, or its last. */
function badTag (backend: Backend, cipher: CipherName): Prepare {
  const aead = backend.aead(cipher, randomBytes(cipher === 'aes-128-gcm' ? 16 : 32))
  const data = new Uint8Array(4)

  return which => {
    const nonce = randomBytes(NONCE_BYTES)
    const sealed = new Uint8Array(RECORD_BYTES + TAG_BYTES)
    void aead.seal(nonce, data, [randomBytes(RECORD_BYTES)], sealed, 0)
    const tag = flip(sealed.slice(-TAG_BYTES), which === 0 ? 0 : -1, randomInt(8))
    const opening = aead.open(nonce, data)
    opening.update(sealed.subarray(0, -TAG_BYTES))

    return async () => refused(() => opening.final(tag))
  }
}

/** A signature that is wrong in its first half or in its second. */
async function badSignature (backend: Backend, type: KeyType): Promise<Prepare> {
  const signer = signerOf(type, 'timing')
  const message = randomBytes(256)
  const signature = await signer.sign(message)

  // where the halves begin that are two numbers; a leading byte decides what is in range
  const skipped = type === 'secp256k1' ? 8 : 1
  const half = signature.byteLength >> 1

  return which => {
    const index = which === 0 ? randomInt(skipped, half - 4) : randomInt(half + skipped, signature.byteLength - 1)
    const bad = flip(signature, index, randomInt(8))

    return async () => {
      if (await backend.verify(signer.key, message, bad)) {
        throw new Error('a bad signature was taken')
      }
    }
  }
}

/** All that a line 2 goes through until its one error: decapsulation, key, tag. */
async function badCiphertext (backend: Backend): Promise<Prepare> {
  const suite = { group: 'x25519mlkem768', cipher: 'aes-256-gcm' } as const
  const keys = await backend.generateMlKem768()
  const t = randomBytes(32)
  const ciphertexts: Uint8Array[] = []

  // both classes have ciphertexts of all kinds: only whether they are right tells them apart
  for (let i = 0; i < CIPHERTEXTS; i++) {
    ciphertexts.push((await backend.encapsulateMlKem768(keys.encapsulationKey)).ciphertext)
  }

  return which => {
    const kem = ciphertexts[randomInt(CIPHERTEXTS)].slice()

    // the same writes in both classes
    kem[randomInt(kem.byteLength)] ^= which === 0 ? 1 << randomInt(8) : 0 << randomInt(8)
    const sealed = concat([randomBytes(HEADER_BYTES), randomBytes(TAG_BYTES)])
    const secrets = new HandshakeSecrets(backend, suite, t, randomBytes(32))

    return async () => refused(async () => openLine2(await secrets.headerAead('lesser', t, await keys.decapsulate(kem), kem), sealed))
  }
}

async function refused (action: () => unknown): Promise<void> {
  try {
    await action()
  } catch {
    return
  }

  throw new Error('what is bad was taken')
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}
