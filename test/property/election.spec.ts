import { expect } from 'aegir/chai'
import { array, assert, constantFrom, property, shuffledSubarray } from 'fast-check'
import { elect } from '../../src/handshake/election.ts'
import { twinElect } from '../fixtures/twin.ts'
import { runs } from './runs.ts'

const KNOWN = ['a', 'b', 'c', 'd', 'e']
const list = shuffledSubarray([...KNOWN, 'x', 'y'])

describe('property: election', () => {
  it('should be symmetric and give common, known names only, as the twin does', () => {
    assert(property(list, list, (ours, theirs) => {
      const elected = elect(ours, theirs, KNOWN)
      const isCommon = (name: string): boolean => ours.includes(name) && theirs.includes(name) && KNOWN.includes(name)

      expect(elect(theirs, ours, KNOWN)).to.equal(elected)
      expect(elected != null ? isCommon(elected) : KNOWN.some(isCommon)).to.equal(elected != null)

      if (![...ours, ...theirs].some(name => !KNOWN.includes(name))) {
        expect(twinElect(ours, theirs, KNOWN)).to.equal(elected)
      }
    }), runs(500))
  })

  it('should elect what both sides like best', () => {
    assert(property(shuffledSubarray(KNOWN, { minLength: 1 }), list, (ours, theirs) => {
      expect(elect(ours, [ours[0], ...theirs.filter(name => name !== ours[0])], KNOWN)).to.equal(ours[0])
    }), runs(200))
  })

  it('should not care for names that only one side lists', () => {
    assert(property(shuffledSubarray(KNOWN), shuffledSubarray(KNOWN), array(constantFrom('u', 'v', 'w')), (ours, theirs, unknown) => {
      expect(elect([...new Set([...unknown, ...ours])], theirs, KNOWN)).to.equal(elect(ours, theirs, KNOWN))
    }), runs(200))
  })
})
