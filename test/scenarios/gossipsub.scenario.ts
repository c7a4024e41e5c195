import { expect } from 'aegir/chai'
import { gossipsub } from '../../benchmarks/scenarios/gossipsub.ts'
import type { Delivery, GossipOutcome } from '../../benchmarks/scenarios/gossipsub.ts'

describe('a topic of 25 nodes in five processes', function () {
  this.timeout(120_000)

  let outcome: GossipOutcome

  before(async () => {
    outcome = await gossipsub({ subject: 'secure-peer', source: 'src', seed: 0 })
  })

  it('should deliver every message to every subscriber once when all publish one after the other', () => {
    expect(outcome.steady).to.include(onceToAll(25, 8))
  })

  it('should deliver every message to every subscriber once when all publish at once', () => {
    expect(outcome.burst).to.include(onceToAll(25, 8))
  })

  it('should deliver every message to those who stay while a third of the nodes is killed and replaced', () => {
    expect(outcome.churn).to.include(onceToAll(17, 10))
  })

  it('should deliver every message to every subscriber once the replacements are in', () => {
    expect(outcome.after).to.include(onceToAll(25, 8))
  })
})

/** Of so many nodes each publishes, and gets what the others publish. */
function onceToAll (nodes: number, messages: number): Partial<Delivery> {
  const expected = nodes * (nodes - 1) * messages

  return { expected, delivered: expected, duplicates: 0 }
}
