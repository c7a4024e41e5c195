import { expect } from 'aegir/chai'
import { Fifo } from '../../src/encoding/fifo.ts'

describe('fifo', () => {
  it('should give in order what an array would', () => {
    const fifo = new Fifo<number>()
    const array: number[] = []
    let next = 0

    // longer and shorter in turn, and empty in between
    for (const [pushes, takes] of [[3, 1], [5_000, 2_000], [1, 3_003], [1, 1], [0, 1], [2_500, 2_499]]) {
      for (let i = 0; i < pushes; i++) {
        fifo.push(next)
        array.push(next++)
      }

      for (let i = 0; i < takes; i++) {
        expect(fifo.first).to.equal(array[0])
        expect(fifo.shift()).to.equal(array.shift())
      }
    }

    fifo.clear()
    expect(fifo.first).to.be.undefined()
    expect(fifo.shift()).to.be.undefined()

    fifo.push(next)
    expect(fifo.first).to.equal(next)
    expect(fifo.shift()).to.equal(next)
    expect(fifo.shift()).to.be.undefined()
  })

  it('should take a quarter of a million entries in no time to speak of', () => {
    const fifo = new Fifo<number>()
    const count = 262_144

    for (let i = 0; i < count; i++) {
      fifo.push(i)
    }

    let inOrder = 0

    for (let i = 0; i < count; i++) {
      inOrder += fifo.shift() === i ? 1 : 0
    }

    expect(inOrder).to.equal(count)
  }).timeout(5_000)
})
