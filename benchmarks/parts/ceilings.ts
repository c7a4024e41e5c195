/**
 * What the machine and Node.js do without libp2p, beside what is left of it
 * with: 64 KiB writes, one direction, two processes.
 */

import { CEILINGS } from '../subjects.ts'
import { withConnectedPair } from './pair.ts'
import { measureTransfer } from './transfer.ts'
import type { Part, Settings } from './part.ts'
import type { TransferShape } from './transfer.ts'

const SHAPE: TransferShape = { writeBytes: 65_536, streams: 1, duplex: false, paced: false }

export async function ceilings (settings: Settings): Promise<Part> {
  const row = { part: 'ceilings', platform: 'node' } as const

  return {
    name: 'ceilings',
    rows: [
      { ...row, id: 'ceilings/64KiB', title: '64 KiB writes', unit: 'MiB/s', better: 'higher' },
      { ...row, id: 'ceilings/cpu-sender', title: 'CPU time of the sender', unit: 'ms/GiB', better: 'lower' },
      { ...row, id: 'ceilings/cpu-receiver', title: 'CPU time of the receiver', unit: 'ms/GiB', better: 'lower' }
    ],
    measurements: [{
      name: '64KiB',
      subjects: settings.quick ? [...CEILINGS] : [...CEILINGS, 'plaintext', 'secure-peer'],
      run: async (subject, round) => withConnectedPair(subject, settings, async pair => {
        const result = await measureTransfer(pair, SHAPE, `ceilings ${subject} ${round}`, settings)

        return {
          'ceilings/64KiB': result.mibPerSecond,
          'ceilings/cpu-sender': result.senderCpuMsPerGib,
          'ceilings/cpu-receiver': result.receiverCpuMsPerGib
        }
      })
    }]
  }
}
