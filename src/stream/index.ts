/**
 * @packageDocumentation
 *
 * The API of secure-peer 0.2 on current Node: encrypted peer-to-peer streams over
 * any duplex stream, with no certificates and no authorities.
 *
 * @example One side
 *
 * ```TypeScript
 * import { readFileSync } from 'node:fs'
 * import net from 'node:net'
 * import secure from 'libp2p-secure-peer/stream'
 *
 * const peer = secure(JSON.parse(readFileSync('a.json', 'utf8')))
 *
 * net.createServer(rawStream => {
 *   const sec = peer(stream => {
 *     stream.on('data', buf => { stream.write(String(buf).toUpperCase()) })
 *     stream.on('end', () => { stream.end() })
 *   })
 *   sec.pipe(rawStream).pipe(sec)
 * }).listen(5000)
 * ```
 *
 * @example The other
 *
 * ```TypeScript
 * import { readFileSync } from 'node:fs'
 * import net from 'node:net'
 * import secure from 'libp2p-secure-peer/stream'
 *
 * const peer = secure(JSON.parse(readFileSync('b.json', 'utf8')))
 * const rawStream = net.connect(5000)
 *
 * const sec = peer(stream => {
 *   stream.pipe(process.stdout)
 *   stream.end('beep boop\n')
 * })
 * sec.pipe(rawStream).pipe(sec)
 *
 * sec.on('identify', id => {
 *   // you can asynchronously verify that the key matches the known value here
 *   id.accept()
 * })
 * ```
 */

import { defaultBackend } from '../crypto/index.ts'
import { InvalidOptionError } from '../errors.ts'
import { keysFromPrivateKey, privateKeyFromKeys } from '../keys/index.ts'
import { parseOptions } from '../options.ts'
import { classicProtocol } from './classic/index.ts'
import { modernProtocol } from './modern.ts'
import { SecureStream } from './secure-stream.ts'
import type { PlainStream } from './plain-stream.ts'
import type { StreamProtocol } from './protocol.ts'
import type { CipherName, GroupName } from '../constants.ts'
import type { KeyLog } from '../key-log.ts'
import type { Keys } from '../keys/index.ts'
import type { PrivateKey } from '@libp2p/interface'

/** Options of {@link secure}. */
export interface SecureOptions {
  /**
   * Ciphers to offer, in preference order, in any case. In 1.0 `aes-256-gcm`,
   * `chacha20-poly1305` and `aes-128-gcm`, by default the first two. With
   * `classic` OpenSSL's names, by default `AES-256-CBC`, `AES-128-CBC` and `RC4`.
   */
  ciphers?: string[]

  /**
   * Key exchange groups to offer, in preference order: `x25519mlkem768`,
   * `x25519`. Not with `classic`.
   */
  groups?: GroupName[]

  /**
   * Milliseconds within which the other side has to send its part of the
   * handshake, counted from its first byte. The application's answer is not
   * part of it: it may take its time.
   *
   * @default 10_000
   */
  handshakeTimeout?: number

  /**
   * Breaks the confidentiality of every connection: is given the secrets with
   * which a recording of it can be read. To find faults, never in production. Not
   * with `classic`.
   */
  keyLog?: KeyLog

  /**
   * Speak the protocol of secure-peer 0.2 instead, to peers that have not moved.
   * It is broken: anybody on the path sees who talks to whom, and can read what
   * is sent. Use a key of its own for it.
   *
   * @default false
   */
  classic?: boolean
}

/** Creates the encrypted side of one connection; `onConnection` is a shorthand for its `connection` event. */
export interface Peer {
  (onConnection?: (stream: PlainStream) => void): SecureStream
}

/**
 * Returns a function that creates streams with the identity `keys`.
 *
 * @param keys - a key file's two PEM texts, or a libp2p private key
 * @param opts - see {@link SecureOptions}
 * @throws {InvalidOptionError} on keys or options without a meaning
 */
export function secure (keys: Keys | PrivateKey, opts?: SecureOptions): Peer {
  const options = opts ?? {}
  const settings = parseOptions({ handshakeTimeout: options.handshakeTimeout }, defaultBackend)
  const protocol = options.classic === true ? classic(keys, options) : modern(keys, options)

  return onConnection => {
    const sec = new SecureStream(protocol, settings.handshakeTimeout)

    if (typeof onConnection === 'function') {
      sec.on('connection', onConnection)
    }

    return sec
  }
}

function modern (keys: Keys | PrivateKey, { ciphers, groups, keyLog }: SecureOptions): StreamProtocol {
  const names = ciphers?.map(name => String(name).toLowerCase()) as CipherName[] | undefined
  const privateKey = isKeyFile(keys) ? privateKeyFromKeys(keys) : keys

  return modernProtocol(privateKey, parseOptions({ ciphers: names, groups, keyLog }, defaultBackend))
}

function classic (keys: Keys | PrivateKey, { ciphers, groups, keyLog }: SecureOptions): StreamProtocol {
  if (groups != null) {
    throw new InvalidOptionError('secure-peer 0.2 has one group: leave out groups, or classic')
  }

  if (keyLog != null) {
    throw new InvalidOptionError('secure-peer 0.2 has no key log: leave out keyLog, or classic')
  }

  return classicProtocol(isKeyFile(keys) ? keys : keysFromPrivateKey(keys), ciphers)
}

function isKeyFile (keys: Keys | PrivateKey): keys is Keys {
  return typeof (keys as PrivateKey | undefined)?.sign !== 'function'
}

export default secure

// what require() gives
export { secure as 'module.exports' }

export type { KeyLog, Keys }
export type { KeyLogEntry, KeyLogLabel } from '../key-log.ts'
export type { Identity } from './identity.ts'
export type { PlainStream } from './plain-stream.ts'
export type { ProvenIdentity, SignedHeader } from './protocol.ts'
export type { SecureStream, SecureStreamEvents } from './secure-stream.ts'
