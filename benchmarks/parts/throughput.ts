/**
 * Bulk data over TCP and yamux between two processes.
 */

import { withConnectedPair } from './pair.ts'
import { measureTransfer } from './transfer.ts'
import type { Part, RowDefinition, Settings } from './part.ts'
import type { TransferShape } from './transfer.ts'
import type { Floors } from '../report/results.ts'
import type { SubjectName } from '../subjects.ts'

const SUBJECTS: SubjectName[] = ['plaintext', 'noise', 'tls', 'secure-peer']
const STREAMS = 8

interface Work {
  id: string
  title: string
  shape: TransferShape
  floors: Floors
}

const ONE_STREAM = { streams: 1, duplex: false, paced: false }

const WORKS: Work[] = [{
  id: '64KiB',
  title: 'one stream, 64 KiB writes',
  shape: { ...ONE_STREAM, writeBytes: 65_536 },
  floors: { noise: 2.2, tls: 1.5, plaintext: 0.72 }
}, {
  id: '16KiB',
  title: 'one stream, 16 KiB writes',
  shape: { ...ONE_STREAM, writeBytes: 16_384 },
  floors: { noise: 3, tls: 1.6, plaintext: 0.72 }
}, {
  id: '4KiB',
  title: 'one stream, 4 KiB writes',
  shape: { ...ONE_STREAM, writeBytes: 4_096 },
  floors: { noise: 6, tls: 1.5, plaintext: 1.4 }
}, {
  id: '1KiB',
  title: 'one stream, 1 KiB writes',
  shape: { ...ONE_STREAM, writeBytes: 1_024 },
  floors: { noise: 7, tls: 2.5, plaintext: 4 }
}, {
  id: '64B',
  title: 'one stream, 64 B writes',
  shape: { ...ONE_STREAM, writeBytes: 64 },
  floors: { noise: 7, tls: 2.5, plaintext: 4 }
}, {
  id: '1KiB-paced',
  title: 'one stream, 1 KiB writes, one per turn of the event loop',
  shape: { ...ONE_STREAM, writeBytes: 1_024, paced: true },
  floors: { noise: 1.4, tls: 1.0, plaintext: 0.55 }
}, {
  id: '8-streams',
  title: `${STREAMS} streams, both directions, 16 KiB writes`,
  shape: { streams: STREAMS, duplex: true, paced: false, writeBytes: 16_384 },
  floors: { noise: 2, tls: 1.4, plaintext: 0.7 }
}]

// the work whose CPU time is of interest
const CPU_WORK = '64KiB'

export async function throughput (settings: Settings): Promise<Part> {
  const measure = async (works: Work[], subject: SubjectName, round: number): Promise<Record<string, number>> => {
    return withConnectedPair(subject, settings, async pair => {
      const figures: Record<string, number> = {}

      for (const { id, shape } of works) {
        const result = await measureTransfer(pair, shape, `throughput ${id} ${subject} ${round}`, settings)
        figures[`throughput/${id}`] = result.mibPerSecond

        if (id === CPU_WORK) {
          figures['throughput/cpu-sender'] = result.senderCpuMsPerGib
          figures['throughput/cpu-receiver'] = result.receiverCpuMsPerGib
        }
      }

      return figures
    })
  }

  // fresh processes for each, unless time is short
  const groups = settings.quick ? [WORKS] : WORKS.map(work => [work])

  return {
    name: 'throughput',
    rows: [...WORKS.map(throughputRow), cpuRow('sender'), cpuRow('receiver')],
    measurements: groups.map(works => ({
      name: works.length === 1 ? works[0].id : 'all',
      subjects: SUBJECTS,
      run: async (subject, round) => measure(works, subject, round)
    }))
  }
}

function throughputRow ({ id, title, floors }: Work): RowDefinition {
  return {
    id: `throughput/${id}`,
    part: 'throughput',
    title: `TCP + yamux, ${title}`,
    unit: 'MiB/s',
    better: 'higher',
    platform: 'node',
    floors
  }
}

function cpuRow (side: 'sender' | 'receiver'): RowDefinition {
  return {
    id: `throughput/cpu-${side}`,
    part: 'throughput',
    title: `CPU time of the ${side}, 64 KiB writes`,
    unit: 'ms/GiB',
    better: 'lower',
    platform: 'node',
    floors: { noise: 0.5, tls: 0.7 }
  }
}
