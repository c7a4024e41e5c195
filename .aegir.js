import { playwrightWith, systemChromium } from './test/browser/chromium.ts'

const executablePath = systemChromium()

/** @type {import('aegir').PartialOptions} */
export default {
  lint: {
    files: [
      '*.ts',
      'benchmarks/**/*.ts',
      'demo/**/*.ts',
      'demo-browser/**/*.ts',
      'examples/**/*.{js,ts}',
      'models/**/*.ts',
      'src/**/*.ts',
      'test/**/*.{js,ts}',
      'tools/**/*.ts',
      '!**/dist/**',
      '!**/node_modules/**'
    ]
  },
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
