// Compiled with everything else by `npm run build`, never run: what the types of
// the public API accept, and what they refuse.
import { secureDuplex } from '../../src/duplex/index.ts'
import { securePeer } from '../../src/index.ts'
import type { SecureDuplex } from '../../src/duplex/index.ts'
import type { CipherName, GroupName, IdentifyFunction, RemoteIdentity, SecurePeerComponents, SecurePeerError, SecurePeerErrorCode, SecurePeerExtensions, SecurePeerInit } from '../../src/index.ts'
import type { ConnectionEncrypter, PeerId, PrivateKey, PublicKey, SecuredConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pOptions } from 'libp2p'

/** Whether two types are the same, neither wider. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false

/** Fails to compile unless `T` is `true`. */
export type Expect<T extends true> = T

// --- options ---

export const options: SecurePeerInit[] = [
  {},
  { ciphers: ['aes-256-gcm', 'chacha20-poly1305', 'aes-128-gcm'], groups: ['x25519mlkem768', 'x25519'] },
  { extensions: { 'my-app': Uint8Array.of(1) }, handshakeTimeout: 5_000 },
  { identify: () => {} },
  { identify: async () => false },
  { identify: [identity => { identity.reject() }, async (identity, { signal }) => { signal.throwIfAborted(); identity.reject('no') }] },

  { keyLog: ({ label, th1, secret, line }) => [label, th1.byteLength, secret.byteLength, line.length] },

  // @ts-expect-error a file name is no key log
  { keyLog: 'keys.log' },

  // @ts-expect-error no such cipher
  { ciphers: ['aes-256-cbc'] },

  // @ts-expect-error no such group
  { groups: ['modp5'] },

  // @ts-expect-error extensions are bytes
  { extensions: { 'my-app': 'text' } },

  // @ts-expect-error milliseconds, not a text
  { handshakeTimeout: '5s' },

  // @ts-expect-error 0.2 is not reachable from libp2p
  { classic: true },

  // @ts-expect-error a reason is a text
  { identify: identity => { identity.reject(403) } }
]

// --- what an identify function is told ---

export type Identity = [
  Expect<Same<RemoteIdentity['peerId'], PeerId>>,
  Expect<Same<RemoteIdentity['publicKey'], PublicKey>>,
  Expect<Same<RemoteIdentity['direction'], 'inbound' | 'outbound'>>,
  Expect<Same<RemoteIdentity['remoteAddr'], Multiaddr | undefined>>,
  Expect<Same<RemoteIdentity['cipher'], CipherName>>,
  Expect<Same<RemoteIdentity['group'], GroupName>>,
  Expect<Same<Parameters<IdentifyFunction>[1]['signal'], AbortSignal>>
]

export const identify: IdentifyFunction = identity => {
  // @ts-expect-error facts are for reading
  identity.peerId = undefined
}

// --- the factory, in libp2p's own configuration ---

export const libp2pOptions: Libp2pOptions = { connectionEncrypters: [securePeer(), securePeer({ groups: ['x25519mlkem768'] })] }

export type Factory = [
  Expect<Same<ReturnType<ReturnType<typeof securePeer>>, ConnectionEncrypter<SecurePeerExtensions>>>,
  Expect<Same<SecurePeerComponents['privateKey'], PrivateKey>>
]

// @ts-expect-error a factory is passed on, not the encrypter itself
export const encrypter: ConnectionEncrypter = securePeer()

// --- what a secured connection says ---

export function useConnection ({ remoteExtensions, remotePeer }: SecuredConnection<SecurePeerExtensions>): [PeerId, Uint8Array] {
  // @ts-expect-error absent when an encrypter has none
  remoteExtensions.exportKeyingMaterial('label', undefined, 32)

  // @ts-expect-error the length is needed
  remoteExtensions?.exportKeyingMaterial('label', undefined)

  return [remotePeer, remoteExtensions?.exportKeyingMaterial('label', undefined, 32) ?? new Uint8Array()]
}

// --- errors ---

export function advise (err: SecurePeerError): string {
  const code: Same<typeof err.code, SecurePeerErrorCode> = true

  switch (err.code) {
    case 'ERR_REFUSED':
      return 'ask to be let in'
    // @ts-expect-error no such code
    case 'ERR_NO_SUCH_CODE':
      return 'never'
    default:
      return `${code}`
  }
}

// --- duplex ---

declare const duplex: Parameters<typeof secureDuplex>[0]
declare const privateKey: PrivateKey

export const secured: Array<Promise<SecureDuplex>> = [
  secureDuplex(duplex, { privateKey }),
  secureDuplex(duplex, { privateKey, role: 'dialer', ciphers: ['aes-256-gcm'], signal: AbortSignal.timeout(1_000) }),

  // @ts-expect-error an identity is needed
  secureDuplex(duplex, {}),

  // @ts-expect-error no such role
  secureDuplex(duplex, { privateKey, role: 'server' })
]
