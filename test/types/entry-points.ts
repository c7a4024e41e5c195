// Compiled with everything else by `npm run build`, never run: the types of the
// entry points other than the first, and the names of that one which api.ts has
// no use for. A test holds the two complete.
import { AuthenticationError, CarrierClosedError, HandshakeTimeoutError, IdentityRejectedError, InvalidOptionError, NegotiationError, PROTOCOL, ProtocolViolationError, RefusedError, RejectedError, SecurePeerError, TruncatedError } from '../../src/index.ts'
import { generateKeys, keysFromPrivateKey, privateKeyFromKeys, privateKeyFromPem, privateKeyToPem, publicKeyFromPem, publicKeyToPem } from '../../src/keys/index.ts'
import { knownPeersFile } from '../../src/known-peers/file.ts'
import { KnownPeerChangedError, knownPeers, KnownPeersStoreError } from '../../src/known-peers/index.ts'
import secureByDefault, { secure } from '../../src/stream/index.ts'
import type { Expect, Same } from './api.ts'
import type { ByteDuplex, Bytes, Role, SecureDuplexInit } from '../../src/duplex/index.ts'
import type { Extensions, IdentifyFunction, KeyLog, KeyLogEntry, KeyLogLabel, SecurePeerErrorCode, SecurePeerInit } from '../../src/index.ts'
import type { GenerateKeysInit, Keys, PrivateKeyFormat, PublicKeyFormat } from '../../src/keys/index.ts'
import type { KnownPeersFile } from '../../src/known-peers/file.ts'
import type { KnownPeer, KnownPeers, KnownPeersInit, ProvenPeer } from '../../src/known-peers/index.ts'
import type { Identity, Peer, PlainStream, ProvenIdentity, SecureOptions, SecureStream, SecureStreamEvents, SignedHeader } from '../../src/stream/index.ts'
import type { AbortOptions, PeerId, PrivateKey, PublicKey } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'
import type { Duplex } from 'node:stream'
import type { Uint8ArrayList } from 'uint8arraylist'

// --- the first entry point ---

export type Protocol = Expect<Same<typeof PROTOCOL, '/secure-peer/1.0.0'>>

export const errors: SecurePeerError[] = [
  new AuthenticationError('ERR_SIGNATURE', 'message'),
  new CarrierClosedError(),
  new HandshakeTimeoutError(10_000),
  new IdentityRejectedError('reason', { cause: new Error('cause') }),
  new InvalidOptionError('message'),
  new NegotiationError('ERR_STEERED', 'message'),
  new ProtocolViolationError('ERR_MALFORMED_HELLO', 'message'),
  new RefusedError('reason'),
  new RejectedError('reason'),
  new TruncatedError(),

  // @ts-expect-error a code of another class
  new AuthenticationError('ERR_STEERED', 'message')
]

export type Reasons = [
  Expect<Same<RefusedError['reason'], string>>,
  Expect<Same<RejectedError['reason'], string>>,
  Expect<Same<IdentityRejectedError['reason'], string>>,
  Expect<Same<SecurePeerError['code'], SecurePeerErrorCode>>
]

export type KeyLogTypes = [
  Expect<Same<SecurePeerInit['keyLog'], KeyLog | undefined>>,
  Expect<Same<SecureOptions['keyLog'], KeyLog | undefined>>,
  Expect<Same<SecureDuplexInit['keyLog'], KeyLog | undefined>>,
  Expect<Same<Parameters<KeyLog>, [entry: KeyLogEntry]>>,
  Expect<Same<KeyLogEntry['label'], KeyLogLabel>>,
  Expect<Same<KeyLogEntry['secret'], Uint8Array>>
]

export const keyLog: KeyLog = entry => {
  // @ts-expect-error what it says is for reading
  entry.secret = new Uint8Array()
}

export type ExtensionTypes = Expect<Same<Extensions, Record<string, Uint8Array>>>

// --- duplex ---

export type DuplexTypes = [
  Expect<Same<Role, 'dialer' | 'listener' | 'peer'>>,
  Expect<Same<Bytes, Uint8Array | Uint8ArrayList>>,
  Expect<Same<SecureDuplexInit['role'], Role | undefined>>,
  Expect<Same<SecureDuplexInit['signal'], AbortOptions['signal']>>,
  Expect<Same<ByteDuplex['source'], AsyncIterable<Bytes>>>
]

// --- keys ---

export type KeysTypes = [
  Expect<Same<typeof generateKeys, (init?: GenerateKeysInit) => Promise<Keys>>>,
  Expect<Same<typeof keysFromPrivateKey, (key: PrivateKey) => Keys>>,
  Expect<Same<typeof privateKeyFromKeys, (keys: Keys) => PrivateKey>>,
  Expect<Same<typeof privateKeyFromPem, (pem: string) => PrivateKey>>,
  Expect<Same<typeof privateKeyToPem, (key: PrivateKey, format?: PrivateKeyFormat) => string>>,
  Expect<Same<typeof publicKeyFromPem, (pem: string) => PublicKey>>,
  Expect<Same<typeof publicKeyToPem, (key: PublicKey, format?: PublicKeyFormat) => string>>,
  Expect<Same<PrivateKeyFormat, 'pkcs8' | 'pkcs1'>>,
  Expect<Same<PublicKeyFormat, 'spki' | 'pkcs1'>>,
  Expect<Same<Keys['private'], string>>
]

// @ts-expect-error no such key type
export const generated: GenerateKeysInit = { type: 'dsa' }

// --- known peers ---

declare const datastore: Datastore

export const identify: IdentifyFunction[] = [knownPeers(), knownPeers({ datastore }), knownPeersFile('known-peers.json')]

export type KnownPeersTypes = [
  Expect<Same<typeof knownPeers, (init?: KnownPeersInit) => KnownPeers>>,
  Expect<Same<ReturnType<KnownPeersFile['at']>, (id: Identity) => void>>,
  Expect<Same<Awaited<ReturnType<KnownPeers['check']>>, KnownPeer>>,
  Expect<Same<ProvenPeer, { readonly peerId: PeerId, readonly publicKey: PublicKey }>>,
  Expect<Same<InstanceType<typeof KnownPeerChangedError>['known'], KnownPeer>>,
  Expect<KnownPeersStoreError extends IdentityRejectedError ? true : false>
]

// --- streams ---

export type StreamTypes = [
  Expect<Same<typeof secure, (keys: Keys | PrivateKey, opts?: SecureOptions) => Peer>>,
  Expect<Same<typeof secureByDefault, typeof secure>>,
  Expect<Same<Parameters<Peer>, [onConnection?: (stream: PlainStream) => void]>>,
  Expect<Same<ReturnType<Peer>, SecureStream>>,
  Expect<SecureStream extends Duplex ? true : false>,
  Expect<Same<PlainStream['id'], Identity>>,
  Expect<Same<SecureStreamEvents['header'], [header: SignedHeader]>>,
  Expect<Identity extends ProvenIdentity ? true : false>
]

export function listen (sec: SecureStream): void {
  sec.on('identify', id => { id.accept() })
  sec.once('connection', stream => { stream.end(stream.id.peerId.toString()) })

  // @ts-expect-error an identity is accepted, not a stream
  sec.on('connection', stream => { stream.accept() })
}
