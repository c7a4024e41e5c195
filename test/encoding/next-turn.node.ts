import { expect } from 'aegir/chai'
import sinon from 'sinon'
import * as nextTurn from '../../src/encoding/next-turn.ts'
import { loadWithout } from '../fixtures/load-without.ts'

type NextTurn = typeof import('../../src/encoding/next-turn.ts')

const withoutImmediate = async (): Promise<NextTurn> => loadWithout('setImmediate', 'src/encoding/next-turn')

describe('next turn', () => {
  for (const [what, load, hasImmediate] of [['setImmediate', () => nextTurn, true], ['timers alone', withoutImmediate, false]] as const) {
    describe(`with ${what}`, () => {
      it('should come after promises', async () => {
        const module = await load()
        const order: string[] = []
        const called = Promise.withResolvers<void>()

        module.nextTurn(() => {
          order.push('turn')
          called.resolve()
        })

        queueMicrotask(() => { order.push('promise') })
        await called.promise

        expect(order).to.deep.equal(['promise', 'turn'])
      })

      it('should say whether it has to wait for a timer', async () => {
        const module = await load()
        expect(module.hasImmediate).to.equal(hasImmediate)

        // which others may have asked for as well
        const timeout = sinon.stub(globalThis, 'setTimeout')

        try {
          module.nextTurn(() => {})
          sinon.assert.callCount(timeout, hasImmediate ? 0 : 1)
        } finally {
          timeout.restore()
        }
      })
    })
  }
})
