/**
 * Runs the shared specs in Chromium, on a page or in a worker:
 * `node test/browser/run.ts browser|webworker`.
 *
 * Where there is no Chromium and none can be downloaded this says so and, but for
 * CI, is content.
 */

import { spawnSync } from 'node:child_process'
import { requireChromium } from './chromium.ts'

const [target = 'browser'] = process.argv.slice(2)
const missing = requireChromium()

if (missing == null) {
  process.exitCode = spawnSync('aegir', ['test', '-t', target], { stdio: 'inherit' }).status ?? 1
} else if (process.env.CI != null) {
  process.stderr.write(`No tests in a ${target}: ${missing}\n`)
  process.exitCode = 1
} else {
  process.stdout.write(`SKIPPED the tests in a ${target}: ${missing}\n`)
}
