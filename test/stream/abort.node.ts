import { expect } from 'aegir/chai'
import { generateKeys } from '../../src/keys/index.ts'
import { secure } from '../../src/stream/index.ts'
import { guard } from '../fixtures/attack-victim.ts'
import { BackendSpy } from '../fixtures/backend-spy.ts'
import { join, nextTurn } from './events.ts'
import type { Keys } from '../../src/keys/index.ts'
import type { Peer } from '../../src/stream/index.ts'

// each runs after what the one before it began
const TICKS = [
  async () => {},
  async () => new Promise<void>(resolve => { process.nextTick(resolve) }),
  async () => new Promise<void>(resolve => { setImmediate(resolve) })
]

// the same for libp2p and duplexes: test/attacks/abort.spec.ts
describe('the stream API, destroyed at any moment of its handshake', () => {
  guard()

  let spy: BackendSpy
  let keys: Keys
  let peer: Peer

  before(async () => { keys = await generateKeys({ type: 'ed25519' }) })

  beforeEach(() => {
    spy = new BackendSpy()
    peer = secure(keys)
  })

  afterEach(() => { spy.restore() })

  /** @returns whether both sides had a connection before */
  async function attempt (destroyWhen: (destroy: () => void) => Promise<void>): Promise<boolean> {
    let connections = 0
    const sides = [peer(() => { connections++ }), peer(() => { connections++ })]

    // asynchronous, as a look into a database is
    sides.forEach(side => side.on('identify', id => { setImmediate(() => { id.accept() }) }))
    join(sides[0], sides[1])
    await destroyWhen(() => { sides[0].destroy() })
    const wasConnected = connections === 2
    sides[0].destroy()
    await nextTurn()
    await nextTurn()

    expect(sides.map(({ destroyed }) => destroyed)).to.deep.equal([true, true])

    return wasConnected
  }

  function expectNothingLeft (moment: number): void {
    // its secret lives as long as a session that began
    expect(spy.left.filter(label => label !== 'exporter'), `secrets left at moment ${moment}`).to.be.empty()
  }

  /** @returns whether there is a call of that number */
  async function destroyedInCall (moment: number): Promise<boolean> {
    let reached = false

    await attempt(async destroy => {
      spy.onCall = call => {
        if (call === moment) {
          reached = true
          destroy()
        }
      }

      for (let turn = 0; turn < 6; turn++) {
        await nextTurn()
      }
    })

    return reached
  }

  /** @returns whether both sides had a connection by then */
  async function destroyedInTick (moment: number): Promise<boolean> {
    return attempt(async destroy => {
      for (let tick = 0; tick < moment; tick++) {
        await TICKS[tick % TICKS.length]()
      }

      destroy()
    })
  }

  it('should leave no secret when it is destroyed in any call of the backend', async () => {
    let moment = 0

    while (await destroyedInCall(moment)) {
      expectNothingLeft(moment++)
      spy.reset()
    }

    expect(moment).to.be.above(30)
  })

  it('should leave no secret when it is destroyed in any tick', async () => {
    let moment = 0

    while (!await destroyedInTick(moment)) {
      expectNothingLeft(moment++)
      spy.reset()
    }

    expect(moment).to.be.above(5)
  })
})
