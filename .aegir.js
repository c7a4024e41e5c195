import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'

const SYSTEM_BROWSERS = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
const DOWNLOADED = 'chromium-headless-shell'

/** @type {import('aegir').PartialOptions} */
export default {
  test: {
    browser: {
      config: {
        browserContextOptions: systemBrowser()
      }
    }
  },
  build: {
    config: {
      platform: 'browser'
    }
  }
}

/**
 * A Chromium that is installed already. Without one playwright brings its own.
 */
function systemBrowser () {
  const paths = (process.env.PATH ?? '').split(delimiter)
  const executablePath = SYSTEM_BROWSERS.flatMap(name => paths.map(path => join(path, name))).find(existsSync)

  if (executablePath == null) {
    return undefined
  }

  skipDownload()

  return { executablePath, args: ['--disable-gpu', '--disable-quic'] }
}

/**
 * The test runner downloads playwright's own build whatever it is told to start,
 * unless the mark of an earlier download is where it looks.
 */
function skipDownload () {
  const runner = createRequire(createRequire(import.meta.resolve('aegir')).resolve('playwright-test'))
  const { browsers } = JSON.parse(readFileSync(join(runner.resolve('playwright-core/package.json'), '../browsers.json'), 'utf8'))
  const { revision } = browsers.find(({ name }) => name === DOWNLOADED)
  const root = join(import.meta.dirname, 'node_modules/.cache/playwright')
  const folder = join(root, `${DOWNLOADED.replaceAll('-', '_')}-${revision}`)

  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'INSTALLATION_COMPLETE'), '')
  process.env.PLAYWRIGHT_BROWSERS_PATH = root
}
