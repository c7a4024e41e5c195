import type { Keys } from '../../src/keys/index.ts'
import type { SecureOptions, SecureStream } from '../../src/stream/index.ts'
import type { Duplex } from 'node:stream'

/** Resolves at `close`; gives the error that is emitted before, if one is. */
export async function closed (stream: Duplex): Promise<(Error & { code?: string, reason?: string }) | undefined> {
  let error: Error | undefined
  const onError = (err: Error): void => { error = err }

  stream.on('error', onError)
  await closedSilently(stream)
  stream.off('error', onError)

  return error
}

/** Resolves at `close` and does not listen for errors. */
export async function closedSilently (stream: Duplex): Promise<void> {
  if (!stream.closed) {
    await new Promise<void>(resolve => {
      stream.once('close', () => { resolve() })
    })
  }
}

/**
 * All that a stream gives. Unlike iterating, as `stream/consumers` does, it
 * leaves a duplex open for writing on Node 22 as well.
 */
export async function collect (stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = []

  return new Promise((resolve, reject) => {
    stream.on('data', chunk => { chunks.push(chunk) })
    stream.once('end', () => { resolve(Buffer.concat(chunks)) })
    stream.once('close', () => { reject(new Error('closed before its end')) })
  })
}

/** A microtask queue and one turn of the event loop later. */
export async function nextTurn (): Promise<void> {
  return new Promise(resolve => { setImmediate(resolve) })
}

/** Pipes two encrypted sides to one another, as if a wire was between them. */
export function join (a: SecureStream, b: SecureStream): void {
  a.pipe(b).pipe(a)
}

export interface Identities {
  a: Keys
  b: Keys
}

export type Mode = [name: string, options: SecureOptions]

/** Both versions of the protocol. */
export const MODES: Mode[] = [['1.0', {}], ['0.2', { classic: true }]]
