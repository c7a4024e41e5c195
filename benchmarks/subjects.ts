/**
 * What is measured: connection encrypters of libp2p in their default
 * configuration, and ceilings that have no libp2p in them.
 */

import { access } from 'node:fs/promises'
import { plaintext } from '@libp2p/plaintext'
import type { securePeer } from '../src/index.ts'
import type { ConnectionEncrypter } from '@libp2p/interface'

export const ENCRYPTERS = ['plaintext', 'noise', 'tls', 'secure-peer', 'secure-peer x25519'] as const
export const CEILINGS = ['raw tcp', 'raw tcp + aes-256-gcm', 'node:tls'] as const

/** The primitives of our handshakes, called one after the other without a protocol */
export const PRIMITIVES = 'node:crypto alone'

export type EncrypterName = typeof ENCRYPTERS[number]
export type CeilingName = typeof CEILINGS[number]
export type SubjectName = EncrypterName | CeilingName | typeof PRIMITIVES

/** The subject all ratios are taken for */
export const OURS: EncrypterName = 'secure-peer'

/** `dist` is what users get from npm, `src` saves the build while developing */
export type Source = 'dist' | 'src'

// an encrypter's components are its own affair: the suite hands over all it has
export type EncrypterFactory = (components: any) => ConnectionEncrypter

interface SecurePeerModule {
  securePeer: typeof securePeer
}

/** Where the package's entry point is found */
export function entryPoint (source: Source): URL {
  return new URL(source === 'src' ? '../src/index.ts' : '../dist/src/index.js', import.meta.url)
}

/** Whether the package can be measured: it needs a build, or `--src` */
export async function hasSecurePeer (source: Source): Promise<boolean> {
  return access(entryPoint(source)).then(() => true, () => false)
}

/**
 * Load one encrypter and nothing of the others, so that a process carries the
 * weight of its own encrypter only.
 */
export async function loadEncrypter (name: EncrypterName, source: Source): Promise<EncrypterFactory> {
  if (name === 'plaintext') {
    return plaintext()
  }

  if (name === 'noise') {
    return (await import('@libp2p/noise')).noise()
  }

  if (name === 'tls') {
    return (await import('@libp2p/tls')).tls()
  }

  // the path is computed because the build output of this package cannot be
  // among the inputs of its own build
  const { securePeer }: SecurePeerModule = await import(entryPoint(source).href)

  return name === 'secure-peer' ? securePeer() : securePeer({ groups: ['x25519'] })
}

export function isCeiling (name: EncrypterName | CeilingName): name is CeilingName {
  return CEILINGS.some(ceiling => ceiling === name)
}
