import { expect } from 'aegir/chai'
import { elect } from '../../src/handshake/election.ts'

const STRONGEST_FIRST = ['a', 'b', 'c', 'd']

/** Lists, and what they elect from either side. */
const VOTES: Array<[string[], string[], string | undefined]> = [
  [['a'], ['a'], 'a'],
  [['a'], ['b'], undefined],
  [[], ['a'], undefined],
  [['a', 'b'], ['b'], 'b'],
  [['a', 'b', 'c'], ['a', 'b', 'c'], 'a'],
  [['c', 'b', 'a'], ['c', 'b', 'a'], 'c'],

  // a tie goes to the stronger
  [['a', 'b'], ['b', 'a'], 'a'],
  [['b', 'c'], ['c', 'b'], 'b'],
  [['a', 'b', 'c'], ['c', 'b', 'a'], 'a'],

  // 1 + 0 is less than 0 + 2 and 2 + 1
  [['a', 'b', 'c'], ['b', 'c', 'a'], 'b'],

  // ranks count among common names only: else b would win by 0 + 1 against 2 + 0
  [['b', 'x', 'a'], ['a', 'b'], 'a'],
  [['c', 'd', 'b', 'a'], ['d', 'a'], 'd'],

  // names that nobody ranks by strength are not elected
  [['x'], ['x'], undefined],
  [['__proto__'], ['__proto__'], undefined]
]

describe('election', () => {
  for (const [ours, theirs, elected] of VOTES) {
    it(`should elect ${elected} of ${ours.join(' ')} and ${theirs.join(' ')}`, () => {
      expect(elect(ours, theirs, STRONGEST_FIRST)).to.equal(elected)
      expect(elect(theirs, ours, STRONGEST_FIRST)).to.equal(elected)
    })
  }

  it('should not change the lists', () => {
    const lists = [['c', 'a'], ['a', 'c'], ['a', 'b', 'c']].map(list => Object.freeze(list))

    expect(elect(lists[0], lists[1], lists[2])).to.equal('a')
  })
})
