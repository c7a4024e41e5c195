import { expect } from 'aegir/chai'
import { load } from '../../benchmarks/scenarios/load.ts'

describe('a node with a thousand connections from four processes', function () {
  this.timeout(120_000)

  it('should let all of them in that dial at once, and echo what each of them sends', async () => {
    const { connections, echo } = await load({ subject: 'secure-peer', source: 'src', connections: 1_000 })

    expect(connections).to.deep.equal({ listener: 1_000, dialers: 1_000 })
    expect(echo).to.deep.equal({ sent: 4_000, echoed: 4_000 })
  })
})
