import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { encodeBase64 } from '../../src/encoding/base64.ts'
import { concat, fromHex, utf8 } from '../../src/encoding/bytes.ts'
import { formatKnownPeers } from '../../src/known-peers/known-peer.ts'
import { vectorIdentity } from '../vectors/identities.ts'
import { CLASSIC_KEY } from './fixed-keys.ts'
import type { KeyType } from '../../src/identity/public-key.ts'

// a first input of each kind, from the vectors of the specification where there are some

const KEY_TYPES: KeyType[] = ['rsa', 'ed25519', 'secp256k1', 'ecdsa']
const TAG = new Uint8Array(16)

interface SideVector { readonly line1: string, readonly line2: string, readonly kem: string }
interface HandshakeVector { readonly group: string, readonly first: SideVector, readonly second: SideVector }

/** Inputs from which a fuzzer begins, by target. */
export async function seeds (): Promise<Record<string, Uint8Array[]>> {
  const handshakes = vectors<HandshakeVector>('handshakes.json')
  const chosen = ['x25519mlkem768', 'x25519'].map(group => handshakes.find(vector => vector.group === group) as HandshakeVector)
  const pems = KEY_TYPES.map(type => vectorIdentity(type, 'fuzz').pem)

  return {
    hello: chosen.map(({ first }) => fromHex(first.line1)),
    line2: chosen.map(({ first }) => concat([Uint8Array.of(Number(first.kem !== '')), fromHex(first.line2)])),
    header: headers(pems),
    'line-reader': [Uint8Array.of(2, 0, 2, 3, 5, ...utf8('{"v":1}\n{"header":""}\nrest')), Uint8Array.of(1, 255, 0, ...utf8('a long line'))],
    records: records(),
    identity: pems.flatMap((pem, type) => [steered(type, pem), concat([Uint8Array.of(type | 4), derOf(pem)])]),
    signature: [await vectorIdentity('secp256k1', 'fuzz').sign(utf8('fuzz'))],
    'key-file': keyFiles(pems),
    'known-peers': [utf8(formatKnownPeers([{ address: '/ip4/1.2.3.4/tcp/5', peerId: 'a', type: 'Ed25519', publicKey: '', since: '' }])), utf8('[]\n')],
    'classic-header': classicHeaders(),
    'classic-frames': [Uint8Array.of(1, 7, 30, ...utf8('2NQY3LMvhk4F5GEIHaIDrA==!\n!\n')), Uint8Array.of(0, 90, ...utf8('["",""]\n[""]\n'))]
  }
}

function headers (pems: string[]): Uint8Array[] {
  const token = encodeBase64(new Uint8Array(64))
  const payload = (role: string, type: number, fields: object): string => JSON.stringify({ token, role, key: { type: KEY_TYPES[type], public: pems[type] }, ...fields })

  return [
    steered(0, payload('listener', 1, { muxers: ['/yamux/1.0.0'], encrypters: ['/secure-peer/1.0.0'], extensions: { name: 'AA==' } })),
    steered(1, payload('dialer', 2, { muxers: ['a', 'b'] })),
    steered(2, payload('peer', 3, {})),
    steered(4, JSON.stringify({ reject: 'no' })),
    steered(6, JSON.stringify({ payload: payload('peer', 0, {}), hash: 'AA==' }))
  ]
}

/** With the tag that the target's cipher takes. */
function records (): Uint8Array[] {
  const record = (type: number, plaintext: string): Uint8Array => concat([Uint8Array.of(type, 0, 0, plaintext.length + TAG.byteLength), utf8(plaintext), TAG])

  return [
    concat([Uint8Array.of(0), record(1, 'beep'), record(1, 'boop'), record(1, ''), record(1, 'rekeyed'), record(2, '')]),
    concat([Uint8Array.of(2, 3, 9), record(1, 'beep'), record(3, 'a reason')])
  ]
}

function keyFiles (pems: string[]): Uint8Array[] {
  const privatePem = CLASSIC_KEY.export({ type: 'pkcs1', format: 'pem' }).toString()
  const publicPem = createPublicKey(CLASSIC_KEY).export({ type: 'pkcs1', format: 'pem' }).toString()

  return [
    ...[publicPem, ...pems].map(pem => steered(0, pem)),
    steered(1, privatePem),
    steered(2, JSON.stringify({ private: privatePem, public: publicPem }))
  ]
}

function classicHeaders (): Uint8Array[] {
  const publicPem = createPublicKey(CLASSIC_KEY).export({ type: 'pkcs1', format: 'pem' }).toString()
  const payload = JSON.stringify({ token: 'AA==', key: { type: 'rsa', public: publicPem }, dh: { group: 'modp5', public: 'Ag==' }, ciphers: ['RC4', 'AES-256-CBC'] })

  return [steered(0, payload), steered(1, `${JSON.stringify({ hash: '', payload })}\n`)]
}

function steered (first: number, text: string): Uint8Array {
  return concat([Uint8Array.of(first), utf8(text)])
}

function derOf (pem: string): Uint8Array {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' })
}

function vectors<Vector> (file: string): Vector[] {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8')).vectors
}
