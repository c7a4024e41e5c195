import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { duplexPair } from 'it-pair/duplex'
import { MemoryConnection } from '../../benchmarks/memory-pair.ts'
import { secureDuplex } from '../../src/duplex/index.ts'
import { securePeer } from '../../src/index.ts'
import { guard } from '../fixtures/attack-victim.ts'
import { upgraderWith } from '../fixtures/upgrader.ts'
import { holdsInAnyOrder } from './closing.ts'
import type { Connection, End } from './closing.ts'
import type { ByteDuplex, SecureDuplex } from '../../src/duplex/index.ts'
import type { SecuredMessageStream } from '../../src/libp2p/message-stream.ts'
import type { ConnectionEncrypter, PrivateKey } from '@libp2p/interface'

const ENOUGH = new Error('enough')

describe('property: ends, half-closes, aborts and resets', () => {
  guard()

  let privateKey: PrivateKey
  let encrypters: ConnectionEncrypter[]

  before(async () => {
    privateKey = await generateKeyPair('Ed25519')
    encrypters = [0, 1].map(() => securePeer()({ privateKey, logger: defaultLogger(), upgrader: upgraderWith() }))
  })

  it('should be what a model says, of message streams', async () => {
    await holdsInAnyOrder(async (): Promise<Connection> => {
      const carriers = MemoryConnection.pair()
      const [dialer, listener] = await Promise.all([encrypters[0].secureOutbound(carriers[0]), encrypters[1].secureInbound(carriers[1])])

      return {
        ends: [messageStreamEnd(dialer.connection as SecuredMessageStream), messageStreamEnd(listener.connection as SecuredMessageStream)],
        cut: () => { carriers[0].abort(ENOUGH) }
      }
    })
  })

  it('should be what a model says, of duplexes', async () => {
    await holdsInAnyOrder(async (): Promise<Connection> => {
      const breaker = new AbortController()
      const cut = (): void => { breaker.abort(ENOUGH) }
      const carriers = duplexPair<Uint8Array>().map(carrier => breakable(carrier, breaker.signal))
      const [a, b] = await Promise.all(carriers.map(async carrier => secureDuplex(carrier, { privateKey })))

      return { ends: [duplexEnd(a, cut), duplexEnd(b, cut)], cut }
    })
  })
})

function messageStreamEnd (stream: SecuredMessageStream): End {
  const received: Uint8Array[] = []
  let seen: End['seen'] = 'open'
  let hasEnded = false
  stream.addEventListener('message', ({ data }) => { received.push(data.subarray()) })
  stream.addEventListener('remoteCloseWrite', () => { seen = 'ended' })

  // a close without an error says that all is well, but to who has ended itself: it misses nothing
  stream.addEventListener('close', ({ error }) => { seen = seen !== 'open' || (error == null && !hasEnded) ? 'ended' : 'broken' })

  return {
    received,
    get seen () { return seen },
    send: bytes => { stream.send(bytes) },
    end: () => {
      hasEnded = true
      stream.endWrites().catch(() => {})
    },
    pause: () => { stream.pause() },
    resume: () => { stream.readStatus === 'paused' && stream.resume() },
    abort: () => { stream.abort(ENOUGH) }
  }
}

/** `cut` is what is left to somebody who gives up after the source has ended. */
function duplexEnd (duplex: SecureDuplex, cut: () => void): End {
  const received: Uint8Array[] = []
  const source = new Source()
  let seen: End['seen'] = 'open'
  let hasEnded = false
  let gate = Promise.resolve()
  let open = (): void => {}

  const read = async (): Promise<void> => {
    for await (const bytes of duplex.source) {
      received.push(bytes)
      await gate
    }
  }

  duplex.sink(source).catch(() => {})
  read().then(() => { seen = 'ended' }, () => { seen = 'broken' })

  return {
    received,
    get seen () { return seen },
    send: bytes => { source.push(bytes) },
    end: () => {
      hasEnded = true
      source.push(undefined)
    },
    pause: () => { gate = new Promise(resolve => { open = resolve }) },
    resume: () => { open() },
    abort: () => {
      hasEnded ? cut() : source.push(ENOUGH)
      open()
    }
  }
}

/** Gives what was pushed, ends at `undefined` and fails with an error. */
class Source implements AsyncIterable<Uint8Array> {
  readonly #values: Array<Uint8Array | Error | undefined> = []
  #wake = (): void => {}

  push (value: Uint8Array | Error | undefined): void {
    this.#values.push(value)
    this.#wake()
  }

  async * [Symbol.asyncIterator] (): AsyncGenerator<Uint8Array> {
    while (true) {
      if (this.#values.length === 0) {
        await new Promise<void>(resolve => { this.#wake = resolve })
      }

      const value = this.#values.shift()

      if (value instanceof Error) {
        throw value
      }

      if (value == null) {
        return
      }

      yield value
    }
  }
}

/** Both directions fail when the signal says so. */
function breakable ({ source, sink }: ByteDuplex, signal: AbortSignal): ByteDuplex {
  const broken = new Promise<never>((_resolve, reject) => { signal.addEventListener('abort', () => { reject(signal.reason) }) })
  broken.catch(() => {})

  return {
    source: (async function * () {
      const iterator = source[Symbol.asyncIterator]()

      while (true) {
        const { value, done } = await Promise.race([iterator.next(), broken])

        if (done === true) {
          return
        }

        yield value
      }
    })(),
    sink: async source => Promise.race([sink(source), broken])
  }
}
