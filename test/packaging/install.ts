// Packs the package, installs it into an empty folder beside libp2p, and uses it
// there: two processes dial each other, every subpath is loaded, TypeScript compiles
// against them. Says "ok" per check; the first that fails ends it.
import { strict as assert } from 'node:assert'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

interface Manifest {
  name: string
  exports: Record<string, Record<string, string>>
  bin?: Record<string, string>
  devDependencies: Record<string, string>
}

const exec = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const manifest: Manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'))

// what a consumer installs beside the package, as this one is tested with it
const COMPANIONS = ['libp2p', '@libp2p/tcp', '@chainsafe/libp2p-yamux']
const RESOLUTIONS = [
  ['nodenext', 'nodenext'],
  ['bundler', 'esnext']
]

const subpaths = Object.keys(manifest.exports).map(subpath => path.posix.join(manifest.name, subpath))
const folder = await mkdtemp(path.join(os.tmpdir(), 'secure-peer-install-'))

try {
  const tarball = await pack()
  await install(tarball)

  for (const node of await nodes()) {
    await dial(node)
    await load(node)
    await help(node)
    await use(node)
  }

  for (const [moduleResolution, module] of RESOLUTIONS) {
    await compile(moduleResolution, module)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function pack (): Promise<string> {
  const { stdout } = await exec('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: root })
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string, files: Array<{ path: string }> }]
  const paths = new Set(files.map(file => file.path))

  for (const target of Object.values(manifest.exports).flatMap(conditions => Object.values(conditions))) {
    assert.ok(paths.has(target.replace('./', '')), `${target} of exports is not in the package`)
  }

  for (const file of ['README.md', 'SPEC.md', 'SECURITY.md', 'CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT']) {
    assert.ok(paths.has(file), `${file} is not in the package`)
  }

  const strays = [...paths].filter(file => !/^(bin|src|dist\/src|docs)\/|^[A-Z-]+(\.md)?$|^package\.json$/.test(file) || file.endsWith('.tsbuildinfo'))
  assert.deepEqual(strays, [], 'files that do not belong into the package')
  ok(`packed ${paths.size} files`)

  return path.join(folder, filename)
}

async function install (tarball: string): Promise<void> {
  const dependencies = Object.fromEntries(COMPANIONS.map(name => [name, manifest.devDependencies[name]]))

  await writeFile(path.join(folder, 'package.json'), JSON.stringify({
    private: true,
    type: 'module',
    // libp2p's own types need those of Node
    dependencies: { ...dependencies, '@types/node': '>=22', [manifest.name]: `file:${tarball}` }
  }))
  await exec('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder })
  await cp(new URL('./consumer/', import.meta.url), folder, { recursive: true })
  await writeFile(path.join(folder, 'subpaths.ts'), subpaths.map((name, i) => `export * as subpath${i} from '${name}'\n`).join(''))
  ok(`installed with ${COMPANIONS.join(', ')}`)
}

/** The oldest Node that `engines` allows, where the repository has it, and the present one. */
async function nodes (): Promise<string[]> {
  const oldest = path.join(root, 'node_modules/node22-runtime/node_modules/node/bin')
  const has = await readdir(oldest).then(names => names.includes('node'), () => false)

  return has ? [path.join(oldest, 'node'), process.execPath] : [process.execPath]
}

async function dial (node: string): Promise<void> {
  const listener = spawn(node, ['listener.mjs'], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] })
  const closed = once(listener, 'close')

  try {
    const [address] = await once(createInterface(listener.stdout), 'line') as [string]
    const { stdout } = await exec(node, ['dialer.mjs', address], { cwd: folder, timeout: 30_000 })
    const { node: version, ...said } = JSON.parse(stdout)

    assert.deepEqual(said, {
      encryption: '/secure-peer/1.0.0',
      multiplexer: '/yamux/1.0.0',
      remotePeer: address.split('/p2p/')[1],
      echo: 'beep boop'
    })
    ok(`two processes on Node ${version} talk over ${said.encryption}`)
  } finally {
    listener.stdin.end()
  }

  assert.deepEqual(await closed, [0, null], 'the listener did not end by itself')
}

/** Every subpath, by import and by require. */
async function load (node: string): Promise<void> {
  const script = `
    for (const name of ${JSON.stringify(subpaths)}) {
      import(name).then(module => {
        if (Object.keys(module).length === 0 || require(name) !== (module['module.exports'] ?? module)) {
          throw new Error(name)
        }
      })
    }
  `

  await exec(node, ['--input-type=commonjs', '--eval', script], { cwd: folder })
  ok(`import and require() give ${subpaths.join(', ')}`)
}

/** What npx starts. */
async function help (node: string): Promise<void> {
  for (const [name, file] of Object.entries(manifest.bin ?? {})) {
    const { stdout } = await exec(node, [path.join('node_modules', manifest.name, file), '--help'], { cwd: folder })

    assert.match(stdout, new RegExp(name))
    ok(`${name} --help`)
  }
}

/** The README's program, as it stands there. */
async function use (node: string): Promise<void> {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8')
  const [, program] = readme.match(/\n# Use\n[^]*?```ts\n([^]*?)```/) ?? []

  await writeFile(path.join(folder, 'use.ts'), program)
  const { stdout } = await exec(node, ['use.ts'], { cwd: folder, timeout: 30_000 })

  assert.equal(stdout, '/secure-peer/1.0.0\n')
  ok('the README\'s program does what it says, and ends')
}

async function compile (moduleResolution: string, module: string): Promise<void> {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  const options = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2024,dom,esnext.disposable', '--types', 'node', '--module', module, '--moduleResolution', moduleResolution]

  await exec(process.execPath, [tsc, ...options, 'types.ts', 'subpaths.ts'], { cwd: folder }).catch(err => { throw new Error(`tsc with ${moduleResolution}:\n${err.stdout}`) })
  ok(`types compile with moduleResolution ${moduleResolution}`)
}

function ok (what: string): void {
  process.stdout.write(`ok - ${what}\n`)
}
