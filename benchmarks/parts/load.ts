/**
 * A node under load: 1,000 live connections from four processes, which open all
 * at once and then talk all at once.
 */

import { load as runLoad } from '../scenarios/load.ts'
import type { Part, Settings } from './part.ts'
import type { EncrypterName } from '../subjects.ts'

const CONNECTIONS = 1_000
const QUICK_CONNECTIONS = 200

export async function load ({ source, quick }: Settings): Promise<Part> {
  const row = { part: 'load', unit: 'ms', better: 'lower', platform: 'node' } as const
  const connections = quick ? QUICK_CONNECTIONS : CONNECTIONS
  const all = connections.toLocaleString('en')

  return {
    name: 'load',
    rows: [
      { ...row, id: 'load/storm', title: `dial storm, ${all} connections from 40 nodes in four processes`, unit: '1/s', better: 'higher', floors: { noise: 1.0, tls: 1.0 } },
      { ...row, id: 'load/storm-cpu', title: 'CPU time of both ends per connection of the storm' },
      { ...row, id: 'load/storm-delay', title: 'delay of the listener\'s event loop meanwhile, 99th percentile' },
      { ...row, id: 'load/echo-delay', title: `the same while ${all} connections echo a message every 500 ms` },
      { ...row, id: 'load/round-trip', title: 'round trip of a message meanwhile, median' },
      { ...row, id: 'load/memory', title: 'resident memory per live connection with a stream, listener', unit: 'KiB', floors: { tls: 1.0 } }
    ],
    measurements: [{
      name: `${connections} connections`,
      subjects: quick ? ['secure-peer'] : ['noise', 'tls', 'secure-peer'],
      run: async subject => {
        const outcome = await runLoad({ subject: subject as EncrypterName, source, connections })
        const { listener, dialers } = outcome.connections
        const { sent, echoed } = outcome.echo

        if (listener !== connections || dialers !== connections || echoed !== sent) {
          throw new Error(`${listener} and ${dialers} connections are open instead of ${connections}, and ${echoed} of ${sent} messages came back`)
        }

        return {
          'load/storm': outcome.connectionsPerSecond,
          'load/storm-cpu': outcome.cpuMsPerConnection,
          'load/storm-delay': outcome.stormDelay.p99Ms,
          'load/echo-delay': outcome.echoDelay.p99Ms,
          'load/round-trip': outcome.roundTripMs,
          'load/memory': outcome.kibPerConnection
        }
      }
    }]
  }
}
