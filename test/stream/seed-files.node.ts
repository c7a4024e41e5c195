import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'aegir/chai'
import { generateKeys } from '../../src/keys/index.ts'
import { secure } from '../../src/stream/index.ts'
import { EDITS_FOR_1_0 } from './seed-edits.ts'
import { runTapTest } from './tap-shim.ts'
import type { Tap } from './tap-shim.ts'
import type { Keys, SecureOptions } from '../../src/stream/index.ts'

// The test files of secure-peer@0.2.1, out of its npm package, over this
// package's stream API. Only the module that they require is another one. Over
// 1.0 the keys are, too: the original's are RSA of 1008 bits, which 1.0 refuses.

const FOLDER = new URL('.', import.meta.resolve('secure-peer/test/secure.js'))
const FILES = ['async_accept.js', 'chunks.js', 'cipher.js', 'late_reject.js', 'mitm.js', 'mitm_end.js', 'ordering.js', 'reject.js', 'replay.js', 'secure.js', 'server_write.js']

type Require = (id: string) => unknown
type Test = [title: string, body: (t: Tap) => void]

/* eslint-disable no-loop-func */

describe('the original test files', () => {
  it('should be those of the npm package', () => {
    expect(readdirSync(FOLDER).filter(name => name.endsWith('.js')).sort()).to.deep.equal(FILES)
    expect(FILES).to.include.members(Object.keys(EDITS_FOR_1_0))
  })

  describe('over 0.2', () => {
    for (const file of FILES) {
      it(`should pass ${file}`, async () => {
        await runFile(readFileSync(new URL(file, FOLDER), 'utf8'), originalRequire(secureClassic))
      })
    }
  })

  describe('over 1.0', () => {
    let keys: Record<string, Keys>

    before(async () => {
      keys = { './keys/a.json': await generateKeys(), './keys/b.json': await generateKeys() }
    })

    it('should not accept the original\'s keys', () => {
      const load = originalRequire(secure)

      expect(() => secure(load('./keys/a.json') as Keys)).to.throw('1008 bits').with.property('code', 'ERR_INVALID_OPTION')
    })

    for (const file of FILES) {
      const edited = EDITS_FOR_1_0[file]

      it(`should pass ${file}${edited == null ? '' : `, changed since ${edited.why}`}`, async () => {
        const load = originalRequire(secure)

        await runFile(edit(file), id => keys[id] ?? load(id))
      })
    }
  })
})

function secureClassic (keys: Keys, opts?: SecureOptions): unknown {
  return secure(keys, { ...opts, classic: true })
}

// what the files see: the dependencies of the original, but for itself
function originalRequire (implementation: unknown): Require {
  const require = createRequire(new URL('secure.js', FOLDER))

  return id => id === '../' ? implementation : require(id)
}

async function runFile (source: string, require: Require): Promise<void> {
  const tests: Test[] = []
  const tap = { test: (...test: Test) => { tests.push(test) } }

  // CommonJS, as Node runs it
  // eslint-disable-next-line no-new-func
  const module = new Function('require', source)
  module((id: string) => id === 'tap' ? tap : require(id))

  expect(tests).to.have.lengthOf(1)

  for (const [, body] of tests) {
    await runTapTest(body)
  }
}

function edit (file: string): string {
  let source = readFileSync(new URL(file, FOLDER), 'utf8')

  for (const { from, to } of EDITS_FOR_1_0[file]?.edits ?? []) {
    expect(source, file).to.include(from)
    source = source.replaceAll(from, to)
  }

  return source
}
