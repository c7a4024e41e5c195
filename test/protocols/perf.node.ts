import { expect } from 'aegir/chai'
import { dial, stopNodes } from '../libp2p/fixtures/node.ts'
import { startTcpListener, startTcpNode } from './fixtures/nodes.ts'
import { PERF, runPerf, servePerf } from './fixtures/perf.ts'

const MIB = 2 ** 20

describe('perf', () => {
  afterEach(stopNodes)

  for (const [upload, download] of [[0, 1], [1, 0], [16 * MIB, 0], [0, 16 * MIB], [4 * MIB + 1, 4 * MIB + 3]]) {
    it(`should carry ${upload} bytes up and ${download} bytes down`, async () => {
      const listener = await startTcpListener()
      const dialer = await startTcpNode()
      const uploaded = new Promise<number>((resolve, reject) => {
        listener.libp2p.handle(PERF, async stream => servePerf(stream).then(resolve, reject)).catch(reject)
      })
      const connection = await dial(dialer, listener)

      expect(await runPerf(connection, upload, download)).to.equal(download)
      expect(await uploaded).to.equal(upload)
      expect(connection.streams).to.have.lengthOf(0)
    })
  }
})
