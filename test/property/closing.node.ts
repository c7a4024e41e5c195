import { generateKeys } from '../../src/keys/index.ts'
import { secure } from '../../src/stream/index.ts'
import { guard } from '../fixtures/attack-victim.ts'
import { join, MODES } from '../stream/events.ts'
import { holdsInAnyOrder } from './closing.ts'
import type { Connection, End } from './closing.ts'
import type { Keys } from '../../src/keys/index.ts'
import type { PlainStream, Peer } from '../../src/stream/index.ts'

// message streams and duplexes: closing.spec.ts
describe('property: ends, half-closes, aborts and resets of the stream API', () => {
  guard()

  let keys: Keys

  before(async () => { keys = await generateKeys() })

  for (const [name, options] of MODES) {
    it(`should be what a model says, over ${name}`, async () => {
      const peer = secure(keys, options)

      await holdsInAnyOrder(async () => connect(peer))
    })
  }
})

async function connect (peer: Peer): Promise<Connection> {
  const sides = [peer(), peer()]
  const streams = sides.map(async side => new Promise<PlainStream>(resolve => { side.on('connection', resolve) }))
  join(sides[0], sides[1])
  const [a, b] = await Promise.all(streams)

  return { ends: [endOf(a), endOf(b)], cut: () => { sides[0].destroy(new Error('enough')) } }
}

function endOf (stream: PlainStream): End {
  const received: Uint8Array[] = []
  let seen: End['seen'] = 'open'
  stream.on('data', chunk => { received.push(chunk) })
  stream.on('end', () => { seen = 'ended' })

  // a close without an error says that all is well
  stream.on('close', () => { seen = seen !== 'open' || stream.errored == null ? 'ended' : 'broken' })

  return {
    received,
    get seen () { return seen },
    send: bytes => { stream.write(bytes) },
    end: () => { stream.end() },
    pause: () => { stream.pause() },
    resume: () => { stream.resume() },
    abort: () => { stream.destroy(new Error('enough')) }
  }
}
