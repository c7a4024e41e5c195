import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { playwrightFolder, requireChromium, systemChromium } from '../../test/browser/chromium.ts'
import { stepsOf } from '../testing/readme.js'

const [start] = stepsOf(import.meta.dirname)

test('a page talks to a Node.js process', async t => {
  const process = start(t)
  const [url] = await process.line(/http:\S*/)

  const missing = requireChromium()

  if (missing != null && globalThis.process.env.CI == null) {
    t.skip(missing)

    return
  }

  assert.equal(missing, undefined)
  const { chromium } = createRequire(import.meta.url)(playwrightFolder())
  const browser = await chromium.launch({ executablePath: systemChromium(), args: ['--disable-gpu'] })
  t.after(async () => browser.close())

  const page = await browser.newPage()
  page.on('pageerror', err => { throw err })
  await page.goto(url)
  await page.click('button:enabled')
  await page.waitForSelector('#answer:not(:empty)')

  const shown = Object.fromEntries(await Promise.all(['local', 'encryption', 'suite', 'answer'].map(async id => [id, await page.innerText(`#${id}`)])))

  assert.equal(shown.encryption, '/secure-peer/1.0.0')
  assert.equal(shown.suite, 'x25519mlkem768 and aes-256-gcm')
  assert.equal(shown.answer, 'HELLO FROM THE PAGE')

  await process.shown()
  assert.equal(process.lines[1], `${shown.local} says: hello from the page`, 'the page has proven its PeerId')
  await process.interrupt()
})
