/**
 * Runs the shared specs in Chromium, on a page or in a worker:
 * `node test/browser/run.ts browser|webworker`.
 *
 * Where there is no Chromium and none can be downloaded this says so and, but for
 * CI, is content.
 */

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import aegir from '../../.aegir.js'

const [target = 'browser'] = process.argv.slice(2)
const missing = aegir.test.browser.config.browserContextOptions == null ? download() : undefined

if (missing == null) {
  process.exitCode = spawnSync('aegir', ['test', '-t', target], { stdio: 'inherit' }).status ?? 1
} else if (process.env.CI != null) {
  process.stderr.write(`no tests in a ${target}: ${missing}\n`)
  process.exitCode = 1
} else {
  process.stdout.write(`SKIPPED the tests in a ${target}: ${missing}\n`)
}

/** Playwright's own Chromium, as the test runner would get it; returns why not. */
function download (): string | undefined {
  const runner = createRequire(createRequire(import.meta.resolve('aegir')).resolve('playwright-test'))
  const { status, stderr } = spawnSync(process.execPath, [runner.resolve('playwright-core/cli.js'), 'install', 'chromium-headless-shell'], { encoding: 'utf8' })

  return status === 0 ? undefined : `no Chromium is installed, and playwright could not download one (${stderr.trim().split('\n')[0]})`
}
