import { hexToBytes as fromHex } from '@noble/hashes/utils.js'
import { expect } from 'aegir/chai'
import { CIPHERS, GROUPS, RECORD_TYPE } from '../../src/constants.ts'
import { concat, utf8 } from '../../src/encoding/bytes.ts'
import { IdentityRejectedError } from '../../src/errors.ts'
import { elect } from '../../src/handshake/election.ts'
import { exportKeyingMaterial } from '../../src/key-schedule.ts'
import { Opener } from '../../src/record/opener.ts'
import { RecordKeySequence } from '../../src/record/record-keys.ts'
import { Sealer } from '../../src/record/sealer.ts'
import { deterministicBackend, hex, recordingBackend } from '../fixtures/deterministic-backend.ts'
import { handshakeOptions, handshakePair, linesOf, signerOf } from '../handshake/handshake-pair.ts'
import type { ElectionVector, ExporterVector, HandshakeVector, RecordVector, RefusalVector, VectorDirection, VectorSide } from './make.ts'
import type { RecordType } from '../../src/constants.ts'
import type { Backend } from '../../src/crypto/backend.ts'
import type { HandshakeOptions, HandshakeResult } from '../../src/handshake/handshake.ts'
import type { HeaderFields } from '../../src/handshake/header.ts'
import type { RemoteHeader } from '../../src/handshake/header.ts'
import type { Session } from '../../src/handshake/session.ts'
import type { Derivations } from '../fixtures/deterministic-backend.ts'
import type { Outcome, Travel } from '../handshake/handshake-pair.ts'

/** Ways in which the same bytes can arrive. */
export const SPLITS: Record<string, (bytes: Uint8Array) => Uint8Array[]> = {
  whole: bytes => [bytes],
  'byte by byte': bytes => Array.from(bytes, byte => Uint8Array.of(byte)),
  'split at random': splitAtRandom
}

/** Rebuilds a handshake from its seeds, both sides, and compares all there is to compare. */
export async function replayHandshake (vector: HandshakeVector, base: Backend, travel: Travel): Promise<void> {
  const sides = [replaySide(vector.first, base), replaySide(vector.second, base)]
  const { first, second } = await handshakePair(sides[0].options, sides[1].options, travel)
  const sessions = [requireResult(first), requireResult(second)]

  expectLines(first, vector.first)
  expectLines(second, vector.second)

  for (const [i, { session, remote: header, muxer }] of sessions.entries()) {
    const { derivations } = sides[i]
    const remote = [vector.second, vector.first][i]

    expect(session.group).to.equal(vector.group)
    expect(session.cipher).to.equal(vector.cipher)
    expect(muxer).to.equal(vector.muxer)
    expect(header.key.type).to.equal(remote.identity.type)
    expect(header.key.pem).to.equal(remote.identity.publicKey)
    expect(extensionsOf(header)).to.deep.equal(remote.role === 'peer' ? {} : remote.options.extensions ?? {})
    expect(hex(session.transcriptHash)).to.equal(vector.th2)
    expectDerived(derivations, vector, sides[i].vector)
    expectKeyLog(sides[i].keyLog, vector)

    for (const { label, context, length, value } of vector.exports) {
      expect(hex(session.exportKeyingMaterial(label, context === '' ? undefined : fromHex(context), length))).to.equal(value)
    }
  }

  await replayRecords(sessions[0].session, sessions[1].session, vector.directions[0], travel)
  await replayRecords(sessions[1].session, sessions[0].session, vector.directions[1], travel)
}

/** Rebuilds a handshake in which `second` refuses. */
export async function replayRefusal (vector: RefusalVector, base: Backend, travel: Travel): Promise<void> {
  const first = replaySide(vector.first, base)
  const second = replaySide(vector.second, base)
  const outcome = await handshakePair(first.options, second.options, travel)

  expectLines(outcome.first, vector.first)
  expectLines(outcome.second, vector.second)
  expect(outcome.first.error).to.have.property('code', 'ERR_REFUSED')
  expect(outcome.first.error).to.have.property('reason', vector.second.refuse)
  expect(outcome.second.error).to.have.property('code', 'ERR_IDENTITY_REJECTED')
  expect(first.derivations.aeadKeys).to.include(vector.second.headerKey)
}

