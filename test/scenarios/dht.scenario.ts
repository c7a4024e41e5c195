import { expect } from 'aegir/chai'
import { dht } from '../../benchmarks/scenarios/dht.ts'

describe('a DHT of 25 nodes in five processes', function () {
  this.timeout(120_000)

  it('should answer all lookups, before and after a third of the nodes was killed and replaced', async () => {
    const { before, after } = await dht({ subject: 'secure-peer', source: 'src', seed: 0 })

    expect(before.failures).to.deep.equal([])
    expect(before).to.include({ asked: 55, answered: 55 })
    expect(after.failures).to.deep.equal([])
    expect(after).to.include({ asked: 55, answered: 55 })
  })
})
