import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { expect } from 'aegir/chai'
import { duplexPair } from 'it-pair/duplex'
import { pEvent } from 'p-event'
import { MemoryConnection } from '../../benchmarks/memory-pair.ts'
import { defaultBackend } from '../../src/crypto/index.ts'
import { secureDuplex } from '../../src/duplex/index.ts'
import { securePeer } from '../../src/index.ts'
import { guard } from '../fixtures/attack-victim.ts'
import { BackendSpy } from '../fixtures/backend-spy.ts'
import { upgraderWith } from '../fixtures/upgrader.ts'
import type { ByteDuplex, Role } from '../../src/duplex/index.ts'
import type { ConnectionEncrypter, PrivateKey, SecuredConnection } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

const EVENTS = ['message', 'close', 'remoteCloseWrite', 'drain', 'end', 'idle']
const ENOUGH = new Error('enough')
const BROKEN = new Error('broken')

/** Prepares what happens at a moment; gives what waits for it. */
type Arm = (moment: number, abort: () => void) => () => Promise<void>

/** One handshake that is aborted at some moment. */
interface Attempt {
  readonly both: Array<Promise<unknown>>

  /** What is true of both ends after all. */
  finish (outcomes: Array<PromiseSettledResult<unknown>>): Promise<void>
}

/** A duplex that says when it was left: its source read to the end or returned, if it was taken at all. */
interface Watched extends ByteDuplex {
  readonly left: Promise<void>
}

function watched ({ source, sink }: ByteDuplex): Watched {
  const inner = source[Symbol.asyncIterator]()
  let isTaken = false
  let leave: () => void = () => {}
  const isLeft = new Promise<void>(resolve => { leave = resolve })

  const iterator: AsyncIterator<Uint8Array | Uint8ArrayList> = {
    next: async () => {
      const result = await inner.next()
      result.done === true && leave()

      return result
    },
    return: async () => {
      leave()

      return inner.return?.() ?? { done: true, value: undefined }
    }
  }

  return {
    sink,
    source: {
      [Symbol.asyncIterator]: () => {
        isTaken = true

        return iterator
      }
    },
    get left () {
      return isTaken ? isLeft : Promise.resolve()
    }
  }
}

