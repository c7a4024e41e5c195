import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { progressOn } from './progress.ts'
import type { PlainStream } from '../stream/plain-stream.ts'

/**
 * Joins stdin and stdout through a stream, until both directions have ended.
 *
 * @throws the error that ended one before
 */
export async function joinStdio (stream: PlainStream, showProgress: boolean): Promise<void> {
  const progress = progressOn(process.stderr, showProgress, stream)

  try {
    await Promise.all([
      pipeline(process.stdin, counting(bytes => { progress?.sent(bytes) }), stream),
      pipeline(stream, counting(bytes => { progress?.received(bytes) }), process.stdout)
    ])
  } catch (err) {
    // of a pipe to a stream that failed already, or that closed with the other pipe
    throw stream.errored ?? err
  }
}

function counting (count: (bytes: number) => void): Transform {
  return new Transform({
    transform (chunk, _encoding, callback) {
      count(chunk.byteLength)
      callback(null, chunk)
    }
  })
}
