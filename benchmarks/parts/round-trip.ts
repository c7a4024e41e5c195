/**
 * The round trip of a 64 byte message over TCP and yamux between two processes.
 */

import { profiled, withConnectedPair } from './pair.ts'
import type { Part, Settings } from './part.ts'
import type { RoundTripResult } from '../tasks/round-trip.ts'

const IDLE_PAUSE_MS = 1
const IDLE_MS_PER_TRIP = 1.5
const BUSY_TRIPS_PER_MS = 3

export async function roundTrip (settings: Settings): Promise<Part> {
  const row = { part: 'round-trip', unit: 'µs', better: 'lower', platform: 'node' } as const
  const idle = { count: Math.ceil(settings.milliseconds / IDLE_MS_PER_TRIP), pauseMs: IDLE_PAUSE_MS }
  const busy = { count: Math.ceil(settings.milliseconds * BUSY_TRIPS_PER_MS), pauseMs: 0 }

  return {
    name: 'round-trip',
    rows: [
      { ...row, id: 'round-trip/idle', title: 'round trip of 64 B, idle connection, median', floors: { noise: 1.0, tls: 0.9, plaintext: 1.1 } },
      { ...row, id: 'round-trip/busy', title: 'round trip of 64 B, one after the other, median' },
      { ...row, id: 'round-trip/p99', title: 'round trip of 64 B, one after the other, 99th percentile' }
    ],
    measurements: [{
      name: '64 B',
      subjects: ['plaintext', 'noise', 'tls', 'secure-peer'],
      run: async (subject, round) => withConnectedPair(subject, settings, async ({ dialer, listener }) => {
        const run = async (params: typeof busy): Promise<RoundTripResult> => dialer.call('round-trip/run', params)

        await listener.call('round-trip/answer')
        await run({ ...busy, count: Math.ceil(settings.warmUpMs * BUSY_TRIPS_PER_MS) })

        return profiled({ dialer, listener }, `round-trip ${subject} ${round}`, settings, async () => {
          const idleResult = await run(idle)
          const busyResult = await run(busy)

          return {
            'round-trip/idle': idleResult.medianUs,
            'round-trip/busy': busyResult.medianUs,
            'round-trip/p99': busyResult.p99Us
          }
        })
      })
    }]
  }
}
