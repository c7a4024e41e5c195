import { toHex } from './encoding/bytes.ts'

/** What a secret is for, and whose (SPEC 5.7). */
export type KeyLogLabel =
  | 'SECURE_PEER_HEADER_KEY_LESSER'
  | 'SECURE_PEER_HEADER_KEY_GREATER'
  | 'SECURE_PEER_TRAFFIC_SECRET_LESSER'
  | 'SECURE_PEER_TRAFFIC_SECRET_GREATER'

/** A secret with which a recorded connection can be read. */
export interface KeyLogEntry {
  readonly label: KeyLogLabel

  /** th1 of SPEC 3.2, 32 bytes: names the connection, and whoever saw both hellos can compute it. */
  readonly th1: Uint8Array

  /** A copy: 16 or 32 bytes of a header key, 32 of a traffic secret. */
  readonly secret: Uint8Array

  /** All three as a key log file has them, newline included. */
  readonly line: string
}

/** Is given the secrets of every handshake as soon as they exist. What it throws is ignored. */
export type KeyLog = (entry: KeyLogEntry) => void

/**
 * Gives a secret away. Nothing that the callback does, throwing and rejecting
 * included, has a say in the handshake or comes up anywhere: its error could
 * hold the secret.
 */
export function logSecret (keyLog: KeyLog, label: KeyLogLabel, th1: Uint8Array, secret: Uint8Array): void {
  try {
    const result: unknown = keyLog({
      label,
      th1: new Uint8Array(th1),
      secret: new Uint8Array(secret),
      line: `${label} ${toHex(th1)} ${toHex(secret)}\n`
    })

    // an asynchronous one may be passed as well
    Promise.resolve(result).catch(() => {})
  } catch {
    // see above
  }
}
