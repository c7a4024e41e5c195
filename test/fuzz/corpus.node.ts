import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'aegir/chai'
import { InvalidOptionError } from '../../src/errors.ts'
import { checkError, Finding } from './check.ts'
import { seeds } from './seeds.ts'
import { TARGETS } from './targets.ts'
import type { Fuzz } from './targets.ts'

// found from the sources' place and from the build's
const corpus = new URL(import.meta.url.includes('/dist/') ? '../../../test/fuzz/corpus/' : 'corpus/', import.meta.url)

describe('fuzzing: the kept corpus', () => {
  for (const { name } of TARGETS) {
    it(`should hold for all inputs of ${name}`, async () => {
      const { fuzz } = await import(`./targets/${name}.ts`) as { fuzz: Fuzz }
      const folder = new URL(`${name}/`, corpus)
      const files = readdirSync(folder)

      expect(files).to.have.property('length').that.is.above(0)

      for (const file of files) {
        await fuzz(readFileSync(new URL(file, folder)))
      }
    })
  }

  it('should begin with what the vectors give', async () => {
    const inputs = await seeds()

    expect(Object.keys(inputs).sort()).to.deep.equal(TARGETS.map(({ name }) => name).sort())

    for (const [name, bytes] of Object.entries(inputs)) {
      for (const [i, input] of bytes.entries()) {
        expect(new Uint8Array(readFileSync(new URL(`${name}/seed-${i}`, corpus))), `${name} ${i}`).to.equalBytes(input)
      }
    }
  })

  it('should notice what does not hold', () => {
    const error = new InvalidOptionError('x')

    expect(() => { checkError(error, ['ERR_INVALID_OPTION']) }).to.not.throw()
    expect(() => { checkError(error, ['ERR_TRUNCATED']) }).to.throw(Finding)
    expect(() => { checkError(new TypeError('x'), ['ERR_INVALID_OPTION']) }).to.throw(Finding)
    expect(() => { checkError(new InvalidOptionError('\u001b[2J'), ['ERR_INVALID_OPTION']) }).to.throw(Finding)
    expect(() => { checkError(new InvalidOptionError('x', { cause: new Error('\u001b[2J') }), ['ERR_INVALID_OPTION']) }).to.throw(Finding)
  })
})
