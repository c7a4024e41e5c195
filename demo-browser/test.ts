/**
 * Opens the demo's page in Chromium as a person would, and keeps a picture of it:
 * `node demo-browser/test.ts [picture.png]`.
 */

import { strict as assert } from 'node:assert'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { playwrightFolder, requireChromium, systemChromium } from '../test/browser/chromium.ts'
import { startListener } from './listener.ts'
import { startServer } from './server.ts'
import type { Browser } from 'playwright-core'

const TIMEOUT = 60_000
const picture = process.argv[2] ?? join(import.meta.dirname, 'screenshot.png')
const missing = requireChromium()

if (missing == null) {
  await main()
} else if (process.env.CI != null) {
  throw new Error(missing)
} else {
  process.stdout.write(`SKIPPED the test of the demo: ${missing}\n`)
}

async function main (): Promise<void> {
  const said: Array<{ text: string, peer: string }> = []
  const listener = await startListener((text, peer) => said.push({ text, peer }))
  const server = await startServer(listener.address)
  const { chromium } = createRequire(import.meta.url)(playwrightFolder())
  const browser: Browser = await chromium.launch({ executablePath: systemChromium(), args: ['--disable-gpu'] })

  try {
    const page = await browser.newPage({ viewport: { width: 980, height: 720 } })
    page.setDefaultTimeout(TIMEOUT)
    page.on('pageerror', err => { throw err })
    await page.goto(server.url)
    await page.waitForSelector('#status[data-state=secured]')

    const text = async (id: string): Promise<string> => page.innerText(`#${id}`)
    assert.equal(await text('remote-peer'), listener.peerId)
    assert.equal(await text('address'), listener.address)
    assert.equal(await text('encryption'), '/secure-peer/1.0.0')
    assert.equal(await text('group'), 'x25519mlkem768')
    assert.equal(await text('cipher'), 'aes-256-gcm')
    assert.equal(await text('muxer'), '/yamux/1.0.0')

    await page.fill('#text', 'Hello from the page')
    await page.click('#send')
    await page.waitForSelector('#messages li[data-from=listener]')
    assert.deepEqual(said, [{ text: 'Hello from the page', peer: await text('local-peer') }])
    assert.equal(await text('messages'), `Hello from the page\nNode.js ${process.version} read “Hello from the page”`)
    listener.say('And this was typed in the terminal')
    await page.waitForSelector('#messages li:nth-child(3)')

    await page.click('#start')
    await page.waitForSelector('#start:enabled')
    assert.ok(Number(await text('upload')) > 0, 'no rate to the listener')
    assert.ok(Number(await text('download')) > 0, 'no rate from the listener')

    await page.screenshot({ path: picture })
    process.stdout.write(`the demo works: ${await text('upload')} MiB/s up, ${await text('download')} MiB/s down, picture in ${picture}\n`)

    // the page notices that the listener is gone
    await listener.stop()
    await page.waitForSelector('#status[data-state=failed]')
  } finally {
    await browser.close()
    server.stop()
    await listener.stop()
  }
}
