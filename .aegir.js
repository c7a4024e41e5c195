import { playwrightWith, systemChromium } from './test/browser/chromium.ts'

const executablePath = systemChromium()

/** @type {import('aegir').PartialOptions} */
export default {
  test: {
    browser: {
      config: {
        browserContextOptions: executablePath != null ? playwrightWith(executablePath) : undefined
      }
    }
  },
  build: {
    config: {
      platform: 'browser'
    }
  }
}
