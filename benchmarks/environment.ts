/**
 * What figures depend on: machine, runtime, versions and commit.
 */

import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'

const PACKAGES = [
  '@chainsafe/libp2p-yamux',
  '@libp2p/interface',
  '@libp2p/noise',
  '@libp2p/plaintext',
  '@libp2p/tcp',
  '@libp2p/tls',
  '@libp2p/utils',
  'libp2p'
]
const GIB = 2 ** 30

export function describeMachine (): string {
  const processors = cpus()

  return `${processors.length} × ${processors[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / GIB)} GiB, ${platform()} ${release()} ${arch()}`
}

export function describeRuntime (): string {
  return `Node.js ${process.version}, OpenSSL ${process.versions.openssl}`
}

/** Of the last minute: figures of a busy machine are worth little */
export function describeLoad (): number {
  return Math.round(loadavg()[0] * 100) / 100
}

/** The commit, with a plus where files differ from it */
export function describeCommit (): string {
  try {
    const commit = git('rev-parse', '--short=12', 'HEAD')

    return git('status', '--porcelain', '--', 'src', 'package-lock.json') === '' ? commit : `${commit}+`
  } catch {
    return 'unknown'
  }
}

export async function packageVersions (): Promise<Record<string, string>> {
  const versions = await Promise.all(PACKAGES.map(async name => {
    const { version } = JSON.parse(await readFile(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8'))

    return [name, version]
  }))

  return Object.fromEntries(versions)
}

function git (...args: string[]): string {
  return execFileSync('git', args, { cwd: new URL('..', import.meta.url), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
