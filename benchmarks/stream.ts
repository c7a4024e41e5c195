/**
 * The stream API beside the original, `node:tls` and a bare socket: rate, CPU
 * time and memory of one transfer over TCP, each side in a process of its own.
 * Of what `npm run build` made: `node benchmarks/stream.ts [rounds] [--quick]`.
 *
 * The original runs on the Node 20 of the development dependencies, all others
 * on the Node that runs this. It does not wait for the wire, so that what is
 * written piles up in its sender's memory.
 */

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { generateKeys } from '../src/keys/index.ts'
import { describeCommit, describeLoad, describeMachine, describeRuntime } from './environment.ts'
import { format, median } from './statistics.ts'
import type { Keys } from '../src/keys/index.ts'

interface Shape {
  name: string
  writeBytes: number

  /** What an AEAD with one pass over the data carries, and what RSA signatures for every write do. */
  bytes: number
  signedBytes: number
}

interface Result {
  mibPerSecond: number
  senderPeakMib: number
  receiverPeakMib: number
  cpuMsPerMib: number
}

type Message = Partial<Record<'port' | 'mibPerSecond' | 'peakMib' | 'cpuMs', number>>

const MIB = 2 ** 20
const SUBJECTS = ['socket', 'node:tls', 'stream API 1.0', 'classic AES-128-CBC', 'original AES-128-CBC', 'classic RC4', 'original RC4']
const SHAPES: Shape[] = [
  { name: '64 KiB writes', writeBytes: 65_536, bytes: 1024 * MIB, signedBytes: 64 * MIB },
  { name: '1 KiB writes', writeBytes: 1024, bytes: 128 * MIB, signedBytes: 2 * MIB }
]

const quick = process.argv.includes('--quick')
const rounds = quick ? 1 : Number(process.argv[2] ?? 5)

async function measureShape (shape: Shape, keys: Keys): Promise<void> {
  const results = new Map<string, Result[]>()

  for (let round = 0; round < rounds; round++) {
    // another one first each time
    const order = [...SUBJECTS.slice(round % SUBJECTS.length), ...SUBJECTS.slice(0, round % SUBJECTS.length)]

    for (const subject of order) {
      results.set(subject, [...results.get(subject) ?? [], await measure(subject, shape, keys)])
    }
  }

  print(`\n${shape.name}, medians of ${rounds}\n`)
  print('| | MiB/s | CPU ms/MiB, both sides | peak MiB sender | peak MiB receiver |')
  print('| --- | --- | --- | --- | --- |')

  for (const subject of SUBJECTS) {
    const column = (name: keyof Result): string => format(median((results.get(subject) ?? []).map(result => result[name])))

    print(`| ${subject} | ${column('mibPerSecond')} | ${column('cpuMsPerMib')} | ${column('senderPeakMib')} | ${column('receiverPeakMib')} |`)
  }
}

async function measure (subject: string, shape: Shape, keys: Keys): Promise<Result> {
  const all = subject.startsWith('classic') || subject.startsWith('original') ? shape.signedBytes : shape.bytes
  const bytes = quick ? all / 16 : all
  const init = { subject, keys, bytes, writeBytes: shape.writeBytes }

  const receiver = new Side({ ...init, role: 'receive' })
  const { port } = await receiver.next()
  const sender = new Side({ ...init, role: 'send', port })
  const received = await receiver.next()
  const sent = await sender.next()

  sender.end()
  receiver.end()

  return {
    mibPerSecond: received.mibPerSecond ?? NaN,
    cpuMsPerMib: ((received.cpuMs ?? NaN) + (sent.cpuMs ?? NaN)) / (bytes / MIB),
    senderPeakMib: sent.peakMib ?? NaN,
    receiverPeakMib: received.peakMib ?? NaN
  }
}

/** One process and what it tells. */
class Side {
  readonly #process
  readonly #lines

  constructor (init: { subject: string, role: string, keys: Keys, bytes: number, writeBytes: number, port?: number }) {
    const [runtime, flags] = init.subject.startsWith('original')
      ? [join(createRequire(import.meta.url).resolve('node20-runtime/package.json'), '../node_modules/.bin/node'), ['--openssl-legacy-provider', '--no-deprecation']]
      : [process.execPath, []]

    this.#process = spawn(runtime, [...flags, join(import.meta.dirname, 'stream-peer.cjs'), JSON.stringify(init)], { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  async next (): Promise<Message> {
    const { done, value } = await this.#lines.next()

    if (done === true) {
      throw new Error('a side ended before it was done')
    }

    return JSON.parse(value)
  }

  end (): void {
    this.#process.kill()
  }
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}

const generated = await generateKeys()

print(`${describeMachine()}; ${describeRuntime()}; load ${describeLoad()}; commit ${describeCommit()}`)

for (const shape of SHAPES) {
  await measureShape(shape, generated)
}
