import { makeElections, makeExporters, makeHandshakes, makeRecords, makeRefusals } from './make.ts'
import type { VectorFile } from './make.ts'

/** Every committed file of vectors and what makes it. */
export const VECTOR_FILES = {
  'handshakes.json': makeHandshakes,
  'refusals.json': makeRefusals,
  'records.json': makeRecords,
  'exporters.json': makeExporters,
  'elections.json': makeElections
}

/** The bytes of a file of vectors. */
export function renderVectors (file: VectorFile<unknown>): string {
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Reads a file of vectors; throws unless it has as many as it says, and one at least. */
export function parseVectors<Vector> (text: string): Vector[] {
  const { description, source, count, vectors } = JSON.parse(text) as VectorFile<Vector>

  if (!(count > 0) || vectors.length !== count) {
    throw new Error(`a file of ${vectors.length} vectors that says it has ${count}`)
  }

  if (typeof description !== 'string' || typeof source !== 'string') {
    throw new Error('a file of vectors that does not say what it holds and where it is from')
  }

  return vectors
}
