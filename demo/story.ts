import { Dialer, ENCRYPTERS } from './dialer.ts'
import { listenerProcess } from './listener-process.ts'
import { chapter, facts, good, progress, table, title } from './terminal.ts'
import type { Connected } from './dialer.ts'

const MIB = 2 ** 20

export interface StoryOptions {
  /** How much each connection carries. */
  mebibytes: number
}

/** Tells everything on the terminal, and throws when something did not happen. */
export async function tell ({ mebibytes }: StoryOptions): Promise<void> {
  title('libp2p-secure-peer', 'two processes, real sockets')

  // each has a key of its own, which is its identity
  const dialers = await Promise.all(ENCRYPTERS.map(async encrypter => Dialer.create(encrypter)))
  const stranger = await Dialer.create('secure-peer')

  const listener = await listenerProcess({ guests: dialers.map(({ peerId }) => peerId) })

  try {
    chapter('A node listens')
    facts({ address: listener.address, PeerId: listener.peerId, encrypters: listener.encrypters.join(', ') })

    chapter('Three nodes dial it, each with an encrypter of its own')
    const connections: Connected[] = []

    for (const dialer of dialers) {
      const connected = await dialer.dial(listener.multiaddr)
      connections.push(connected)

      good(connected.protocol, `in ${milliseconds(connected.took)}`)
      facts({
        'key exchange': connected.keyExchange,
        cipher: connected.cipher,
        muxer: connected.muxer,
        dialer: dialer.peerId,
        listener: connected.remotePeer
      })

      must(connected.remotePeer === listener.peerId, 'the connection is to somebody else')
    }

    chapter('A stranger is refused, and told why')
    const failure = await stranger.dialInVain(listener.multiaddr)
    const refusal = await listener.refusal

    good('refused', `in ${milliseconds(failure.took)}`)
    facts({
      stranger: stranger.peerId,
      'listener said': refusal.reason,
      'dial() threw': failure.message
    })

    must(refusal.peerId === stranger.peerId, 'somebody else was refused')
    must(failure.message.includes(refusal.reason), 'the reason did not arrive')

    chapter(`Each of the three sends ${mebibytes} MiB`)
    const rates: number[] = []

    for (const { protocol, send } of connections) {
      const bar = progress(protocol, mebibytes * MIB)
      const { took, arrived } = await send(mebibytes * MIB, bar.update)
      rates.push(mebibytes / (took / 1000))
      bar.done(rate(rates[rates.length - 1]))

      must(arrived === mebibytes * MIB, `${arrived} bytes arrived`)
    }

    chapter('Side by side')
    table(['protocol', 'key exchange', 'dial', 'rate'], connections.map(({ protocol, keyExchange, took }, index) => [
      protocol,
      keyExchange,
      milliseconds(took),
      rate(rates[index])
    ]))
  } finally {
    await Promise.all([...dialers, stranger].map(async dialer => dialer.stop()))
    await listener.stop()
  }

  chapter('All of that happened.')
}

function must (happened: boolean, otherwise: string): void {
  if (!happened) {
    throw new Error(otherwise)
  }
}

function milliseconds (took: number): string {
  return `${took.toFixed(took < 10 ? 1 : 0)} ms`
}

function rate (mebibytesPerSecond: number): string {
  return `${mebibytesPerSecond.toFixed(0)} MiB/s`
}
