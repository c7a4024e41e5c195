import type { Stream } from '@libp2p/interface'

const WRITE_BYTES = 65_536

/** Sends `bytes` bytes as fast as the stream takes them, and ends this side. */
export async function send (stream: Stream, bytes: number): Promise<void> {
  const block = new Uint8Array(WRITE_BYTES)
  let drain: PromiseWithResolvers<void> | undefined
  stream.addEventListener('drain', () => { drain?.resolve() })
  stream.addEventListener('close', ({ error }) => { drain?.reject(error ?? new Error('the stream closed')) })

  for (let left = bytes; left > 0; left -= WRITE_BYTES) {
    if (!stream.send(block.subarray(0, left))) {
      drain = Promise.withResolvers()
      await drain.promise
    }
  }

  await stream.close()
}

/** Counts what arrives until the other side ends. To be called in the turn in which the stream was opened. */
export async function receive (stream: Stream, onProgress: (bytes: number) => void = () => {}): Promise<number> {
  let received = 0

  return new Promise((resolve, reject) => {
    stream.addEventListener('message', ({ data }) => {
      received += data.byteLength
      onProgress(received)
    })
    stream.addEventListener('remoteCloseWrite', () => { resolve(received) })
    stream.addEventListener('close', ({ error }) => { error == null ? resolve(received) : reject(error) })
  })
}
