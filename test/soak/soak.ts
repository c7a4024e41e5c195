/**
 * Long life: records past many rekeys, and connections opened and ended in many
 * ways, with what stays in memory after each step:
 * `npm run soak -- --gib 100 --connections 10000`.
 */

import { createHash, randomBytes } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { pEvent } from 'p-event'
import { MemoryConnection } from '../../benchmarks/memory-pair.ts'
import { defaultBackend } from '../../src/crypto/index.ts'
import { securePeer } from '../../src/index.ts'
import { upgraderWith } from '../fixtures/upgrader.ts'
import { handshakeOptions, handshakePair } from '../handshake/handshake-pair.ts'
import type { Opener } from '../../src/record/opener.ts'
import type { Sealer } from '../../src/record/sealer.ts'
import type { ConnectionEncrypter, MessageStream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import type { Hash } from 'node:crypto'

const KIB = 1_024
const MIB = 2 ** 20
const GIB = 2 ** 30

/** Records of the half that is to rekey often. */
const SMALL_RECORD_BYTES = KIB

/** Writes of the other half, through a connection. */
const WRITE_BYTES = 256 * KIB
const SAMPLES = 8

// what a garbage collector leaves or takes, whatever the program does
const HEAP_NOISE_BYTES = 4 * MIB
const MAX_RETAINED_BYTES = 1_000

/** Connections before the first measurement: code is compiled, caches fill. */
const WARM_UP_CONNECTIONS = 300

/** Connections that are open at the same time, and what each may take of both ends together. */
const AT_ONCE = 2_000
const MAX_BYTES_OPEN = 100 * KIB

/** Connections that are looked for after they ended. */
const WATCHED_CONNECTIONS = 100
const CARRIER_EVENTS = ['message', 'drain', 'remoteCloseWrite', 'close', 'end', 'idle', 'remoteCloseRead']

const { values } = parseArgs({
  options: {
    gib: { type: 'string', default: '2' },
    connections: { type: 'string', default: '1000' }
  }
})
const gib = positive('gib')
const connections = positive('connections')

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

interface Memory {
  /** Heap, and what lies outside of it for objects of it. */
  readonly held: number
  readonly rss: number
}

/** Of a caller that lives longer than its connections. */
const { signal } = new AbortController()

const failures: string[] = []
await smallRecords(gib * GIB / 2)
await connection(gib * GIB / 2)
await manyConnections(connections)
await manyAtOnce(AT_ONCE)

print(failures.length === 0 ? 'passed' : `failed:\n${failures.map(failure => `- ${failure}`).join('\n')}`)
process.exitCode = failures.length === 0 ? 0 : 1

/** A session's records one by one, at the interval of the specification. */
async function smallRecords (bytes: number): Promise<void> {
  const { first, second } = await handshakePair(handshakeOptions('dialer', { backend: defaultBackend }), handshakeOptions('listener', { backend: defaultBackend }))

  if (first.result == null || second.result == null) {
    throw first.error ?? second.error
  }

  const { sealer } = first.result.session
  const { opener } = second.result.session
  const total = Math.ceil(bytes / SMALL_RECORD_BYTES)
  print(`${total.toLocaleString('en')} records of ${SMALL_RECORD_BYTES} bytes, ${first.result.session.cipher}`)

  const data = randomBytes(MIB)
  const [sent, received] = [createHash('sha256'), createHash('sha256')]
  const samples: Memory[] = []

  for (let part = 1; part <= SAMPLES; part++) {
    const end = Math.floor(total * part / SAMPLES)

    while (sealer.records < end) {
      sendRecord(sealer, opener, data, sent, received)
    }

    samples.push(await sample(`${sealer.records.toLocaleString('en')} records, rekeyed ${sealer.generation} times`))
  }

  check(opener.records === total && opener.generation === sealer.generation, 'both sides counted the same records')
  check(sealer.generation === Math.floor((total - 1) / 2 ** 18), 'rekeyed every 2^18 records')
  check(sent.digest('hex') === received.digest('hex'), 'what was opened is what was sealed')
  checkFlat(samples)
}

function sendRecord (sealer: Sealer, opener: Opener, data: Uint8Array, sent: Hash, received: Hash): void {
  // another place each time, so that no two records that follow are alike
  const offset = sealer.records * 7_919 % (data.byteLength - SMALL_RECORD_BYTES)
  const plaintext = data.subarray(offset, offset + SMALL_RECORD_BYTES)
  const record = sealer.sealData([plaintext], plaintext.byteLength) as Uint8Array
  sent.update(plaintext)

  for (let taken = 0; taken < record.byteLength;) {
    taken += opener.take(record, taken) as number
  }

  for (const piece of opener.takePlaintext()) {
    received.update(piece)
  }
}

/** One connection of libp2p that carries much. */
async function connection (bytes: number): Promise<void> {
  const encrypters = await encrypterPair()
  const { dialer, listener } = await openConnection(encrypters)
  const total = Math.ceil(bytes / WRITE_BYTES)
  print(`${total.toLocaleString('en')} writes of ${WRITE_BYTES / KIB} KiB over a connection`)

  const data = randomBytes(MIB)
  const [sent, received] = [createHash('sha256'), createHash('sha256')]
  const samples: Memory[] = []
  let receivedBytes = 0
  listener.addEventListener('message', ({ data }) => {
    for (const piece of data instanceof Uint8Array ? [data] : data) {
      received.update(piece)
      receivedBytes += piece.byteLength
    }
  })

  for (let i = 1; i <= total; i++) {
    const offset = i * 7_919 % (data.byteLength - WRITE_BYTES)
    const piece = data.subarray(offset, offset + WRITE_BYTES)
    sent.update(piece)

    if (!dialer.send(piece)) {
      await pEvent(dialer, 'drain', { rejectionEvents: ['close'] })
    }

    if (i % Math.ceil(total / SAMPLES) === 0 || i === total) {
      samples.push(await sample(`${(i * WRITE_BYTES / GIB).toFixed(2)} GiB`))
    }
  }

  await endBoth(dialer, listener)
  check(receivedBytes === total * WRITE_BYTES, `all of ${total * WRITE_BYTES} bytes arrived, not ${receivedBytes}`)
  check(sent.digest('hex') === received.digest('hex'), 'what arrived is what was sent')
  checkFlat(samples)
}

/** Connections one after the other: closed, aborted, given up in the handshake. */
async function manyConnections (count: number): Promise<void> {
  print(`${count.toLocaleString('en')} connections, of four one is aborted and one given up in its handshake`)
  const encrypters = await encrypterPair()
  const resources = activeResources()
  const left: Array<WeakRef<object>> = []
  let listeners = 0

  for (let i = 0; i < WARM_UP_CONNECTIONS; i++) {
    await openAndEnd(encrypters, i)
  }

  const before = await sample('before')

  for (let i = 1; i <= count; i++) {
    const ended = await openAndEnd(encrypters, i)
    listeners += ended.listeners

    if (i > count - WATCHED_CONNECTIONS) {
      left.push(...ended.streams)
    }

    if (i % Math.ceil(count / SAMPLES) === 0) {
      await sample(`${i.toLocaleString('en')} connections`)
    }
  }

  const after = await sample('after')
  const retained = (after.held - before.held) / count
  const reachable = left.filter(reference => reference.deref() != null).length
  print(`  ${retained.toFixed(0)} bytes retained by each connection; listeners left: ${listeners} on carriers, ${getEventListeners(signal, 'abort').length} on the signal; streams left: ${reachable} of ${left.length}; handles and timers: ${resources} before, ${activeResources()} after`)

  check(retained < MAX_RETAINED_BYTES, `below ${MAX_RETAINED_BYTES} bytes retained by each connection`)
  check(listeners === 0, 'no listener left on a carrier whose handshake was given up')
  check(getEventListeners(signal, 'abort').length === 0, 'no listener left on the signal of the caller')
  check(reachable === 0, 'no stream left in memory')
  check(activeResources() === resources, 'no handle or timer left')
}

/** All opened before the first is closed. */
async function manyAtOnce (count: number): Promise<void> {
  print(`${count.toLocaleString('en')} connections at once`)
  const encrypters = await encrypterPair()
  const resources = activeResources()
  const before = await sample('before')
  let open: Array<{ dialer: MessageStream, listener: MessageStream }> = []

  for (let i = 0; i < count; i++) {
    open.push(await openConnection(encrypters))
  }

  const during = await sample('open')
  await Promise.all(open.map(async ({ dialer, listener }) => endBoth(dialer, listener)))
  open = []
  const after = await sample('after')

  check(during.held - before.held < count * MAX_BYTES_OPEN, `${((during.held - before.held) / count / KIB).toFixed(1)} KiB for both ends of each`)
  check(after.held - before.held < count * MAX_RETAINED_BYTES, `${((after.held - before.held) / count).toFixed(0)} bytes retained by each`)
  check(activeResources() === resources, 'no handle or timer left')
}

interface Encrypters {
  readonly dialer: ConnectionEncrypter
  readonly listener: ConnectionEncrypter
}

async function encrypterPair (): Promise<Encrypters> {
  const [dialer, listener] = await Promise.all([0, 1].map(async () => securePeer()({
    privateKey: await generateKeyPair('Ed25519'),
    logger: defaultLogger(),
    upgrader: upgraderWith()
  })))

  return { dialer, listener }
}

async function openConnection (encrypters: Encrypters, carriers: [MemoryConnection, MemoryConnection] = MemoryConnection.pair()): Promise<{ dialer: MessageStream, listener: MessageStream }> {
  const [dialer, listener] = await Promise.all([
    encrypters.dialer.secureOutbound(carriers[0], { signal }),
    encrypters.listener.secureInbound(carriers[1], { signal })
  ])

  return { dialer: dialer.connection, listener: listener.connection }
}

async function openAndEnd (encrypters: Encrypters, i: number): Promise<{ listeners: number, streams: Array<WeakRef<object>> }> {
  const carriers = MemoryConnection.pair()
  const fresh = listenersOf(carriers)
  let streams: MessageStream[] = []

  if (i % 4 === 3) {
    await giveUp(encrypters, carriers)
  } else {
    const { dialer, listener } = await openConnection(encrypters, carriers)
    streams = [dialer, listener]
    const hello = randomBytes(KIB)
    const echo = pEvent<'message', StreamMessageEvent>(dialer, 'message')
    listener.addEventListener('message', ({ data }) => { listener.send(data) }, { once: true })
    dialer.send(hello)
    const { data } = await echo

    if (!hello.equals(data.subarray())) {
      failures.push(`connection ${i}: the echo is another`)
    }

    await (i % 4 === 2 ? abortBoth(dialer, listener) : endBoth(dialer, listener))
  }

  // a secured stream listens as long as its carrier lives, and both go together
  const listeners = streams.length > 0 ? 0 : listenersOf(carriers) - fresh

  return { listeners, streams: [...streams, ...carriers].map(stream => new WeakRef(stream)) }
}

/** The caller aborts while the handshake runs. */
async function giveUp (encrypters: Encrypters, carriers: [MemoryConnection, MemoryConnection]): Promise<void> {
  const controller = new AbortController()
  const outcomes = Promise.allSettled([
    encrypters.dialer.secureOutbound(carriers[0], { signal: controller.signal }),
    encrypters.listener.secureInbound(carriers[1])
  ])
  queueMicrotask(() => { controller.abort() })

  for (const { status } of await outcomes) {
    if (status === 'fulfilled') {
      failures.push('a handshake that was given up went on')
    }
  }
}

async function endBoth (dialer: MessageStream, listener: MessageStream): Promise<void> {
  const closed = Promise.all([closeOf(dialer), closeOf(listener)])
  listener.addEventListener('remoteCloseWrite', () => {
    listener.close().catch(err => { failures.push(String(err)) })
  })
  await dialer.close()

  for (const { error } of await closed) {
    if (error != null) {
      failures.push(`a close was not clean: ${error}`)
    }
  }
}

async function abortBoth (dialer: MessageStream, listener: MessageStream): Promise<void> {
  const closed = Promise.all([closeOf(dialer), closeOf(listener)])
  dialer.abort(new Error('enough'))
  await closed
}

async function closeOf (stream: MessageStream): Promise<{ error?: Error }> {
  return stream.status === 'open' ? pEvent<'close', StreamCloseEvent>(stream, 'close') : {}
}

function listenersOf (carriers: MemoryConnection[]): number {
  return carriers.reduce((sum, carrier) => CARRIER_EVENTS.reduce((sum, type) => sum + carrier.listenerCount(type), sum), 0)
}

function activeResources (): string {
  const counts = new Map<string, number>()

  for (const name of process.getActiveResourcesInfo()) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }

  return [...counts].sort().map(([name, count]) => `${count} ${name}`).join(', ') || 'none'
}

async function sample (what: string): Promise<Memory> {
  // what a turn holds goes with it, and what finalizers hold after another
  for (let i = 0; i < 3; i++) {
    await new Promise(resolve => setImmediate(resolve))
    collectGarbage()
  }

  const { heapUsed, external, rss } = process.memoryUsage()
  const memory = { held: heapUsed + external, rss }
  print(`  ${what}: ${(memory.held / MIB).toFixed(2)} MiB held, ${(rss / MIB).toFixed(0)} MiB resident, ${process.cpuUsage().user / 1e6 | 0} s of CPU`)

  return memory
}

function checkFlat ([first, ...others]: Memory[]): void {
  const growth = Math.max(...others.map(({ held }) => held)) - first.held
  check(growth < HEAP_NOISE_BYTES, `memory is flat: ${(growth / MIB).toFixed(2)} MiB above the first sample`)
}

function check (holds: boolean, what: string): void {
  print(`  ${holds ? 'ok' : 'FAILED'}: ${what}`)

  if (!holds) {
    failures.push(what)
  }
}

function positive (name: 'gib' | 'connections'): number {
  const value = Number(values[name])

  if (!(value > 0)) {
    throw new RangeError(`--${name} is ${values[name]}, not a number above 0`)
  }

  return value
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}
