/**
 * Where tests, benchmarks and the demo's test get their browser: a Chromium that
 * is installed already, else the one that playwright downloads.
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { installed } from './installed.ts'

const SYSTEM_NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
const DOWNLOAD_NAME = 'chromium-headless-shell'
const ARGS = ['--disable-gpu', '--disable-quic']

export interface LaunchOptions {
  executablePath: string
  args: string[]
}

/** The path of an installed Chromium. */
export function systemChromium (): string | undefined {
  return installed(SYSTEM_NAMES)
}

/**
 * Has the test runner use `executablePath`. It downloads playwright's own build
 * whatever it is told to start, unless the mark of an earlier download is there.
 */
export function playwrightWith (executablePath: string): LaunchOptions {
  const { browsers }: { browsers: Array<{ name: string, revision: string }> } = JSON.parse(readFileSync(join(playwrightFolder(), 'browsers.json'), 'utf8'))
  const revision = browsers.find(({ name }) => name === DOWNLOAD_NAME)?.revision
  const root = join(import.meta.dirname, '../../node_modules/.cache/playwright')
  const folder = join(root, `${DOWNLOAD_NAME.replaceAll('-', '_')}-${revision}`)

  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'INSTALLATION_COMPLETE'), '')
  process.env.PLAYWRIGHT_BROWSERS_PATH = root

  return { executablePath, args: ARGS }
}

/** Sees to it that there is a Chromium; returns why there is none. */
export function requireChromium (): string | undefined {
  if (systemChromium() != null) {
    return undefined
  }

  const { status, stderr } = spawnSync(process.execPath, [join(playwrightFolder(), 'cli.js'), 'install', DOWNLOAD_NAME], { encoding: 'utf8' })

  return status === 0 ? undefined : `no Chromium is installed, and playwright could not download its own (${stderr.trim().split('\n')[0]})`
}

/** The playwright that the test runner brings. */
export function playwrightFolder (): string {
  const aegir = createRequire(import.meta.resolve('aegir'))

  return join(createRequire(aegir.resolve('playwright-test')).resolve('playwright-core/package.json'), '..')
}
