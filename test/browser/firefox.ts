/**
 * Runs the shared specs on a page of Firefox, over WebDriver BiDi, which is what a
 * Firefox that playwright has not built understands:
 * `node test/browser/firefox.ts [spec ...]`.
 *
 * A page on 127.0.0.1 is a secure context: WebCrypto is Firefox's own.
 */

import { globSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import puppeteer from 'puppeteer-core'
import { systemFirefox } from './installed.ts'
import type { Report } from './firefox-page.ts'
import type { AddressInfo } from 'node:net'
import type { Page } from 'puppeteer-core'

const ROOT = join(import.meta.dirname, '../..')
const TEST_TIMEOUT_MS = 60_000

// without a sign of life from the page
const PATIENCE_MS = 120_000

const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>specs</title>
<div id="mocha"></div>
<script type="module" src="/specs.js"></script>`

const executablePath = systemFirefox()

if (executablePath == null) {
  throw new Error('no Firefox is installed')
}

await main(executablePath, process.argv.slice(2))

async function main (executablePath: string, specs: string[]): Promise<void> {
  const code = await bundleSpecs(specs.length > 0 ? specs : globSync('test/**/*.spec.ts', { cwd: ROOT }).sort())
  const server = createServer((request, response) => {
    const [type, body] = request.url === '/specs.js' ? ['text/javascript', code] : ['text/html', PAGE]
    response.setHeader('content-type', type)
    response.end(body)
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })

  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true })

  try {
    const page = await browser.newPage()
    print(`${await browser.version()}, on a page`)
    const { passing, pending, failing } = await run(page, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`)

    if (pending > 0 || failing > 0 || passing === 0) {
      process.exitCode = 1
    }
  } finally {
    await browser.close()
    server.close()
  }
}

/** Until all specs ran, or nothing was heard for long. */
async function run (page: Page, url: string): Promise<Report> {
  const done = Promise.withResolvers<Report>()
  const giveUp = (): void => { done.reject(new Error(`nothing was heard of the page for ${PATIENCE_MS / 1_000} s`)) }
  let timer = setTimeout(giveUp, PATIENCE_MS)

  await page.exposeFunction('say', (line: string, report?: Report) => {
    print(line)
    clearTimeout(timer)
    timer = setTimeout(giveUp, PATIENCE_MS)

    if (report != null) {
      done.resolve(report)
    }
  })
  page.on('pageerror', err => { done.reject(err) })

  try {
    const [report] = await Promise.all([done.promise, page.goto(url)])

    return report
  } finally {
    clearTimeout(timer)
  }
}

/** Mocha, the specs, and a reporter that speaks to this process. */
async function bundleSpecs (specs: string[]): Promise<Uint8Array> {
  const mocha = createRequire(import.meta.url).resolve('mocha/mocha.js')
  const { outputFiles } = await build({
    stdin: {
      contents: [
        `import ${JSON.stringify(mocha)}`,
        'import { runSpecs } from \'./test/browser/firefox-page.ts\'',
        `await runSpecs(${TEST_TIMEOUT_MS}, [${specs.map(spec => `() => import(${JSON.stringify(`./${spec}`)})`).join(', ')}])`
      ].join('\n'),
      resolveDir: ROOT,
      loader: 'ts'
    },
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"test"' },
    write: false,
    logLevel: 'error',

    // package.json says of no file that it has side effects; specs have nothing else
    ignoreAnnotations: true
  })

  return outputFiles[0].contents
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}
