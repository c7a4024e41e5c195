/**
 * Handshakes per second, both ends in one process.
 */

import { Child } from '../process/child.ts'
import { PRIMITIVES } from '../subjects.ts'
import { createKey, profiled } from './pair.ts'
import type { Part, Settings } from './part.ts'
import type { SubjectName } from '../subjects.ts'
import type { HandshakesResult } from '../tasks/handshakes.ts'

// JavaScript of a handshake runs seldom: it takes longer to be optimised
const WARM_UP_FACTOR = 2

export async function handshake (settings: Settings): Promise<Part> {
  const row = { part: 'handshake', unit: '1/s', better: 'higher', platform: 'node' } as const
  const keys = {
    Ed25519: { dialerKey: await createKey(), listenerKey: await createKey() },
    'RSA-2048': { dialerKey: await createKey('RSA'), listenerKey: await createKey('RSA') }
  }

  const measure = async (subject: SubjectName, type: keyof typeof keys, round: number): Promise<number> => {
    const child = new Child(`${subject} handshakes`)
    const run = async (milliseconds: number): Promise<HandshakesResult> => child.call('handshakes/run', { milliseconds })

    try {
      await child.call('handshakes/prepare', { subject, source: settings.source, ...keys[type] })
      await run(settings.warmUpMs * WARM_UP_FACTOR)
      const { count, seconds } = await profiled({ both: child }, `handshake ${type} ${subject} ${round}`, settings, async () => run(settings.milliseconds))

      return count / seconds
    } finally {
      await child.close()
    }
  }

  const measurePrimitives = async (identity: keyof typeof keys, hybrid: boolean): Promise<number> => {
    const child = new Child(PRIMITIVES)

    try {
      await child.call('primitives/prepare', { identity, hybrid })
      await child.call('primitives/run', { milliseconds: settings.warmUpMs })
      const { count, seconds }: HandshakesResult = await child.call('primitives/run', { milliseconds: settings.milliseconds })

      return count / seconds
    } finally {
      await child.close()
    }
  }

  return {
    name: 'handshake',
    rows: [
      { ...row, id: 'handshake/Ed25519', title: 'handshakes, Ed25519, hybrid', floors: { noise: 1.8, tls: 6 } },
      { ...row, id: 'handshake/Ed25519-classical', title: 'handshakes, Ed25519, classical (X25519)', floors: { noise: 2.5, tls: 8 } },
      { ...row, id: 'handshake/RSA-2048', title: 'handshakes, RSA-2048, hybrid', floors: { noise: 1.5, tls: 4 } }
    ],
    measurements: [{
      name: 'Ed25519',
      subjects: [PRIMITIVES, 'plaintext', 'noise', 'tls', 'secure-peer', 'secure-peer x25519'],
      run: async (subject, round) => {
        if (subject === PRIMITIVES) {
          return {
            'handshake/Ed25519': await measurePrimitives('Ed25519', true),
            'handshake/Ed25519-classical': await measurePrimitives('Ed25519', false)
          }
        }

        const rate = await measure(subject, 'Ed25519', round)

        // the others have one handshake, it is compared with both of ours
        return {
          ...(subject !== 'secure-peer x25519' && { 'handshake/Ed25519': rate }),
          ...(subject !== 'secure-peer' && { 'handshake/Ed25519-classical': rate })
        }
      }
    }, {
      name: 'RSA-2048',
      subjects: [PRIMITIVES, 'plaintext', 'noise', 'tls', 'secure-peer'],
      run: async (subject, round) => ({
        'handshake/RSA-2048': subject === PRIMITIVES ? await measurePrimitives('RSA-2048', true) : await measure(subject, 'RSA-2048', round)
      })
    }]
  }
}