/** Seals and opens the records of a vector at their own indices. */
export async function replayRecordVector (vector: RecordVector, base: Backend, travel: Travel): Promise<void> {
  const { backend, derivations } = recordingBackend(base)
  const suite = { group: vector.group, cipher: vector.cipher }
  const sealKeys = new RecordKeySequence(backend, suite, fromHex(vector.traffic), vector.rekeyAfter)
  const openKeys = new RecordKeySequence(backend, suite, fromHex(vector.traffic), vector.rekeyAfter)
  const sealer = new Sealer(sealKeys)
  const opener = new Opener(openKeys)
  const seen: unknown[] = []

  for (const { index, generation, traffic, key, nonce, type, plaintext, record } of vector.records) {
    // counts up to the record, as sending all those before it would
    while (sealKeys.count < index) {
      sealKeys.next()
      openKeys.next()
    }

    expect(hex(await sealRecord(sealer, type, fromHex(plaintext)))).to.equal(record)
    expect(await openRecords(opener, travel, [fromHex(record)])).to.deep.equal(outcomeOf(type, plaintext))
    expect(sealer.generation).to.equal(generation)
    expect(opener.generation).to.equal(generation)
    expect(derivations.aeadKeys).to.include(key)

    if (generation > 0) {
      expect(derivations.expanded).to.include(traffic)
    }

    seen.push(nonce)
  }

  expect(new Set(seen).size).to.equal(vector.records.length)
}

/** Exports the value of a vector again. */
export function replayExporter (vector: ExporterVector, backend: Backend): void {
  const { group, cipher, exporter, label, context, length, value } = vector
  const secrets = { backend, suite: { group, cipher }, transcriptHash: new Uint8Array(32), traffic: { lesser: new Uint8Array(32), greater: new Uint8Array(32) }, exporter: fromHex(exporter) }

  expect(hex(exportKeyingMaterial(secrets, label, fromHex(context), length))).to.equal(value)

  if (context === '') {
    expect(hex(exportKeyingMaterial(secrets, label, undefined, length))).to.equal(value)
  }
}

/** Votes again, from both sides. */
export function replayElection ({ of, ours, theirs, elected }: ElectionVector): void {
  const strongestFirst = of === 'groups' ? GROUPS : CIPHERS

  expect(elect<string>(ours, theirs, strongestFirst)).to.equal(elected)
  expect(elect<string>(theirs, ours, strongestFirst)).to.equal(elected)
}

function replaySide (vector: VectorSide, base: Backend): { vector: VectorSide, options: HandshakeOptions, derivations: Derivations, keyLog: string[] } {
  const { seeds, identity, options: { muxers, encrypters, extensions }, refuse } = vector
  const { backend, derivations } = recordingBackend(deterministicBackend({
    token: fromHex(seeds.token),
    x25519: fromHex(seeds.x25519),
    mlKem768: fromHex(seeds.mlKem768),
    encapsulation: fromHex(seeds.encapsulation)
  }, base))

  const fields: HeaderFields = {
    muxers,
    encrypters,
    extensions: extensions != null ? Object.fromEntries(Object.entries(extensions).map(([name, value]) => [name, fromHex(value)])) : undefined
  }

  const identify = (): void => {
    if (refuse != null) {
      throw new IdentityRejectedError(refuse)
    }
  }

  const { groups, ciphers } = vector.options
  const signer = signerOf(identity.type, fromHex(identity.privateKey))

  const keyLog: string[] = []
  const options = handshakeOptions(vector.role, { backend, signer, groups, ciphers, fields, identify, keyLog: ({ line }) => { keyLog.push(line) } })

  return { vector, derivations, options, keyLog }
}

function requireResult ({ result, error }: Outcome): HandshakeResult {
  if (result == null) {
    throw error
  }

  return result
}