// A caller may give up at any moment, and nothing may be left of what was begun:
// no carrier open, no listener, no timer, no secret.
describe('attacks: abort at every await', () => {
  guard()

  let spy: BackendSpy
  let privateKey: PrivateKey
  let encrypters: ConnectionEncrypter[]

  before(async () => { privateKey = await generateKeyPair('Ed25519') })

  beforeEach(() => {
    spy = new BackendSpy()
    encrypters = [0, 1].map(() => securePeer({ identify: async () => true })({ privateKey, logger: defaultLogger(), upgrader: upgraderWith() }))
  })

  afterEach(() => { spy.restore() })

  /** One of the two is aborted, the other goes on. */
  function libp2p (aborted: 'dialer' | 'listener', signal: AbortSignal): Attempt {
    const carriers = MemoryConnection.pair()
    const before = carriers.map(listenersOf)
    const signals = ['dialer', 'listener'].map(role => role === aborted ? { signal } : undefined)

    return {
      both: [encrypters[0].secureOutbound(carriers[0], signals[0]), encrypters[1].secureInbound(carriers[1], signals[1])],
      finish: async outcomes => {
        for (const [i, outcome] of outcomes.entries()) {
          if (outcome.status === 'fulfilled') {
            const { connection } = outcome.value as SecuredConnection

            if (connection.status === 'open') {
              await pEvent(connection, 'close')
            }

            expect(connection.status).to.be.oneOf(['aborted', 'reset'])
          } else {
            expect(listenersOf(carriers[i]), 'listeners left behind').to.equal(before[i])
          }

          expect(carriers[i].status).to.be.oneOf(['aborted', 'closed', 'reset'])
        }
      }
    }
  }

  function duplex (roles: [Role, Role], aborted: 0 | 1, signal: AbortSignal): Attempt {
    const ends = duplexPair<Uint8Array>().map(watched)

    // first, since a signal that is aborted before leaves the duplex as it is
    const first = secureDuplex(ends[aborted], { privateKey, role: roles[aborted], signal })
    const second = secureDuplex(ends[1 - aborted], { privateKey, role: roles[1 - aborted] })

    return {
      both: [first, second],
      finish: async outcomes => {
        for (const [i, outcome] of outcomes.entries()) {
          if (outcome.status === 'fulfilled') {
            const { source } = outcome.value as Awaited<ReturnType<typeof secureDuplex>>
            await expect(source.next()).to.eventually.be.rejected()
          }

          await ends[i === 0 ? aborted : 1 - aborted].left
        }
      }
    }
  }

  /**
   * Aborts at one moment after the other until none is left.
   *
   * @returns how many there were
   */
  async function atEvery (begin: (signal: AbortSignal) => Attempt, arm: Arm, expectReasons = expectAborted): Promise<number> {
    // the test's own timer begins after its first turn
    await turn()

    for (let moment = 0; ; moment++) {
      spy.reset()
      const timers = timersOf()
      const controller = new AbortController()
      const listeners = countListeners(controller.signal)
      const wait = arm(moment, () => { controller.abort(ENOUGH) })
      const attempt = begin(controller.signal)
      const settled = Promise.allSettled(attempt.both)
      await wait()
      const outcomes = await settled
      const failed = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]

      // both were done before
      if (failed.length === 0) {
        return moment
      }

      await attempt.finish(outcomes)
      expectReasons(failed.map(({ reason }) => reason))

      // who was done may export keys for as long as it likes
      const exporters = spy.left.filter(label => label === 'exporter').length
      expect(spy.left.filter(label => label !== 'exporter'), `secrets left at moment ${moment}`).to.be.empty()
      expect(exporters, `exporter secrets left at moment ${moment}`).to.be.at.most(outcomes.length - failed.length)
      expect(listeners.active, `listeners on the signal at moment ${moment}`).to.equal(0)
      expect(timersOf(), `timers left at moment ${moment}`).to.equal(timers)
    }
  }

  /** In the backend's call of that number, of whichever side makes it. */
  function atCall (moment: number, abort: () => void): () => Promise<void> {
    spy.onCall = call => {
      if (call === moment) {
        abort()
      }
    }

    return turn
  }

  /** A call with a key pair fails. */
  function failingCall (moment: number): () => Promise<void> {
    spy.onKeyCall = call => {
      if (call === moment) {
        throw BROKEN
      }
    }

    return turn
  }

  function atMicrotask (moment: number, abort: () => void): () => Promise<void> {
    return async () => {
      for (let i = 0; i < moment; i++) {
        await Promise.resolve()
      }

      abort()
    }
  }

  const pairs: Array<[what: string, begin: (signal: AbortSignal) => Attempt]> = [
    ['a dialer', signal => libp2p('dialer', signal)],
    ['a listener', signal => libp2p('listener', signal)],
    ['the dialer of a duplex', signal => duplex(['dialer', 'listener'], 0, signal)],
    ['the listener of a duplex', signal => duplex(['dialer', 'listener'], 1, signal)],
    ['a peer of a duplex', signal => duplex(['peer', 'peer'], 0, signal)]
  ]

  for (const [what, begin] of pairs) {
    it(`should leave nothing of ${what} that gives up in any call of the backend`, async () => {
      expect(await atEvery(begin, atCall)).to.be.above(30)
    })

    it(`should leave nothing of ${what} or the other when any call with a key pair fails`, async () => {
      expect(await atEvery(begin, failingCall, expectFailed)).to.be.above(10)
    })

    // where the backend waits for nothing, a handshake is microtasks only
    if (defaultBackend.letsGoAtOnce === true) {
      it(`should leave nothing of ${what} that gives up between any two microtasks`, async () => {
        expect(await atEvery(begin, atMicrotask)).to.be.above(20)
      })
    }
  }
})

function expectAborted (reasons: any[]): void {
  expect(reasons).to.include(ENOUGH)
  expect(reasons.filter(reason => reason !== ENOUGH && reason.code !== 'ERR_CARRIER_CLOSED')).to.be.empty()
}

// what fails between a decapsulation and a tag is told as every other failure there
function expectFailed (reasons: any[]): void {
  expect(reasons.filter(reason => reason !== BROKEN && !['ERR_CARRIER_CLOSED', 'ERR_HEADER_AUTH', 'ERR_MALFORMED_HELLO'].includes(reason.code))).to.be.empty()
}

function listenersOf (carrier: MemoryConnection): number {
  return EVENTS.reduce((sum, type) => sum + carrier.listenerCount(type), 0)
}

/** Listeners of a signal that were not removed. */
function countListeners (signal: AbortSignal): { readonly active: number } {
  const active = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)

  signal.addEventListener = (type: string, listener: any, options?: any) => {
    active.add(listener)
    add(type, listener, options)
  }
  signal.removeEventListener = (type: string, listener: any, options?: any) => {
    active.delete(listener)
    remove(type, listener, options)
  }

  return { get active () { return active.size } }
}

// browsers do not tell
function timersOf (): number {
  return globalThis.process?.getActiveResourcesInfo?.().filter(name => name === 'Timeout').length ?? 0
}

async function turn (): Promise<void> {
  await new Promise(resolve => setTimeout(resolve))
}
