/**
 * One transfer between two processes, checked on both sides.
 */

import { profiled } from './pair.ts'
import type { Pair } from './pair.ts'
import type { Settings } from './part.ts'
import type { TransferParams, TransferResult } from '../tasks/transfer.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30

/** What a row of bulk data asks for */
export type TransferShape = Pick<TransferParams, 'writeBytes' | 'streams' | 'duplex' | 'paced'>

export interface TransferFigures {
  /** Of both directions together where both send */
  mibPerSecond: number

  /** Per GiB of data, of either direction */
  senderCpuMsPerGib: number
  receiverCpuMsPerGib: number
}

/** Warm up, then measure */
export async function measureTransfer (pair: Pair, shape: TransferShape, name: string, settings: Settings): Promise<TransferFigures> {
  await transfer(pair, { ...shape, milliseconds: settings.warmUpMs, complete: true })
  const { sender, receiver } = await profiled({ sender: pair.dialer, receiver: pair.listener }, name, settings, async () => {
    return transfer(pair, { ...shape, milliseconds: settings.milliseconds, complete: false })
  })
  const gib = (sender.sentBytes + receiver.sentBytes) / GIB

  return {
    mibPerSecond: mibPerSecond(sender) + mibPerSecond(receiver),
    senderCpuMsPerGib: sender.cpuMs / gib,
    receiverCpuMsPerGib: receiver.cpuMs / gib
  }
}

async function transfer ({ dialer, listener }: Pair, params: TransferParams): Promise<{ sender: TransferResult, receiver: TransferResult }> {
  await listener.call('transfer/expect', params)
  const [sender, receiver] = await bothSides(
    dialer.call<TransferResult>('transfer/run', params),
    listener.call<TransferResult>('transfer/finish')
  )

  if (sender.sentBytes !== receiver.receivedBytes || receiver.sentBytes !== sender.receivedBytes) {
    throw new Error(`sent ${sender.sentBytes} and ${receiver.sentBytes} bytes, received ${receiver.receivedBytes} and ${sender.receivedBytes}`)
  }

  return { sender, receiver }
}

/** What fails on one side tends to fail on the other: tell both errors */
async function bothSides <Result> (...results: Array<Promise<Result>>): Promise<Result[]> {
  const settled = await Promise.allSettled(results)
  const errors = settled.filter(result => result.status === 'rejected').map(result => result.reason)

  if (errors.length > 0) {
    throw new Error(errors.map(String).join('\n'))
  }

  return Promise.all(results)
}

function mibPerSecond ({ receivedBytes, receivingMs }: TransferResult): number {
  return receivedBytes === 0 ? 0 : receivedBytes / MIB / (receivingMs / 1_000)
}
