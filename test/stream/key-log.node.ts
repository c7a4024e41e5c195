import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'aegir/chai'
import sinon from 'sinon'
import { InvalidOptionError } from '../../src/errors.ts'
import { generateKeys } from '../../src/keys/index.ts'
import { secure } from '../../src/stream/index.ts'
import { collect, join, nextTurn } from './events.ts'
import type { Identities } from './events.ts'
import type { KeyLog, PlainStream } from '../../src/stream/index.ts'

// of other programs, and what one might call it here
const VARIABLES = ['SSLKEYLOGFILE', 'DUMP_SESSION_KEYS', 'SECURE_PEER_KEYLOG', 'SECURE_PEER_KEY_LOG', 'KEYLOGFILE', 'KEYLOG']

// from the sources and from what the build makes of them
const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url))

describe('key log on Node', () => {
  let keys: Identities

  before(async () => {
    keys = { a: await generateKeys({ type: 'ed25519' }), b: await generateKeys({ type: 'ed25519' }) }
  })

  afterEach(() => { sinon.restore() })

  async function talk (keyLog?: KeyLog): Promise<void> {
    const a = secure(keys.a, { keyLog })()
    const b = secure(keys.b)()
    const connected = [once(a, 'connection'), once(b, 'connection')]
    join(a, b)
    const [[plainA], [plainB]] = await Promise.all(connected) as PlainStream[][]
    plainA.end('beep boop')

    expect(String(await collect(plainB))).to.equal('beep boop')
    plainB.end()
  }

  it('should be there in the stream API', async () => {
    const lines: string[] = []
    await talk(({ line }) => { lines.push(line) })

    expect(lines.map(line => line.split(' ')[0]).sort()).to.deep.equal([
      'SECURE_PEER_HEADER_KEY_GREATER',
      'SECURE_PEER_HEADER_KEY_LESSER',
      'SECURE_PEER_TRAFFIC_SECRET_GREATER',
      'SECURE_PEER_TRAFFIC_SECRET_LESSER'
    ])
  })

  it('should leave no rejection of an asynchronous callback unhandled', async () => {
    const unhandled = sinon.spy()
    process.on('unhandledRejection', unhandled)

    try {
      await talk(async ({ line }) => { throw new Error(line) })
      await nextTurn()

      expect(unhandled).to.have.property('called', false)
    } finally {
      process.off('unhandledRejection', unhandled)
    }
  })

  it('should not be there for 0.2', () => {
    expect(() => secure(keys.a, { classic: true, keyLog: () => {} })).to.throw(InvalidOptionError, 'keyLog')
  })

  it('should not be switched on by the environment', async () => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'key-log-'))
    const environment = Object.fromEntries(VARIABLES.map(name => [name, joinPath(folder, name)]))
    sinon.replace(process, 'env', { ...process.env, ...environment })
    const written = [sinon.spy(process.stdout, 'write'), sinon.spy(process.stderr, 'write')]

    try {
      await talk()

      expect(await readdir(folder)).to.be.empty()
      expect(written.flatMap(write => write.args).join()).to.not.include('SECURE_PEER_')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('should have no environment variable that it could look at', async () => {
    const files = (await readdir(SOURCES, { recursive: true })).filter(file => /\.[jt]s$/.test(file))
    expect(files).to.have.property('length').that.is.above(50)

    for (const file of files) {
      const source = await readFile(joinPath(SOURCES, file), 'utf8')

      expect(source, file).to.not.match(/process\??\.env|import\.meta\.env|Deno\.env|Bun\.env|\['env'\]/)
    }
  })
})
