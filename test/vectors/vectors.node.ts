import { readFileSync } from 'node:fs'
import { expect } from 'aegir/chai'
import { nobleBackend } from '../../src/crypto/noble.ts'
import { nodeBackend } from '../../src/crypto/node.ts'
import { parseVectors, renderVectors, VECTOR_FILES } from './files.ts'
import { replayElection, replayExporter, replayHandshake, replayRecordVector, replayRefusal, SPLITS } from './replay.ts'
import type { ElectionVector, ExporterVector, HandshakeVector, RecordVector, RefusalVector } from './make.ts'

const handshakes = load<HandshakeVector>('handshakes.json')
const refusals = load<RefusalVector>('refusals.json')
const records = load<RecordVector>('records.json')
const exporters = load<ExporterVector>('exporters.json')
const elections = load<ElectionVector>('elections.json')

describe('vectors', () => {
  for (const [name, make] of Object.entries(VECTOR_FILES)) {
    it(`should hold in ${name} what the generator gives`, async () => {
      expect(renderVectors(await make())).to.equal(read(name))
    })
  }

  it('should have handshakes of all kinds', () => {
    const sides = handshakes.flatMap(({ first, second }) => [first, second])

    expect(new Set(sides.map(({ identity }) => identity.type))).to.deep.equal(new Set(['rsa', 'ed25519', 'secp256k1', 'ecdsa']))
    expect(new Set(sides.map(({ role, side }) => `${role} ${side}`))).to.have.property('size', 6)
    expect(new Set(handshakes.map(({ group, first }) => `${group} ${first.role}`))).to.have.property('size', 4)
    expect(new Set(handshakes.map(({ cipher }) => cipher))).to.have.property('size', 3)
  })

  it('should not load a file whose count is wrong, missing or zero', () => {
    const file = { description: '', source: '', count: 2, vectors: [{}, {}] }

    expect(parseVectors(JSON.stringify(file))).to.have.lengthOf(2)
    expect(() => parseVectors(JSON.stringify({ ...file, count: 1 }))).to.throw('says it has 1')
    expect(() => parseVectors(JSON.stringify({ ...file, count: undefined }))).to.throw('says it has undefined')
    expect(() => parseVectors(JSON.stringify({ ...file, count: 0, vectors: [] }))).to.throw('says it has 0')
    expect(() => parseVectors(JSON.stringify({ ...file, source: undefined }))).to.throw('where it is from')
  })

  it('should elect as the vectors say', () => {
    elections.forEach(replayElection)
  })

  for (const backend of [nodeBackend, nobleBackend]) {
    for (const [i, vector] of exporters.entries()) {
      it(`should export value ${i} with ${backend.name}`, () => {
        replayExporter(vector, backend)
      })
    }

    for (const [name, split] of Object.entries(SPLITS)) {
      for (const vector of handshakes) {
        it(`should rebuild the handshake "${vector.name}" with ${backend.name}, ${name}`, async () => {
          await replayHandshake(vector, backend, { split })
        })
      }

      for (const vector of refusals) {
        it(`should rebuild the refusal "${vector.name}" with ${backend.name}, ${name}`, async () => {
          await replayRefusal(vector, backend, { split })
        })
      }

      for (const vector of records) {
        it(`should rebuild records "${vector.name}" of ${vector.cipher} with ${backend.name}, ${name}`, async () => {
          await replayRecordVector(vector, backend, { split })
        })
      }
    }
  }
})

function load<Vector> (name: string): Vector[] {
  return parseVectors(read(name))
}

// the same from the sources and from what the build makes of them
function read (name: string): string {
  const here = new URL('.', import.meta.url)

  return readFileSync(new URL(here.pathname.includes('/dist/') ? `../../../test/vectors/${name}` : name, here), 'utf8')
}
