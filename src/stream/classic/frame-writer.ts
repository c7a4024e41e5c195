import { MAX_FRAME_PLAINTEXT_BYTES } from './constants.ts'
import { signText } from './header.ts'
import { signedText } from './session.ts'
import type { ClassicSecrets } from './session.ts'
import type { RecordSink } from '../../record/record-writer.ts'
import type { StreamWriter } from '../protocol.ts'

/** Sends every write as a frame at once: a line `[ciphertext, hash]`, at last `[hash]`. */
export class FrameWriter implements StreamWriter {
  readonly bufferedBytes = 0

  readonly #secrets: ClassicSecrets
  readonly #sink: RecordSink
  #seq = 0
  #open = true
  #waiting = false

  constructor (secrets: ClassicSecrets, sink: RecordSink) {
    this.#secrets = secrets
    this.#sink = sink
  }

  write (bytes: Uint8Array): boolean {
    for (let i = 0; i < bytes.byteLength; i += MAX_FRAME_PLAINTEXT_BYTES) {
      const plaintext = bytes.subarray(i, i + MAX_FRAME_PLAINTEXT_BYTES)

      this.#send(Buffer.from(this.#secrets.cipher.encrypt(plaintext)).toString('base64'))
    }

    return !this.#waiting
  }

  drained (): void {
    if (this.#waiting) {
      this.#waiting = false
      this.#sink.onDrain()
    }
  }

  async end (): Promise<void> {
    this.#send()
    this.close()
  }

  // 0.2 has no word for it: the connection closes
  async reject (): Promise<void> {
    this.close()
  }

  close (): void {
    this.#open = false
  }

  #send (ciphertext?: string): void {
    if (!this.#open) {
      return
    }

    const seq = this.#seq++
    const hash = signText(this.#secrets.privateKey, signedText(seq, this.#secrets.token, ciphertext ?? ''))
    const frame = ciphertext == null ? [hash] : [ciphertext, hash]

    this.#waiting = !this.#sink.write(Buffer.from(`${JSON.stringify(frame)}\n`))
  }
}
