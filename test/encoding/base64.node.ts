import { expect } from 'aegir/chai'
import sinon from 'sinon'
import * as base64 from '../../src/encoding/base64.ts'
import { loadWithout } from '../fixtures/load-without.ts'
import { testBase64 } from './base64.ts'
import type { Base64 } from './base64.ts'

const load = async (): Promise<Base64> => loadWithout('Buffer', 'src/encoding/base64')

// the codec that newer runtimes have, made of the one that there is
const used: string[] = []

const codec = {
  toBase64 (this: Uint8Array): string {
    used.push('toBase64')

    return Buffer.from(this).toString('base64')
  },

  fromBase64 (text: string, { lastChunkHandling }: { lastChunkHandling: string }): Uint8Array {
    used.push(`fromBase64 ${lastChunkHandling}`)

    return new Uint8Array(Buffer.from(text, 'base64'))
  }
}

const places = [[Uint8Array.prototype, 'toBase64'], [Uint8Array, 'fromBase64']] as const

describe('base64 with Buffer', () => {
  it('should use it', () => {
    const spies = [sinon.spy(Buffer, 'from'), sinon.spy(Buffer, 'allocUnsafeSlow')]

    try {
      base64.encodeBase64(Uint8Array.of(1))
      base64.decodeBase64('AQ==')
      sinon.assert.calledTwice(spies[0])
      sinon.assert.calledOnce(spies[1])
    } finally {
      spies.forEach(spy => { spy.restore() })
    }
  })
})

describe('base64 with another Buffer', () => {
  testBase64(async () => loadWithout('Buffer', 'src/encoding/base64', {}))
})

describe('base64 without Buffer', () => {
  for (const withCodec of [false, true]) {
    describe(`where arrays have ${withCodec ? 'a' : 'no'} codec`, () => {
      const before = places.map(([target, name]) => Object.getOwnPropertyDescriptor(target, name))

      beforeEach(() => {
        used.length = 0
        places.forEach(([target, name]) => { define(target, name, withCodec ? { value: codec[name], configurable: true } : undefined) })
      })

      afterEach(() => {
        places.forEach(([target, name], i) => { define(target, name, before[i]) })
      })

      testBase64(load)

      it(`should use ${withCodec ? 'it, strictly' : 'what browsers always had'}`, async () => {
        const { decodeBase64 } = await load()

        expect(decodeBase64('Zm9v')).to.have.property('byteLength', 3)
        expect(used).to.deep.equal(withCodec ? ['fromBase64 strict', 'toBase64'] : [])
      })
    })
  }
})

function define (target: object, name: string, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor != null) {
    Object.defineProperty(target, name, descriptor)
  } else {
    Reflect.deleteProperty(target, name)
  }
}
