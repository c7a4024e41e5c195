import { expect } from 'aegir/chai'
import { dial, echo, stopNodes } from '../libp2p/fixtures/node.ts'
import { startTcpListener, startTcpNode, until } from './fixtures/nodes.ts'
import type { ConnectionGater, PeerId } from '@libp2p/interface'

const DIALERS = ['denyDialPeer', 'denyDialMultiaddr', 'denyOutboundConnection', 'denyOutboundEncryptedConnection', 'denyOutboundUpgradedConnection'] as const
const LISTENERS = ['denyInboundConnection', 'denyInboundEncryptedConnection', 'denyInboundUpgradedConnection'] as const

/** Those that are asked once the other side has proved who it is. */
const AUTHENTICATED = /(Encrypted|Upgraded)Connection$/

describe('connection gater', () => {
  afterEach(stopNodes)

  /** A gater that answers one question with no, and notes whom it is about. */
  function denying (question: keyof ConnectionGater, asked: string[]): ConnectionGater {
    return {
      denyDialMultiaddr: () => false,
      [question]: (about: PeerId) => {
        asked.push(about.toString())

        return true
      }
    }
  }

  for (const question of DIALERS) {
    it(`should end a dial by ${question}`, async () => {
      const asked: string[] = []
      const listener = await startTcpListener()
      const dialer = await startTcpNode({ connectionGater: denying(question, asked) })

      await expect(dial(dialer, listener)).to.eventually.be.rejected()
      expect(asked).to.have.lengthOf(1)
      expect(dialer.libp2p.getConnections()).to.deep.equal([])
      await until(() => listener.libp2p.getConnections().length === 0)

      if (AUTHENTICATED.test(question)) {
        expect(asked).to.deep.equal([listener.libp2p.peerId.toString()])
      }
    })
  }

  for (const question of LISTENERS) {
    it(`should end what was dialed by ${question}`, async () => {
      const asked: string[] = []
      const listener = await startTcpListener({ connectionGater: denying(question, asked) })
      const dialer = await startTcpNode()

      // after the handshake a dialer is connected until the listener closes
      await dial(dialer, listener).then(async connection => echo(connection, 'beep')).then(() => expect.fail('was let in'), () => {})
      await until(() => dialer.libp2p.getConnections().length === 0)
      expect(listener.libp2p.getConnections()).to.deep.equal([])
      expect(asked).to.have.lengthOf(1)

      if (AUTHENTICATED.test(question)) {
        expect(asked).to.deep.equal([dialer.libp2p.peerId.toString()])
      }
    })
  }
})
