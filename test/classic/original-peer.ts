import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { childEnv } from '../fixtures/child-env.ts'
import { nodeRuntime, packageFile } from '../stream/package-root.ts'
import type { Keys } from '../../src/keys/index.ts'
import type { ChildProcess } from 'node:child_process'

/** What `original-peer.cjs` is to do. */
export interface OriginalPeerInit {
  role: 'listen' | 'connect'
  keys: Keys
  port?: number
  ciphers?: string[]

  /** What a connecting peer writes, each in base64. */
  chunks?: string[]

  /** Reject instead of accept. */
  reject?: boolean
}

/** What it tells. */
export interface OriginalPeerMessage {
  port?: number
  identify?: { cipher: string, type: string, public: string }

  /** In base64, once the other side has ended. */
  received?: string
  closed?: boolean
}

/** secure-peer@0.2.1 itself, in a process of its own. */
export class OriginalPeer {
  readonly #process: ChildProcess
  readonly #messages: OriginalPeerMessage[] = []
  readonly #waiting: Array<() => void> = []
  #stderr = ''

  constructor (init: OriginalPeerInit) {
    this.#process = spawn(nodeRuntime(20), ['--openssl-legacy-provider', '--no-deprecation', packageFile('test/classic/original-peer.cjs')], { env: childEnv() })
    this.#process.stdin?.end(JSON.stringify(init))
    this.#process.stderr?.on('data', chunk => { this.#stderr += String(chunk) })
    this.#process.once('exit', () => { this.#wake() })

    createInterface({ input: this.#process.stdout as NodeJS.ReadableStream }).on('line', line => {
      this.#messages.push(JSON.parse(line))
      this.#wake()
    })
  }

  /** The first message that has `name`, told already or yet to come. */
  async message<K extends keyof OriginalPeerMessage> (name: K): Promise<NonNullable<OriginalPeerMessage[K]>> {
    for (;;) {
      const value = this.#messages.find(message => message[name] != null)?.[name]

      if (value != null) {
        return value
      }

      if (this.#process.exitCode != null) {
        throw new Error(`the original ended without "${name}": ${this.#stderr}`)
      }

      await new Promise<void>(resolve => { this.#waiting.push(resolve) })
    }
  }

  kill (): void {
    this.#process.kill('SIGKILL')
  }

  #wake (): void {
    this.#waiting.splice(0).forEach(resolve => { resolve() })
  }
}
