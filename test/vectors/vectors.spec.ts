import { nobleBackend } from '../../src/crypto/noble.ts'
import { createWebBackend } from '../../src/crypto/web.ts'
import { makeElections, makeExporters, makeHandshakes, makeRecords, makeRefusals } from './make.ts'
import { replayElection, replayExporter, replayHandshake, replayRecordVector, replayRefusal } from './replay.ts'

// The committed files are read where there are files (vectors.node.ts); here the
// same vectors are made again, so that they run on every runtime.
const webBackend = createWebBackend(globalThis.crypto?.subtle)

describe('twin', () => {
  it('should agree with the handshake', async () => {
    for (const vector of (await makeHandshakes()).vectors) {
      await replayHandshake(vector, nobleBackend, {})
      await replayHandshake(vector, webBackend, {})
    }
  })

  it('should agree with a sealed refusal', async () => {
    for (const vector of (await makeRefusals()).vectors) {
      await replayRefusal(vector, nobleBackend, {})
      await replayRefusal(vector, webBackend, {})
    }
  })

  it('should agree with the records', async () => {
    for (const vector of makeRecords().vectors) {
      await replayRecordVector(vector, nobleBackend, {})
      await replayRecordVector(vector, webBackend, {})
    }
  })

  it('should agree with the exporter', () => {
    for (const vector of makeExporters().vectors) {
      replayExporter(vector, nobleBackend)
    }
  })

  it('should agree with the vote', () => {
    makeElections().vectors.forEach(replayElection)
  })
})
