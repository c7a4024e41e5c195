import { FrameReader } from './frame-reader.ts'
import { FrameWriter } from './frame-writer.ts'
import type { ClassicCipher } from './cipher.ts'
import type { PlaintextSink } from '../../record/record-reader.ts'
import type { RecordSink } from '../../record/record-writer.ts'
import type { StreamReader, StreamSession, StreamWriter } from '../protocol.ts'
import type { KeyObject } from 'node:crypto'

/** What both sides agreed on. */
export interface ClassicSecrets {
  readonly cipher: ClassicCipher

  /** Both tokens, the greater first: part of what is signed in every frame. */
  readonly token: string
  readonly privateKey: KeyObject
  readonly remoteKey: KeyObject
}

/** What a handshake of 0.2 gives. */
export class ClassicSession implements StreamSession {
  readonly #secrets: ClassicSecrets

  constructor (secrets: ClassicSecrets) {
    this.#secrets = secrets
  }

  createReader (sink: PlaintextSink): StreamReader {
    return new FrameReader(this.#secrets, sink)
  }

  createWriter (sink: RecordSink): StreamWriter {
    return new FrameWriter(this.#secrets, sink)
  }

  // texts and keys of OpenSSL, which nobody can overwrite
  wipe (): void {}
}

/** What the sender of a frame signs: its running number, which is not sent, both tokens, what is sent. */
export function signedText (seq: number, token: string, ciphertext: string): string {
  return `${seq},${token}${ciphertext}`
}
