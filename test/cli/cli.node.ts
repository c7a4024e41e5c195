import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'aegir/chai'
import { Progress, progressOn } from '../../src/cli/progress.ts'
import { privateKeyFromKeys } from '../../src/keys/index.ts'
import { peerIdFromAnyPublicKey } from '../../src/libp2p/keys.ts'
import { childEnv } from '../fixtures/child-env.ts'
import type { PlainStream } from '../../src/stream/index.ts'
import type { ChildProcess } from 'node:child_process'

/** What goes through the pipe: 1 GiB in CI and with SLOW=1. */
const PIPE_BYTES = process.env.SLOW === '1' || process.env.CI != null ? 2 ** 30 : 2 ** 25

const CHUNK = randomBytes(2 ** 20)

// index.ts from the source, index.js from dist
const CLI = fileURLToPath(new URL(`../../src/cli/index${import.meta.url.slice(-3)}`, import.meta.url))

describe('the command', () => {
  let folder: string
  const running: Command[] = []

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'secure-peer-cli-'))

    for (const name of ['a', 'b', 'c']) {
      const { stdout } = await run('keygen', '--type', name === 'b' ? 'ed25519' : 'rsa').finished
      await writeFile(file(name), stdout)
    }
  })

  afterEach(() => {
    running.splice(0).forEach(command => { command.kill() })
  })

  after(async () => {
    await rm(folder, { recursive: true })
  })

  describe('keygen', () => {
    it('should write a key file, and its PeerId to stderr', async () => {
      const { code, stdout, stderr } = await run('keygen').finished
      const keys = JSON.parse(stdout)

      expect(code).to.equal(0)
      expect(keys.private).to.match(/^-----BEGIN RSA PRIVATE KEY-----\n/)
      expect(stderr).to.equal(`secure-peer: made ${peerIdFromAnyPublicKey(privateKeyFromKeys(keys).publicKey)}\n`)
    })

    it('should make other types and sizes', async () => {
      const { stdout } = await run('keygen', '--type', 'ed25519').finished

      expect(privateKeyFromKeys(JSON.parse(stdout)).type).to.equal('Ed25519')
      expect((await run('keygen', '--bits', '512').finished).code).to.equal(2)
      expect((await run('keygen', '--type', 'dsa').finished).stderr).to.include('rsa, ed25519, secp256k1, ecdsa')
    })
  })

  describe('listen and connect', () => {
    it('should join stdin and stdout both ways', async () => {
      const { listener, port } = await listening('a')
      const connector = run('connect', 'localhost', port, '--key', file('b'), '--known-peers', file('known'))
      listener.end('from the listener')
      connector.end('from the connector')
      const results = await Promise.all([listener.finished, connector.finished])

      expect(results.map(({ stdout }) => stdout)).to.deep.equal(['from the connector', 'from the listener'])
      expect(results.map(({ code }) => code)).to.deep.equal([0, 0])
      expect(results[1].stderr).to.match(/^secure-peer: connected to Qm\w+, aes-256-gcm with x25519mlkem768\n$/)
    })

    it('should speak 0.2 when asked to', async () => {
      const { listener, port } = await listening('a', '--classic', '--ciphers', 'AES-128-CBC')
      const connector = run('connect', 'localhost', port, '--key', file('c'), '--known-peers', file('classic'), '--classic')
      listener.end('from the listener')
      connector.end('from the connector')
      const results = await Promise.all([listener.finished, connector.finished])

      expect(results.map(({ stdout }) => stdout)).to.deep.equal(['from the connector', 'from the listener'])
      expect(results[0].stderr).to.match(/AES-128-CBC\n$/)
    })

    it('should answer after its stdin has ended', async () => {
      const { listener, port } = await listening('a')
      const connector = run('connect', 'localhost', port, '--key', file('b'), '--known-peers', file('known2'))
      connector.end()
      await connector.says('connected to')
      await new Promise(resolve => { setTimeout(resolve, 200) })
      listener.end('late')

      expect(await connector.finished).to.include({ code: 0, stdout: 'late' })
    })

    it(`should carry ${PIPE_BYTES / 2 ** 20} MiB through a pipe, checked by hash`, async function () {
      this.timeout(300_000)

      const { listener, port } = await listening('a')
      const connector = run('connect', 'localhost', port, '--key', file('b'), '--known-peers', file('known3'))
      listener.end()
      const sent = createHash('sha256')
      const received = createHash('sha256')

      await Promise.all([
        pipeline(Readable.from(function * () {
          for (let i = 0; i < PIPE_BYTES / CHUNK.byteLength; i++) {
            CHUNK.writeUInt32BE(i)
            sent.update(CHUNK)
            yield Buffer.from(CHUNK)
          }
        }()), connector.stdin),
        pipeline(listener.takeStdout(), received)
      ])

      expect(received.digest('hex')).to.equal(sent.digest('hex'))
      expect(await connector.exitCode).to.equal(0)
      expect(await listener.exitCode).to.equal(0)
    })

    it('should let in the peer that it waits for, whoever else comes before', async () => {
      const { listener, port } = await listening('a', '--peer', await peerIdOf('b'))
      net.connect(Number(port)).end('beep boop\n')
      await listener.says('did not get in')

      const refused = await run('connect', 'localhost', port, '--key', file('c'), '--known-peers', file('known4')).finished
      expect(refused.code).to.equal(4)
      expect(refused.stderr).to.include('not the peer that was expected')

      const connector = run('connect', 'localhost', port, '--key', file('b'), '--known-peers', file('known4'))
      listener.end()
      connector.end('hello')
      expect(await listener.finished).to.include({ code: 0, stdout: 'hello' })
    })
  })

  describe('known peers', () => {
    it('should refuse another key at a known address, until it is forgotten', async () => {
      const known = file('known5')
      const first = await listening('a')
      const args = ['connect', 'localhost', first.port, '--key', file('b'), '--known-peers', known]
      first.listener.end()
      expect((await run(...args).closed().finished).code).to.equal(0)
      await first.listener.finished

      const second = await listeningOn('c', first.port)
      const refused = await run(...args).finished
      expect(refused.code).to.equal(3)
      expect(refused.stderr).to.include(`is known as ${await peerIdOf('a')}`).and.include(`but ${await peerIdOf('c')} came`)
      expect((await second.listener.finished).code).to.equal(4)

      const { stdout } = await run('known', '--known-peers', known).finished
      expect(stdout).to.match(new RegExp(`^localhost:${first.port} ${await peerIdOf('a')} 20.*Z\n$`))

      expect((await run('forget', 'localhost', first.port, '--known-peers', known).finished).code).to.equal(0)
      expect((await run('forget', 'localhost', first.port, '--known-peers', known).finished).code).to.equal(2)

      const third = await listeningOn('c', first.port)
      third.listener.end()
      expect((await run(...args).closed().finished).code).to.equal(0)
    })

    it('should not need them for a peer that is named', async () => {
      const { port } = await listening('a')
      const wrong = await run('connect', 'localhost', port, '--key', file('b'), '--peer', await peerIdOf('c')).finished

      expect(wrong.code).to.equal(3)
      expect(wrong.stderr).to.include(`expected ${await peerIdOf('c')}, but ${await peerIdOf('a')} came`)
    })
  })

  describe('exit codes', () => {
    it('should be 1 without a listener', async () => {
      const { port, listener } = await listening('a')
      listener.kill()
      await listener.exitCode

      const { code, stderr } = await run('connect', 'localhost', port, '--key', file('b'), '--known-peers', file('known6')).finished
      expect(code).to.equal(1)
      expect(stderr).to.include('ERR_CARRIER_CLOSED')
    })

    it('should be 1 when the connection is cut off', async () => {
      const { port, listener } = await listening('a')
      const connector = run('connect', 'localhost', port, '--key', file('b'), '--known-peers', file('known7'))
      await connector.says('connected to')
      listener.kill()

      expect((await connector.finished).code).to.equal(1)
    })

    it('should be 1 when the other side does not say anything', async () => {
      const server = net.createServer(() => {}).listen(0)
      await once(server, 'listening')
      const { port } = server.address() as net.AddressInfo
      const { code, stderr } = await run('connect', 'localhost', String(port), '--key', file('b'), '--known-peers', file('known8'), '--timeout', '0.2').finished

      expect(code).to.equal(1)
      expect(stderr).to.include('within 200 ms')
      server.close()
    })

    for (const args of [[], ['fly'], ['listen'], ['listen', 'x'], ['listen', '0'], ['connect', 'localhost'], ['connect', 'localhost', '0'], ['listen', '0', '1', '--key', 'x'], ['keygen', '--colour'], ['listen', '0', '--key', 'missing.json'], ['listen', '0', '--key', 'x', '--timeout', 'x']]) {
      it(`should be 2 for: ${args.join(' ')}`, async () => {
        const { code, stdout, stderr } = await run(...args).finished

        expect(code).to.equal(2)
        expect(stdout).to.equal('')
        expect(stderr).to.match(/^secure-peer: .+\n$/)
      })
    }

    it('should be 2 for a key file without keys', async () => {
      await writeFile(file('broken'), '{}')

      expect((await run('listen', '0', '--key', file('broken')).finished).code).to.equal(2)
    })
  })

  describe('help', () => {
    for (const args of [['--help'], ['help'], ['-h'], ['listen', '--help']]) {
      it(`should be written to stdout by: ${args.join(' ')}`, async () => {
        const { code, stdout, stderr } = await run(...args).finished

        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' })
        expect(stdout).to.include('keygen').and.include('exit codes').and.include('--classic')
      })
    }
  })

  describe('progress', () => {
    it('should be shown on a terminal', () => {
      const { terminal, written } = fakeTerminal(true)
      const progress = new Progress(terminal)
      progress.sent(3 * 2 ** 20)
      progress.received(2 ** 19)
      progress.end()

      expect(written()).to.match(/^\r\u001b\[K3\.0 MiB out, 0\.5 MiB in, .* MiB\/s, 0 s\n$/) // eslint-disable-line no-control-regex
    })

    it('should be shown nowhere else, nor unasked', () => {
      const stream = { once: () => {} } as unknown as PlainStream

      expect(progressOn(fakeTerminal(false).terminal, true, stream)).to.be.undefined()
      expect(progressOn(fakeTerminal(true).terminal, false, stream)).to.be.undefined()
    })
  })

  function run (...args: string[]): Command {
    const command = new Command(args)
    running.push(command)

    return command
  }

  async function listening (key: string, ...more: string[]): Promise<{ listener: Command, port: string }> {
    return listeningOn(key, '0', ...more)
  }

  async function listeningOn (key: string, port: string, ...more: string[]): Promise<{ listener: Command, port: string }> {
    const listener = run('listen', port, '--key', file(key), ...more)
    const [, found] = /listening on .*:(\d+)\n/.exec(await listener.says('listening on')) ?? []

    return { listener, port: found }
  }

  function file (name: string): string {
    return join(folder, `${name}.json`)
  }

  async function peerIdOf (name: string): Promise<string> {
    return peerIdFromAnyPublicKey(privateKeyFromKeys(JSON.parse(await readFile(file(name), 'utf8'))).publicKey).toString()
  }
})