function expectLines ({ sent, rest }: Outcome, vector: VectorSide): void {
  expect(linesOf(sent).map(hex)).to.deep.equal([vector.line1, vector.line2])
  expect(rest).to.have.property('byteLength', 0)
}

function expectDerived (derivations: Derivations, vector: HandshakeVector, own: VectorSide): void {
  const remote = own === vector.first ? vector.second : vector.first

  expect(derivations.hashed).to.include(vector.th1)
  expect(derivations.hashed).to.include(vector.th2)
  expect(derivations.hashed).to.include.members([own.t, remote.t])
  expect(derivations.aeadKeys).to.include.members([own.headerKey, remote.headerKey])
  expect(derivations.extracted).to.include(vector.master)
  expect(derivations.expanded).to.include(vector.exporter)

  for (const { traffic, recordKey, recordIv } of vector.directions) {
    expect(derivations.expanded).to.include.members([traffic, recordKey, recordIv])
    expect(derivations.aeadKeys).to.include(recordKey)
  }
}

// SPEC 5.7: these four, and no others
function expectKeyLog (keyLog: string[], { th1, first, second, directions }: HandshakeVector): void {
  const sides = [first, second].map(({ side }) => side.toUpperCase())

  expect(keyLog).to.have.members([
    `SECURE_PEER_HEADER_KEY_${sides[0]} ${th1} ${first.headerKey}\n`,
    `SECURE_PEER_HEADER_KEY_${sides[1]} ${th1} ${second.headerKey}\n`,
    `SECURE_PEER_TRAFFIC_SECRET_${sides[0]} ${th1} ${directions[0].traffic}\n`,
    `SECURE_PEER_TRAFFIC_SECRET_${sides[1]} ${th1} ${directions[1].traffic}\n`
  ])
}

async function replayRecords (from: Session, to: Session, { records }: VectorDirection, travel: Travel): Promise<void> {
  for (const { type, plaintext, record } of records) {
    expect(hex(await sealRecord(from.sealer, type, fromHex(plaintext)))).to.equal(record)
  }

  const opened = await openRecords(to.opener, travel, records.map(({ record }) => fromHex(record)))
  const data = records.filter(({ type }) => type === RECORD_TYPE.data).map(({ plaintext }) => plaintext).join('')

  expect(opened).to.deep.equal({ data, ended: true, rejected: undefined })
}

async function sealRecord (sealer: Sealer, type: number, plaintext: Uint8Array): Promise<Uint8Array> {
  return type === RECORD_TYPE.data ? sealer.sealData([plaintext], plaintext.byteLength) : sealer.seal(type as RecordType, plaintext)
}

interface Opened {
  data: string
  ended: boolean
  rejected?: string
}

function outcomeOf (type: number, plaintext: string): Opened {
  return {
    data: type === RECORD_TYPE.data ? plaintext : '',
    ended: type === RECORD_TYPE.end,
    rejected: type === RECORD_TYPE.reject ? plaintext : undefined
  }
}

async function openRecords (opener: Opener, travel: Travel, records: Uint8Array[]): Promise<Opened> {
  const bytes = concat(records)
  let rejected: string | undefined

  try {
    for (const chunk of travel.split?.(bytes) ?? [bytes]) {
      let offset = 0

      while (offset < chunk.byteLength) {
        offset += await opener.take(chunk, offset)
      }
    }
  } catch (err: any) {
    expect(err).to.have.property('code', 'ERR_REJECTED')
    rejected = hex(utf8(err.reason))
  }

  return { data: hex(concat(opener.takePlaintext())), ended: opener.ended, rejected }
}

function extensionsOf (header: RemoteHeader): Record<string, string> {
  return Object.fromEntries(Object.entries(header.extensions ?? {}).map(([name, value]) => [name, hex(value)]))
}

/** Chunks of lengths that differ from vector to vector and not from run to run. */
function splitAtRandom (bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let state = bytes.byteLength * 2_654_435_761 >>> 0

  for (let start = 0; start < bytes.byteLength;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const length = 1 + (state >>> 8) % 700
    chunks.push(bytes.subarray(start, start + length))
    start += length
  }

  return chunks
}
