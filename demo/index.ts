/**
 * `npm start`: two processes on this machine talk over real sockets.
 *
 * One of them listens with three encrypters, the other dials it with each. Then a
 * stranger is refused, and each connection carries 256 MiB (16 with `--short`).
 * The exit code is 0 only if all of that happened.
 *
 * This file builds the package where that was not done yet; what follows is in
 * `story.ts`, and imports the package as its users do.
 */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const ENTRY_POINT = new URL('../dist/src/index.js', import.meta.url)
const PATIENCE_MS = 120_000

try {
  if (!existsSync(ENTRY_POINT)) {
    process.stdout.write('Building the package, once ...\n')
    build()
  }

  // what waits in vain is a failure as well
  setTimeout(() => { fail(new Error(`no end after ${PATIENCE_MS / 1000} s`)) }, PATIENCE_MS).unref()

  const { tell } = await import('./story.ts')

  await tell({ mebibytes: process.argv.includes('--short') ? 16 : 256 })
} catch (err: any) {
  fail(err)
}

function fail (err: Error): void {
  process.stderr.write(`\nThe demo failed: ${err.stack}\n`)
  process.exit(1)
}

function build (): void {
  const { status, stdout, stderr } = spawnSync('npm', ['run', 'build', '--', '--bundle', 'false'], { cwd: PACKAGE, encoding: 'utf8' })

  if (status !== 0) {
    throw new Error(`the build ended with ${status}\n${stdout}${stderr}`)
  }
}