/** The command in a process of its own. */
class Command {
  readonly stdin: NonNullable<ChildProcess['stdin']>
  readonly exitCode: Promise<number | null>

  /** What it wrote, and its exit code. */
  readonly finished: Promise<{ code: number | null, stdout: string, stderr: string }>

  readonly #process: ChildProcess
  readonly #stdout: NonNullable<ChildProcess['stdout']>
  readonly #chunks: Buffer[] = []
  readonly #waiting: Array<() => void> = []
  readonly #onStdout = (chunk: Buffer): void => { this.#chunks.push(chunk) }
  #stderr = ''

  constructor (args: string[]) {
    const child = this.#process = spawn(process.execPath, [CLI, ...args], { env: childEnv() })
    this.stdin = child.stdin
    this.#stdout = child.stdout

    // a command that ends at once reads nothing
    this.stdin.on('error', () => {})
    child.stderr.on('data', chunk => {
      this.#stderr += String(chunk)
      this.#waiting.splice(0).forEach(resolve => { resolve() })
    })
    child.stdout.on('data', this.#onStdout)
    this.exitCode = new Promise(resolve => { child.once('exit', resolve) })
    this.finished = new Promise(resolve => {
      child.once('close', code => { resolve({ code, stdout: String(Buffer.concat(this.#chunks)), stderr: this.#stderr }) })
    })
  }

  /** Its stdout as a stream, for more than fits into memory. */
  takeStdout (): NonNullable<ChildProcess['stdout']> {
    this.#stdout.off('data', this.#onStdout)

    return this.#stdout
  }

  end (input?: string): void {
    this.stdin.end(input)
  }

  /** With nothing on stdin. */
  closed (): this {
    this.end()

    return this
  }

  /** Resolves to stderr as soon as it has `text`. */
  async says (text: string): Promise<string> {
    while (!this.#stderr.includes(text)) {
      await new Promise<void>(resolve => { this.#waiting.push(resolve) })
    }

    return this.#stderr
  }

  kill (): void {
    this.#process.kill('SIGKILL')
  }
}

function fakeTerminal (isTTY: boolean): { terminal: NodeJS.WriteStream, written (): string } {
  let text = ''
  const terminal = { isTTY, write: (chunk: string) => { text += chunk } }

  return { terminal: terminal as unknown as NodeJS.WriteStream, written () { return text } }
}
