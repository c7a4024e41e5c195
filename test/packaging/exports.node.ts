import { readFile } from 'node:fs/promises'
import { expect } from 'aegir/chai'

interface Manifest {
  exports: Record<string, { types: string, import: string }>
}

const EXPORTED = [
  /^export (?:async )?(?:function|class|const|interface|type) (\w+)/gm,
  /^export (?:type )?\{([^}]+)\}/gm
]

describe('exported names', () => {
  let entryPoints: string[]

  before(async () => {
    const manifest: Manifest = JSON.parse(await read('package.json'))
    entryPoints = Object.values(manifest.exports).map(({ types }) => types.replace('./dist/', '').replace('.d.ts', '.ts'))
  })

  it('should each have a type test', async () => {
    const tests = await Promise.all(['api', 'entry-points'].map(async name => read(`test/types/${name}.ts`)))
    expect(entryPoints).to.have.property('length').that.is.at.least(6)

    for (const entryPoint of entryPoints) {
      const exported = namesIn(await read(entryPoint), EXPORTED)
      expect(exported, entryPoint).to.not.be.empty()

      const imported = tests.flatMap(source => namesImportedFrom(source, `../../${entryPoint}`))
      const elsewhere = tests.flatMap(source => namesIn(source, [/^import (?:type )?\{([^}]+)\} from '..\/..\/src/gm]))

      // what an entry point hands on from another is looked at there
      const missing = exported.filter(name => !imported.includes(name) && !elsewhere.includes(name))
      expect(missing, entryPoint).to.be.empty()
    }
  })

  it('should be the values that a program can import, and no others', async () => {
    const values: Record<string, string[]> = {}

    for (const entryPoint of entryPoints) {
      values[entryPoint] = Object.keys(await import(`../../${entryPoint}`)).sort()
    }

    expect(values).to.deep.equal({
      'src/index.ts': ['AuthenticationError', 'CarrierClosedError', 'HandshakeTimeoutError', 'IdentityRejectedError', 'InvalidOptionError', 'NegotiationError', 'PROTOCOL', 'ProtocolViolationError', 'RefusedError', 'RejectedError', 'SecurePeerError', 'TruncatedError', 'securePeer'],
      'src/duplex/index.ts': ['secureDuplex'],
      'src/keys/index.ts': ['generateKeys', 'keysFromPrivateKey', 'privateKeyFromKeys', 'privateKeyFromPem', 'privateKeyToPem', 'publicKeyFromPem', 'publicKeyToPem'],
      'src/known-peers/index.ts': ['KnownPeerChangedError', 'KnownPeersStoreError', 'knownPeers'],
      'src/known-peers/file.ts': ['knownPeersFile'],
      'src/stream/index.ts': ['default', 'module.exports', 'secure']
    })
  })
})

function namesImportedFrom (source: string, path: string): string[] {
  const escaped = path.replaceAll('.', '\\.')

  return namesIn(source, [new RegExp(`^import (?:type )?(?:\\w+, )?\\{([^}]+)\\} from '${escaped}'`, 'gm')])
}

/** The names that patterns find; a list in braces counts by what others see, behind `as`. */
function namesIn (source: string, patterns: RegExp[]): string[] {
  const lists = patterns.flatMap(pattern => Array.from(source.matchAll(pattern), ([, names]) => names.split(',')))

  return lists.flat().map(name => name.trim().split(' as ').at(-1) ?? '').filter(name => /^\w+$/.test(name))
}

async function read (file: string): Promise<string> {
  return readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
}
