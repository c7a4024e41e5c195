/**
 * `dial()` over a link with a round trip time of 50 ms, two processes. The TCP
 * connection itself is not delayed: add a round trip for it.
 */

import { createDelayProxy } from '../delay-proxy.ts'
import { median } from '../statistics.ts'
import { createKey, withPair } from './pair.ts'
import type { Part, Settings } from './part.ts'
import type { DialResult } from '../tasks/dial.ts'

const ROUND_TRIP_MS = 50
const DIALS = 10
const QUICK_DIALS = 2

export async function dial (settings: Settings): Promise<Part> {
  const row = { part: 'dial', unit: 'ms', better: 'lower', platform: 'node' } as const
  const { source } = settings

  return {
    name: 'dial',
    rows: [
      { ...row, id: 'dial/connection', title: `dial() over ${ROUND_TRIP_MS} ms`, floors: { noise: 1.0, tls: 1.0 } },
      { ...row, id: 'dial/answer', title: `dial(), new stream and first answer over ${ROUND_TRIP_MS} ms` }
    ],
    measurements: [{
      name: `${ROUND_TRIP_MS} ms`,
      subjects: ['plaintext', 'noise', 'tls', 'secure-peer'],
      run: async subject => withPair(subject, [], async ({ dialer, listener }) => {
        const address = await listener.call<string>('endpoint/listen', { subject, source, privateKey: await createKey() })
        await listener.call('round-trip/answer')
        await dialer.call('dial/prepare', { subject, source, privateKey: await createKey() })

        const port = /\/tcp\/(?<port>\d+)/.exec(address)?.groups?.port
        const proxy = await createDelayProxy(Number(port), ROUND_TRIP_MS)

        try {
          const through = address.replace(`/tcp/${port}`, `/tcp/${proxy.port}`)
          await dialer.call('dial/run', { address, count: settings.quick ? QUICK_DIALS : DIALS })
          const { dialMs, answerMs } = await dialer.call<DialResult>('dial/run', { address: through, count: settings.quick ? QUICK_DIALS : DIALS })

          return { 'dial/connection': median(dialMs), 'dial/answer': median(answerMs) }
        } finally {
          proxy.close()
        }
      })
    }]
  }
}
