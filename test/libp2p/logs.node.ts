import { readFile } from 'node:fs/promises'
import { defaultLogger, disable, enable } from '@libp2p/logger'
import { expect } from 'aegir/chai'
import sinon from 'sinon'
import { securePeer } from '../../src/index.ts'
import { dial, startListener, startNode, stopNodes } from './fixtures/node.ts'

/** What is logged when a handshake fails, when one is done and when there is a key log, by scope. */
const LINES = {
  failure: /libp2p:secure-peer:error inbound handshake with \S+ failed - IdentityRejectedError: ERR_IDENTITY_REJECTED/,
  otherSide: /libp2p:secure-peer:error outbound handshake with \S+ failed - RefusedError: ERR_REFUSED/,
  keyLog: /libp2p:secure-peer:error keyLog is set/,
  done: /libp2p:secure-peer:trace inbound handshake done with 12D3KooW\w+, x25519mlkem768, aes-256-gcm/
}

// by the rows of the table in docs/operations.md
const SHOWN: Record<string, Array<keyof typeof LINES>> = {
  'libp2p:secure-peer:error': ['failure', 'otherSide', 'keyLog'],
  'libp2p:secure-peer:trace': ['done'],
  'libp2p:secure-peer*,libp2p:secure-peer:trace': ['failure', 'otherSide', 'keyLog', 'done']
}

describe('logs', () => {
  afterEach(async () => {
    await stopNodes()
    disable()
    sinon.restore()
  })

  // one peer is let in, the next is not
  async function logged (names: string): Promise<string> {
    enable(names)
    const write = sinon.stub(process.stderr, 'write')
    const friend = await startNode({ logger: defaultLogger() })
    const stranger = await startNode({ logger: defaultLogger() })
    const listener = await startListener({
      logger: defaultLogger(),
      connectionEncrypters: [securePeer({ ciphers: ['aes-256-gcm'], identify: ({ peerId }) => peerId.equals(friend.libp2p.peerId), keyLog: () => {} })]
    })

    await dial(friend, listener)
    await expect(dial(stranger, listener)).to.eventually.be.rejectedWith('ERR_REFUSED')
    const text = write.args.join('')
    write.restore()

    // without colours
    return text.replace(/\u001b\[[0-9;]*m/g, '') // eslint-disable-line no-control-regex
  }

  for (const [names, shown] of Object.entries(SHOWN)) {
    it(`should show with ${names} what is documented`, async () => {
      const text = await logged(names)

      for (const [line, pattern] of Object.entries(LINES)) {
        expect(pattern.test(text), `${line} in ${text}`).to.equal(shown.includes(line as keyof typeof LINES))
      }
    })
  }

  it('should be documented for these names, and no others', async () => {
    const operations = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
    const rows = Array.from(operations.matchAll(/^\| `(libp2p:[^`]+)` \|/gm), ([, names]) => names)

    expect(rows).to.deep.equal(Object.keys(SHOWN))
  })

  it('should be silent by default', async () => {
    expect(await logged('')).to.not.include('secure-peer')
  })
})
