import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

// of a busy machine; what works is much quicker
const PATIENCE_MS = 30_000

// npm says what it starts before it does, on standard output
const NPM_PREAMBLE_LINES = 4

/** A command in a terminal of its own. */
export class Session {
  // all lines that it has shown, without npm's own
  lines = []

  #command
  #expected
  #child
  #closed
  #onChange = () => {}

  /**
   * @param {string} folder
   * @param {string} command
   * @param {string[]} expected - what the README says it shows
   */
  constructor (folder, command, expected) {
    this.#command = command
    this.#expected = expected

    // a process group of its own, which Ctrl+C would reach as a whole
    this.#child = spawn(command, { cwd: folder, shell: true, detached: true, env: { ...process.env, NODE_OPTIONS: undefined } })
    this.#closed = once(this.#child, 'close').then(([code, signal]) => signal ?? code)
    this.#closed.then(() => { this.#onChange() })

    let preamble = command.startsWith('npm ') ? NPM_PREAMBLE_LINES : 0

    createInterface(this.#child.stdout).on('line', line => {
      if (preamble > 0) {
        preamble--
      } else {
        this.#add(line)
      }
    })

    createInterface(this.#child.stderr).on('line', line => {
      if (!line.startsWith('npm ')) {
        this.#add(line)
      }
    })
  }

  // types a line
  type (line) {
    this.#child.stdin.write(`${line}\n`)
  }

  // Ctrl+D: nothing more is typed
  endInput () {
    this.#child.stdin.end()
  }

  // waits for a line, and returns the match
  async line (pattern) {
    return this.#until(() => {
      for (const line of this.lines) {
        const match = line.match(pattern)

        if (match != null) {
          return match
        }
      }
    }, `no line like ${pattern}`)
  }

  // waits until all is shown that the README shows, and nothing else
  async shown () {
    await this.#until(() => this.lines.length >= this.#expected.length ? true : undefined, 'not all that the README shows')
    this.#compare()
  }

  // waits until the command ends as it should, having shown what the README shows
  async ends () {
    const code = await within(this.#closed, () => this.#describe('it does not end'))

    assert.equal(code, 0, this.#describe('it failed'))
    this.#compare()
  }

  // Ctrl+C, which ends it
  async interrupt () {
    process.kill(-this.#child.pid, 'SIGINT')
    await within(this.#closed, () => this.#describe('Ctrl+C does not end it'))
  }

  async kill () {
    try {
      process.kill(-this.#child.pid, 'SIGKILL')
    } catch {
      // it has ended
    }

    await this.#closed
  }

  #add (line) {
    this.lines.push(line)
    this.#onChange()
  }

  #compare () {
    const isAsExpected = this.lines.length === this.#expected.length && this.#expected.every((line, i) => toPattern(line).test(this.lines[i]))

    // shows the difference, without what may be anything
    if (!isAsExpected) {
      assert.deepEqual(this.lines.map((line, i) => toPattern(this.#expected[i] ?? '').test(line) ? this.#expected[i] : line), this.#expected, `\`${this.#command}\` shows something else than its README says`)
    }
  }

  async #until (condition, otherwise) {
    const { promise, resolve, reject } = Promise.withResolvers()

    this.#onChange = () => {
      const result = condition()

      if (result != null) {
        resolve(result)
      } else if (this.#child.exitCode != null) {
        reject(new Error(this.#describe(`it ended: ${otherwise}`)))
      }
    }
    this.#onChange()

    return within(promise, () => this.#describe(otherwise))
  }

  #describe (what) {
    return `${what}: \`${this.#command}\` showed\n${this.lines.join('\n')}`
  }
}

function toPattern (line) {
  return new RegExp(`^${line.split('…').map(RegExp.escape).join('.+')}$`)
}

async function within (promise, message) {
  const timeout = Promise.withResolvers()
  const timer = setTimeout(() => { timeout.reject(new Error(message())) }, PATIENCE_MS)

  return Promise.race([promise, timeout.promise]).finally(() => { clearTimeout(timer) })
}
