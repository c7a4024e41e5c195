import { expect } from 'aegir/chai'
import { told } from '../libp2p/fixtures/metrics.ts'
import { NodeProcess } from './fixtures/process.ts'
import type { Peer, YamuxPackage } from './fixtures/process.ts'

const MIB = 2 ** 20

const MUXERS: Array<[YamuxPackage, YamuxPackage]> = [
  ['@libp2p/yamux', '@libp2p/yamux'],
  ['@chainsafe/libp2p-yamux', '@chainsafe/libp2p-yamux'],
  ['@libp2p/yamux', '@chainsafe/libp2p-yamux']
]

interface Pair {
  dialer: NodeProcess
  listener: NodeProcess
  dialerPeer: Peer
  listenerPeer: Peer
}

async function start ([dialerMuxer, listenerMuxer]: [YamuxPackage, YamuxPackage]): Promise<Pair> {
  const dialer = new NodeProcess()
  const listener = new NodeProcess()
  const [dialerPeer, listenerPeer] = await Promise.all([dialer.call('start', dialerMuxer), listener.call('start', listenerMuxer)])
  await dialer.call('learn', listenerPeer)

  return { dialer, listener, dialerPeer, listenerPeer }
}

async function stop ({ dialer, listener }: Pick<Pair, 'dialer' | 'listener'>): Promise<void> {
  await Promise.all([dialer.kill(), listener.kill()])
}

describe('two processes over TCP', function () {
  this.timeout(60_000)

  for (const muxers of MUXERS) {
    describe(`with ${muxers.join(' and ')}`, () => {
      let pair: Pair

      before(async () => { pair = await start(muxers) })
      after(async () => stop(pair))

      it('should dial by PeerId', async () => {
        expect(await pair.dialer.call('dial', pair.listenerPeer.peerId)).to.deep.equal({
          encryption: '/secure-peer/1.0.0',
          multiplexer: '/yamux/1.0.0',
          remotePeer: pair.listenerPeer.peerId
        })
      })

      it('should echo, opened from each side', async () => {
        expect(await pair.dialer.call('echo', 'beep boop')).to.equal('beep boop')
        expect(await pair.listener.call('echo', 'boop beep')).to.equal('boop beep')
      })

      it('should ping, from each side', async () => {
        expect(await pair.dialer.call('ping', pair.listenerPeer.peerId)).to.be.at.least(0)
        expect(await pair.listener.call('ping', pair.dialerPeer.peerId)).to.be.at.least(0)
      })

      it('should identify, each the other', async () => {
        const seenByDialer = await pair.dialer.call('identify')
        expect(seenByDialer).to.include({ peerId: pair.listenerPeer.peerId, agentVersion: `agent of ${muxers[1]}` })
        expect(seenByDialer.protocols).to.include('/test/echo/1.0.0')
        expect(await pair.listener.call('identify')).to.include({ peerId: pair.dialerPeer.peerId, agentVersion: `agent of ${muxers[0]}` })
      })

      it('should carry 64 MiB each way at the same time', async () => {
        await pair.listener.call('expectExchange', 64 * MIB)
        const [there, here] = await Promise.all([pair.dialer.call('exchange', 64 * MIB), pair.listener.call('exchanged')])

        expect(there.received).to.equal(here.sent)
        expect(here.received).to.equal(there.sent)
        expect(there.sent).to.not.equal(here.sent)
        await told()
        expect((await pair.dialer.call('metric', 'bytes_total')).received).to.be.above(64 * MIB)
        expect((await pair.dialer.call('metric', 'bytes_total')).sent).to.be.above(64 * MIB)
      })
    })
  }

  for (const [muxers, closing, how] of [
    [MUXERS[0], 'dialer', 'close'],
    [MUXERS[0], 'listener', 'close'],
    [MUXERS[1], 'dialer', 'close'],
    [MUXERS[1], 'listener', 'close'],
    [MUXERS[0], 'dialer', 'stop'],
    [MUXERS[1], 'dialer', 'stop']
  ] as const) {
    it(`should see a clean end when the ${closing} with ${muxers[0]} calls ${how}()`, async () => {
      const { dialer, listener, listenerPeer } = await start(muxers)

      try {
        await dialer.call('dial', listenerPeer.peerId)
        expect(await dialer.call('echo', 'once')).to.equal('once')

        const processes = { dialer, listener }
        const other = closing === 'dialer' ? listener : dialer
        const [, here, there] = await Promise.all([processes[closing].call(how), processes[closing].call('closed'), other.call('closed')])

        expect(here).to.deep.equal({})
        expect(there).to.deep.equal({})

        for (const process of [dialer, listener]) {
          expect(await process.call('metric', 'truncations_total')).to.deep.equal({ '': 0 })
          expect(await process.call('metric', 'errors_total')).to.deep.equal({})
        }
      } finally {
        await stop({ dialer, listener })
      }
    })
  }

  for (const killed of ['dialer', 'listener'] as const) {
    it(`should report a connection whose ${killed} was killed as truncated`, async () => {
      const { dialer, listener, listenerPeer } = await start(MUXERS[0])

      try {
        await dialer.call('dial', listenerPeer.peerId)
        expect(await dialer.call('echo', 'once')).to.equal('once')

        const processes = { dialer, listener }
        const survivor = killed === 'dialer' ? listener : dialer
        const closed = survivor.call('closed')
        await processes[killed].kill()

        // whether the kernel ends the connection, or resets it since it had more to read
        expect(await closed).to.include({ name: 'TruncatedError', code: 'ERR_TRUNCATED' })
        expect(await survivor.call('metric', 'truncations_total')).to.deep.equal({ '': 1 })
        expect(await survivor.call('metric', 'errors_total')).to.deep.equal({ ERR_TRUNCATED: 1 })
      } finally {
        await stop({ dialer, listener })
      }
    })
  }

  it('should report a connection that was killed while both sent', async () => {
    const { dialer, listener, listenerPeer } = await start(MUXERS[0])

    try {
      await dialer.call('dial', listenerPeer.peerId)
      await listener.call('expectExchange', 1024 * MIB)
      const exchange = dialer.call('exchange', 1024 * MIB)
      const closed = dialer.call('closed')

      // well under way, and far from its end
      while (((await dialer.call('metric', 'bytes_total')).received ?? 0) < MIB) {
        await dialer.call('ping', listenerPeer.peerId)
      }

      await listener.kill()

      expect(await closed).to.include({ name: 'TruncatedError', code: 'ERR_TRUNCATED' })
      await expect(exchange).to.eventually.be.rejected()
      expect(await dialer.call('metric', 'errors_total'), 'counted once').to.deep.equal({ ERR_TRUNCATED: 1 })
    } finally {
      await stop({ dialer, listener })
    }
  })
})
