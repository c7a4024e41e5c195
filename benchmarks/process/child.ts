/**
 * A child process and the calls made to it. Whatever goes wrong in it rejects
 * the call that waits for it, and no child outlives its parent.
 */

import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ChildProcess } from 'node:child_process'

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url))
const CALL_TIMEOUT_MS = 60_000
const EXIT_GRACE_MS = 2_000

export interface Request {
  id: number
  task: string
  params: unknown
}

export interface Response {
  id: number
  result?: unknown
  error?: string
}

const running = new Set<ChildProcess>()

process.on('exit', () => {
  running.forEach(child => child.kill('SIGKILL'))
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    process.exit(1)
  })
}

export class Child {
  readonly #name: string
  readonly #process: ChildProcess
  readonly #exited: Promise<void>
  readonly #pending = new Map<number, PromiseWithResolvers<any>>()
  #nextId = 0
  #failure?: Error

  constructor (name: string, execArgv: string[] = []) {
    this.#name = name

    // debug output and flags of the caller would be measured with the rest
    const { DEBUG, NODE_OPTIONS, ...env } = process.env
    this.#process = fork(WORKER, { execArgv, env })
    running.add(this.#process)

    this.#process.on('message', message => {
      this.#settle(message as Response)
    })
    this.#process.once('error', err => {
      this.#fail(err)
    })
    this.#exited = new Promise(resolve => {
      this.#process.once('exit', (code, signal) => {
        running.delete(this.#process)
        this.#fail(new Error(`${this.#name} ended with ${signal ?? `code ${code}`}`))
        resolve()
      })
    })
  }

  /** Run a task in the child and return what it returned */
  async call <Result> (task: string, params: unknown = {}, timeoutMs = CALL_TIMEOUT_MS): Promise<Result> {
    if (this.#failure != null) {
      throw this.#failure
    }

    const id = this.#nextId++
    const pending = Promise.withResolvers<Result>()
    this.#pending.set(id, pending)
    const timer = setTimeout(() => {
      pending.reject(new Error(`${this.#name} did not finish "${task}" within ${timeoutMs / 1_000} s`))
    }, timeoutMs)

    try {
      this.#process.send({ id, task, params } satisfies Request)

      return await pending.promise
    } finally {
      clearTimeout(timer)
      this.#pending.delete(id)
    }
  }

  /** End the child, by force if it does not end by itself */
  async close (): Promise<void> {
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), EXIT_GRACE_MS)

    if (this.#process.connected) {
      this.#process.disconnect()
    }

    await this.#exited
    clearTimeout(timer)
  }

  /** End the child at once, without a chance to say so to anybody */
  async kill (): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exited
  }

  #settle (response: Response): void {
    const pending = this.#pending.get(response.id)

    if (response.error != null) {
      pending?.reject(new Error(`${this.#name}: ${response.error}`))
    } else {
      pending?.resolve(response.result)
    }
  }

  #fail (err: Error): void {
    this.#failure ??= err
    this.#pending.forEach(pending => { pending.reject(err) })
  }
}
