/**
 * How much an encrypter adds to the bundle of an application that has libp2p,
 * WebSockets and yamux already: minified, gzip. What counts is what a page loads
 * at first, which is all it ever loads where WebCrypto has X25519, Ed25519,
 * ML-KEM-768 and AES-GCM; what others load by `import()` is printed beside it.
 * Fails when ours adds more than its budget, or brings what no page can use. The
 * goal is what noise adds; the budget is what is reached, and may only become smaller.
 *
 * `node benchmarks/browser/bundle-size.ts [--src]`
 */

import { gzipSync } from 'node:zlib'
import { bundle } from './bundle.ts'
import type { Bundle } from './bundle.ts'
import type { Source } from '../subjects.ts'

const APPLICATION = [
  'export { createLibp2p } from \'libp2p\'',
  'export { webSockets } from \'@libp2p/websockets\'',
  'export { yamux } from \'@chainsafe/libp2p-yamux\''
].join('\n')

const ENCRYPTERS = {
  noise: 'export { noise } from \'@libp2p/noise\'',
  'secure-peer': 'export { securePeer } from \'libp2p-secure-peer\''
}

const BUDGET_BYTES = 16_500

const source: Source = process.argv.includes('--src') ? 'src' : 'dist'
const base = await sizeOf(APPLICATION)
const added: Record<string, number> = {}

print(`libp2p, websockets, yamux: ${format(base.first)}`)

for (const [name, code] of Object.entries(ENCRYPTERS)) {
  const { first, all, modules } = await sizeOf(`${APPLICATION}\n${code}`)
  const foreign = modules.filter(path => path.startsWith('node:') || path.includes('src/stream/'))
  added[name] = first - base.first

  print(`${name}: ${format(added[name])} more, ${format(all - first)} on demand`)

  if (foreign.length > 0) {
    fail(`${name} brings what is not for pages: ${foreign.join(', ')}`)
  }
}

print(`secure-peer adds ${(added['secure-peer'] / added.noise).toFixed(2)} times what noise adds, wanted at most 1`)

if (added['secure-peer'] > BUDGET_BYTES) {
  fail(`secure-peer adds more than its budget of ${format(BUDGET_BYTES)}`)
}

/** After minification and gzip: what a page loads at first, and with all it may load later */
async function sizeOf (code: string): Promise<{ first: number, all: number, modules: string[] }> {
  const [first, all] = await Promise.all([
    bundle(code, { source, firstLoadOnly: true }),
    bundle(code, { source })
  ])

  return { first: gzippedBytes(first), all: gzippedBytes(all), modules: all.modules }
}

function gzippedBytes ({ code }: Bundle): number {
  return gzipSync(code, { level: 9 }).byteLength
}

function format (bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}

function fail (why: string): void {
  process.exitCode = 1
  process.stderr.write(`${why}\n`)
}
