/**
 * How long networks of 25 nodes take to converge: real protocols over each
 * encrypter, in seven processes.
 */

import { dht } from '../scenarios/dht.ts'
import { gossipsub } from '../scenarios/gossipsub.ts'
import type { Measurement, Part, Settings } from './part.ts'
import type { Answers } from '../scenarios/dht.ts'
import type { Delivery, GossipOutcome } from '../scenarios/gossipsub.ts'
import type { EncrypterName, Source } from '../subjects.ts'

const PHASES = ['steady', 'burst', 'churn', 'after'] as const

export async function scenarios ({ source, quick }: Settings): Promise<Part> {
  const row = { part: 'scenarios', unit: 'ms', better: 'lower', platform: 'node' } as const
  const floors = { noise: 1.0 }

  return {
    name: 'scenarios',
    rows: [
      { ...row, id: 'scenarios/dht-join', title: 'kad-dht, 25 nodes: until all know enough others', floors },
      { ...row, id: 'scenarios/dht-store', title: 'kad-dht: until 20 values and 20 provider records are stored', floors },
      { ...row, id: 'scenarios/dht-lookup', title: 'kad-dht: until 55 lookups are answered', floors },
      { ...row, id: 'scenarios/dht-recover', title: 'kad-dht: from killing a third of the nodes until the replacements are in and 55 lookups are answered', floors },
      { ...row, id: 'scenarios/dht-cpu', title: 'kad-dht: CPU time of all nodes from the first dial to the last answer', floors },
      { ...row, id: 'scenarios/gossipsub-mesh', title: 'gossipsub, 25 nodes: until all have a mesh', floors },
      { ...row, id: 'scenarios/gossipsub-latency', title: 'gossipsub: from publishing to delivery, median', floors },
      { ...row, id: 'scenarios/gossipsub-burst', title: 'gossipsub: until 200 messages published at once are everywhere', floors },
      { ...row, id: 'scenarios/gossipsub-churn', title: 'gossipsub: until 170 messages are everywhere while a third of the nodes is killed and replaced', floors },
      { ...row, id: 'scenarios/gossipsub-cpu', title: 'gossipsub: CPU time of all nodes from the first dial to the end of the burst', floors }
    ],
    // `npm run test:scenarios` is their smoke test
    measurements: quick ? [] : measurements(source)
  }
}

function measurements (source: Source): Measurement[] {
  return [{
    name: 'dht',
    subjects: ['noise', 'secure-peer'],
    run: async (subject, round) => {
      const { before, after, joinMs, storeMs, lookupMs, recoverMs, cpuMs } = await dht({ subject: subject as EncrypterName, source, seed: round })
      requireAll(before)
      requireAll(after)

      return {
        'scenarios/dht-join': joinMs,
        'scenarios/dht-store': storeMs,
        'scenarios/dht-lookup': lookupMs,
        'scenarios/dht-recover': recoverMs,
        'scenarios/dht-cpu': cpuMs
      }
    }
  }, {
    name: 'gossipsub',
    subjects: ['noise', 'secure-peer'],
    run: async (subject, round) => {
      const outcome = await gossipsub({ subject: subject as EncrypterName, source, seed: round })
      PHASES.forEach(phase => { requireDelivery(phase, outcome[phase]) })

      return {
        'scenarios/gossipsub-mesh': outcome.meshMs,
        'scenarios/gossipsub-latency': outcome.latencyMs,
        'scenarios/gossipsub-burst': outcome.burstMs,
        'scenarios/gossipsub-churn': outcome.churnMs,
        'scenarios/gossipsub-cpu': outcome.cpuMs
      }
    }
  }]
}

function requireAll ({ asked, answered, failures }: Answers): void {
  if (answered < asked) {
    throw new Error(`${answered} of ${asked} lookups were answered: ${failures.join('; ')}`)
  }
}

function requireDelivery (phase: keyof GossipOutcome, { expected, delivered, duplicates }: Delivery): void {
  if (delivered !== expected || duplicates > 0) {
    throw new Error(`${phase}: ${delivered} of ${expected} messages were delivered, ${duplicates} of them again`)
  }
}
